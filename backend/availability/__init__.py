"""The read side of stock: what may be promised, in memory, fed by the event log."""
