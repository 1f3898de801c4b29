"""One file for each migration, in order of its number."""
