"""States of the pages about alert policies."""
