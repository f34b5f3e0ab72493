"""Many items: chunks, checkpoints, the order of the rows, upsert matching and sync."""
