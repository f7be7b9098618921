"""The vocabulary of Wirewatch: what an Article, a Source and a Search is; configuration, errors, the clock.

This room imports nothing of ours; every other room may import it.
"""

__version__ = "0.1.0"
