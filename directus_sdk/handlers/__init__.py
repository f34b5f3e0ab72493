"""One handler for each group of endpoints."""
