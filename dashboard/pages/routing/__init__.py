"""The pages about routing, one module each."""
