"""The commands of ``wirewatch``, a file for each family."""
