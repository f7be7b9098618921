"""The matcher: very many standing searches against a batch of new articles.

The batch is read once into key → articles (a bit each). A search is asked only if a key that it needs
is in the batch at all; its answer is then a few operations on bits, and places are looked up for hits only.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from matching.document import Batch, Document, read_document
from matching.keys import Sought
from matching.nodes import list_bits
from matching.query import Query, compile_query
from wirewatch.article import Article
from wirewatch.search import Match, Search
from wirewatch.source import Source


@contextmanager
def _collection_paused() -> Iterator[None]:
    """No garbage collection: a million receipts without a cycle would be walked through again and again.

    What was made meanwhile joins the oldest generation, or the first collection afterwards would walk through it all.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


class Matcher:
    """Standing searches, ready for batches; adding or removing one costs no rebuild."""

    def __init__(self, searches: Iterable[Search] = (), sources: Mapping[str, Source] | None = None) -> None:
        """``sources`` (by id) serve ``country:`` and ``kind:``.

        Raises:
            QueryError: a search's query cannot be understood.
        """
        self._sources = sources or {}
        self._queries: dict[str, Query] = {}
        self._anchors: dict[str, str | set[str]] = {}
        """key → the search, or searches, that cannot be true without it (a set only where there are several)."""
        self._unanchored: set[str] = set()
        self._sought = Sought()
        for search in searches:
            self.add(search)

    def __len__(self) -> int:
        return len(self._queries)

    def add(self, search: Search) -> None:
        """Take a search in, in place of one with the same id.

        Raises:
            QueryError: its query cannot be understood; the matcher is unchanged then.
        """
        query = compile_query(search.query)
        self.remove(search.id)
        self._queries[search.id] = query
        self._sought.add(query.list_keys())
        keys = query.anchors
        if keys is None:
            self._unanchored.add(search.id)
            return
        for key in keys:
            known = self._anchors.setdefault(key, search.id)
            if isinstance(known, set):
                known.add(search.id)
            elif known != search.id:
                self._anchors[key] = {known, search.id}

    def remove(self, search_id: str) -> None:
        """Drop a search; one that is not there is no error."""
        query = self._queries.pop(search_id, None)
        if query is None:
            return
        self._unanchored.discard(search_id)
        for key in query.anchors or ():
            known = self._anchors.get(key)
            if isinstance(known, set):
                known.discard(search_id)
                if not known:
                    del self._anchors[key]
            elif known == search_id:
                del self._anchors[key]

    def match(self, articles: Sequence[Article]) -> list[tuple[Match, ...]]:
        """One tuple an article, in order: a receipt of every search that fired, by search id."""
        return [matches for matches, _ in self.read(articles)]

    def read(
        self, articles: Sequence[Article], *, recognised: bool = False
    ) -> list[tuple[tuple[Match, ...], Document]]:
        """As :meth:`match`, each with the article as it was read, for who wants to index it as well.

        ``recognised``: see :func:`matching.document.read_document`.
        """
        sources = self._sources
        with _collection_paused():
            documents = [
                read_document(article, sources.get(article.source or ""), recognised=recognised) for article in articles
            ]
            batch = Batch(documents, self._sought)
            found = self._ask(batch)
            batch.release()
            return [(tuple(matches), document) for matches, document in zip(found, documents, strict=True)]

    def _ask(self, batch: Batch) -> list[list[Match]]:
        queries = self._queries
        asked = self._candidates(batch)
        # Where most are asked, in the order they lie in memory: a third less time than in a set's order.
        names = (name for name in queries if name in asked) if 2 * len(asked) > len(queries) else asked
        true = [(name, mask) for name in names if (mask := queries[name].root.bits(batch))]
        found: list[list[Match]] = [[] for _ in batch.documents]
        for name, mask in sorted(true):
            numbers = list_bits(mask)
            for number, terms in zip(numbers, queries[name].explain_all(batch, numbers), strict=True):
                found[number].append(Match(name, terms))
        return found

    def _candidates(self, batch: Batch) -> set[str]:
        """Searches that may be true in the batch: what they need is in one article of it, whatever the field."""
        found = set(self._unanchored)
        anchors, queries, masks = self._anchors, self._queries, batch.present()
        for key in anchors.keys() & masks.keys():
            known, mask = anchors[key], masks[key]
            for name in known if isinstance(known, set) else (known,):
                others = queries[name].others
                if others is None:
                    found.add(name)
                    continue
                for other in others:
                    if mask & masks.get(other, 0):
                        found.add(name)
                        break
        return found
