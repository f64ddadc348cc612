"""What the pages about alerts say: lists, one alert with all that belongs to it, silences, in words. Pure."""
