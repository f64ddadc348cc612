"""Parts that the pages about routing share."""
