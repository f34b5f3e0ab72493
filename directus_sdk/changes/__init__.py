"""A feed of changes that survives restarts: it reads over HTTP, and a WebSocket only wakes it up."""
