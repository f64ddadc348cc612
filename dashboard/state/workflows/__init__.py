"""States of the pages about workflows."""
