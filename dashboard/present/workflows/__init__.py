"""What the pages about workflows say: what holds, its steps, versions and their differences, in words. Pure."""
