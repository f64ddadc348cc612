"""Replay of the public Olist order files (product: `pickwatch replay olist`): read, map, load, report, run on."""
