"""Wire forms: dateline, byline, credit and distributor of a report, read from its text with their evidence."""

from crawler.reading.wire_forms.forms import WireForms, read_wire_forms

__all__ = ["WireForms", "read_wire_forms"]
