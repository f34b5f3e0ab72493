"""The tests of the client of Directus 8, against a loopback server and recorded calls of a real 8.8.1."""
