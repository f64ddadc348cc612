"""Pickwatch's server side: one package per feature, each with `rules.py`, `queries.py`, `service.py`."""
