"""Values and their encoding: requests, responses, JSON, URLs, queries, filters and keys; no I/O."""
