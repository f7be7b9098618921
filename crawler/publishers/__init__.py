"""Publishers whose pages need more than generic reading: one data entry each (table.py), code only in embedded.py.

How to add one is told in docs/reading.md.
"""

from crawler.publishers.entry import Publisher, find_publisher

__all__ = ["Publisher", "find_publisher"]
