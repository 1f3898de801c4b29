"""The chat in the browser: a platform like the others."""
