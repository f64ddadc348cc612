"""Pick waves: which open shipments are picked together, in which order of stops, and by when they have to start."""
