"""What the pages about alert policies say. Pure."""
