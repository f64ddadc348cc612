"""One module per page: what it shows, and thin handlers. Each handler carries a `@policy` (`dashboard/guard.py`)."""
