"""Saltmarsh, a magazine: a Django site whose contents are in Directus."""
