"""The pages about who is told: Channels, Subscriptions, Event types."""
