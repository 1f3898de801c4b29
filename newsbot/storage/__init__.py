"""One Storage of small repositories over SQLite or PostgreSQL."""
