"""The pages about alert policies."""
