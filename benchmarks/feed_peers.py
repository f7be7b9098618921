"""Other readers of feeds and dates, and what most of them agree on. One that is not installed is left out.

Feeds: f(bytes) -> rows of (link, title, seconds since 1970 or None). Dates: f(text) -> seconds or None.
"""

from __future__ import annotations

import email.utils
import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

Row = tuple[str, str, int | None]
FeedReader = Callable[[bytes], list[Row]]
DateReader = Callable[[str], int | None]
FIELDS = ("link", "title", "date")


def seconds(when: Any) -> int | None:
    """A datetime, a time tuple in UTC or ISO 8601, as seconds since 1970; None where it is none of them."""
    if isinstance(when, int):
        return when
    if not when:
        return None
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            return None
    if isinstance(when, tuple):
        when = datetime(*when[:6], tzinfo=UTC)
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def row(link: Any, title: Any, when: Any) -> Row:
    """One entry as it is compared: entities and markup out, white space joined."""
    text = html.unescape(html.unescape(title or ""))
    return html.unescape((link or "").strip()), " ".join(re.sub(r"<[^>]+>", "", text).split()), seconds(when)


def fastfeedparser(body: bytes) -> list[Row]:
    import fastfeedparser as library

    entries = library.parse(body).entries
    return [row(e.get("link"), e.get("title"), e.get("published") or e.get("updated")) for e in entries]


def feedparser_rs(body: bytes) -> list[Row]:
    import feedparser_rs as library

    entries = library.parse(body).entries
    return [
        row(e.link, e.title, getattr(e, "published_parsed", None) or getattr(e, "updated_parsed", None))
        for e in entries
    ]


def atoma(body: bytes) -> list[Row]:
    import atoma as library

    if b"<feed" in body[:3000].lower():
        found = library.parse_atom_bytes(body).entries
        return [row(_alternate(e.links), e.title.value if e.title else "", e.published or e.updated) for e in found]
    return [row(item.link, item.title, item.pub_date) for item in library.parse_rss_bytes(body).items]


def _alternate(links: Any) -> str | None:
    return next((link.href for link in links if link.rel in (None, "alternate")), None)


def plain_xml(body: bytes) -> list[Row]:
    """What the elements' names say, read with lxml alone."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, recover=True)
    root = etree.fromstring(body.strip(), parser)
    return [] if root is None else [_plain_entry(e) for e in root.iter("{*}item", "{*}entry")]


def _plain_entry(entry: Any) -> Row:
    told: dict[str, str] = {}
    for child in entry:
        if not isinstance(child.tag, str) or "search.yahoo.com/mrss" in child.tag or "itunes" in child.tag:
            continue
        name = child.tag.rpartition("}")[2].lower()
        text = "".join(child.itertext()).strip()
        if name == "link" and child.get("href") and child.get("rel", "alternate") != "alternate":
            continue
        if text or child.get("href"):
            told.setdefault(name, child.get("href") or text)
    when = next((told[name] for name in ("published", "issued", "pubdate", "date", "updated") if name in told), "")
    guid = told.get("guid", "")
    return row(told.get("link") or (guid if guid.startswith("http") else ""), told.get("title"), by_email(when) or when)


def by_email(text: str) -> datetime | None:
    try:
        return email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None


def dateutil_date(text: str) -> int | None:
    from dateutil.parser import parse

    return seconds(parse(text))


def dateparser_date(text: str) -> int | None:
    from dateparser import parse

    return seconds(parse(text, settings={"TIMEZONE": "UTC", "RETURN_AS_TIMEZONE_AWARE": True}))


def fastfeedparser_date(text: str) -> int | None:
    from fastfeedparser import main

    return seconds(main._parse_date(text))


FEED_PEERS: dict[str, FeedReader] = {
    "fastfeedparser": fastfeedparser,
    "feedparser-rs": feedparser_rs,
    "atoma": atoma,
    "lxml, by the elements' names": plain_xml,
}
DATE_PEERS: dict[str, DateReader] = {
    "fastfeedparser": fastfeedparser_date,
    "dateutil": dateutil_date,
    "dateparser": dateparser_date,
    "email.utils": lambda text: seconds(by_email(text)),
    "datetime.fromisoformat": lambda text: seconds(datetime.fromisoformat(text)),
}


def agreed(readings: list[list[Row]]) -> list[tuple[Any, ...]] | None:
    """What at least two readers say of each entry, field by field (None where fewer do); None where nobody reads it."""
    counts = Counter(len(rows) for rows in readings if rows)
    if not counts:
        return None
    size = max(counts, key=lambda count: (counts[count], count))
    votes = [rows for rows in readings if len(rows) == size]
    return [tuple(_majority([rows[at][field] for rows in votes]) for field in range(3)) for at in range(size)]


def _majority(values: list[Any]) -> Any:
    (value, times), *_ = Counter(value for value in values if value).most_common(1) or [(None, 0)]
    return value if times > 1 else None


def judge(found: list[Row], truth: list[tuple[Any, ...]]) -> Iterator[tuple[str, bool]]:
    """For each entry of the truth, whether each field on which readers agree, and the whole ``entry``, is right."""
    by_link = {entry[0]: entry for entry in found}
    for at, right in enumerate(truth):
        entry = found[at] if len(found) == len(truth) else by_link.get(right[0], ("", "", None))
        verdicts = {name: entry[field] == right[field] for field, name in enumerate(FIELDS) if right[field] is not None}
        yield from verdicts.items()
        yield "entry", all(verdicts.values())
