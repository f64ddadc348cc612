"""From what the backend knows to what people read: pure functions, one module per page."""
