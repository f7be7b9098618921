"""Pages for readers: leaving with one click. The reading room over the archive is to come here."""
