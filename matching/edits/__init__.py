"""Silent edits: what differs between two readings of one page, whether a reader must be told, and when to ask again.

Pure code; nothing here reads a file, a clock or a network.
"""

from matching.edits.changes import KINDS, Change, ChangeKind, compare_versions
from matching.edits.schedule import LAST_AGE, next_ask
from matching.edits.withdrawal import is_still_there, says_removed

__all__ = [
    "KINDS",
    "LAST_AGE",
    "Change",
    "ChangeKind",
    "compare_versions",
    "is_still_there",
    "next_ask",
    "says_removed",
]
