"""The tests; they mirror the package by path."""
