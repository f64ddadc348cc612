"""One kit for every connector: what each kind of channel sends, and what it makes of the answer."""
