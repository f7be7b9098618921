"""The one SQLite file: migrations and one module a noun."""
