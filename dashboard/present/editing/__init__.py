"""What editors of versioned documents have in common: text read, what is wrong with it, what differs. Pure."""
