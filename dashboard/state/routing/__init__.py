"""The states of the pages about routing."""
