"""What the pages about who is told say. Pure."""
