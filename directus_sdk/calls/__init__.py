"""One call's life: authorize, send, retry, report events, remember the limits of the server."""
