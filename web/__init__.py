"""The reading room (to come): pages over the archive."""
