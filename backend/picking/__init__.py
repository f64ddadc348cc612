"""Picking by scan: each scan counts once, each unit is picked once, whoever scans where."""
