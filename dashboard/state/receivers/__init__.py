"""States of the pages about who is told."""
