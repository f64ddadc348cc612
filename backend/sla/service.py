"""The SLA engine's commands: the one writer of clocks, of a shipment's SLA columns and of location health.

Every function takes sequences, works in the caller's transaction and never commits. The rules are `rules.py`.
"""
