"""The demo network: a believable retailer that lives by itself. `apart.py` brings it up to now when the program starts,
`service.py` keeps it alive while it runs. Everything goes through the services a real shop would call."""
