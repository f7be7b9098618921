"""What one search of a reader has found, newest first: the content of its output feed.

The outbox is the memory of what a reader's own search found; so the feed holds exactly what was (or will be)
mailed for it, and ends with the search.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from storage.articles import COLUMNS, article_of
from storage.secrets import is_same, read_number, sign
from storage.subscribers import Subscriber, Subscription, find_subscriptions, get_subscriber
from wirewatch.article import Article
from wirewatch.search import Match, Term

MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class FeedStory:
    """A story that the search found: the report that fired, since when it is known, and what was found in it."""

    story_id: str
    article: Article
    found: datetime
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class SearchFeed:
    """The feed of one search."""

    search: Subscription
    reader: Subscriber
    stories: tuple[FeedStory, ...]


def sign_feed_token(search: Subscription, reader: Subscriber) -> str:
    """The word in the address of a search's feed: whoever has it can read the feed, and do nothing else."""
    return f"{search.id}-{sign(f'feed:{search.id}', reader.secret)}"


def read_search_feed(db: Database, token: str) -> SearchFeed | None:
    """The feed that a token names; None where it is wrong, or the search or its reader is gone."""
    found = find_subscriptions(db, "id = ?", [read_number(token)])
    reader = get_subscriber(db, found[0].subscriber_id) if found else None
    if reader is None or reader.state != "active" or not is_same(sign_feed_token(found[0], reader), token):
        return None
    return SearchFeed(found[0], reader, tuple(_read_stories(db, found[0])))


def _read_stories(db: Database, search: Subscription) -> list[FeedStory]:
    rows = db.execute(
        f"SELECT o.story_id, o.created, r.value, {_of_article()} FROM outbox o JOIN json_each(o.receipts) r"
        " JOIN articles a ON a.id = o.article_id WHERE o.subscriber_id = ? AND o.kind = 'story'"
        " AND json_extract(r.value, '$.search') = ? ORDER BY o.created DESC, o.id DESC LIMIT ?",
        [search.subscriber_id, search.follows or search.search_id, MOST_ENTRIES],
    )
    return [
        FeedStory(
            row[0],
            article_of(row[3:]),
            datetime.fromtimestamp(row[1], UTC),
            Match.from_json(json.loads(row[2])).terms,
        )
        for row in rows
    ]


def _of_article() -> str:
    return ", ".join(f"a.{column.strip()}" for column in COLUMNS.split(","))
