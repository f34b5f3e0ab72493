"""The items of a collection: pages, keys and partitions."""
