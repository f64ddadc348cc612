"""What the pages about routing say: strategies, their differences, decisions and trials, in words. Pure."""
