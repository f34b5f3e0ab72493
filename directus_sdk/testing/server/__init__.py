"""A real Directus for tests, with the Node.js, the database and the processes that it needs."""
