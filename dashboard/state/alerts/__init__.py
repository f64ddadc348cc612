"""States of the pages about alerts."""
