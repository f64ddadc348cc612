"""What the pages show: frozen, JSON-ready, already in words. How they are made is `dashboard/present`."""
