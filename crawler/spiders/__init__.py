"""Spiders. ``feeds`` asks every source; a publisher that needs code of its own has a file here."""
