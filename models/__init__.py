"""Pickwatch's vocabulary: enums, event types, errors and tables. Imports nothing of ours."""
