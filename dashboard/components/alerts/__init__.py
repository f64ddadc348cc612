"""Parts that the pages about alerts share."""
