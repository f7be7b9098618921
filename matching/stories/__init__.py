"""Stories: which articles report one event, how each relates to the others, and who had it first.

Pure code; nothing here reads a file, a clock or a network.
"""

from matching.stories.grouper import CAPACITY, WINDOW, Grouper, Placement, Relation, group, name_story
from matching.stories.provenance import Evidence, Provenance, Record, Step, chain, tally_sources

__all__ = [
    "CAPACITY",
    "WINDOW",
    "Evidence",
    "Grouper",
    "Placement",
    "Provenance",
    "Record",
    "Relation",
    "Step",
    "chain",
    "group",
    "name_story",
    "tally_sources",
]
