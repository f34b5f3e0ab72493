"""Secrets are masked in everything that people read: logs, reprs, errors, events and tracebacks."""
