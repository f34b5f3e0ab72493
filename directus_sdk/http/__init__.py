"""One request over HTTP: the Transport interface, its implementation with requests, and what a response means."""
