"""Stories: which articles report one event, how each relates to the others, and who had it first.

Pure code; nothing here reads a file, a clock or a network.
"""

from matching.stories.address import map_mirrors
from matching.stories.features import Fingerprint
from matching.stories.grouper import CAPACITY, WINDOW, Grouper, Placement, Relation, group, name_story
from matching.stories.provenance import Evidence, Provenance, Step, chain
from matching.stories.report import Report, read_report

__all__ = [
    "CAPACITY",
    "WINDOW",
    "Evidence",
    "Fingerprint",
    "Grouper",
    "Placement",
    "Provenance",
    "Relation",
    "Report",
    "Step",
    "chain",
    "group",
    "map_mirrors",
    "name_story",
    "read_report",
]
