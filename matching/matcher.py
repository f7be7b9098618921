"""The matcher: very many standing searches against a batch of new articles.

The batch is read once into key → articles (a bit each). A search is asked only if a key that it needs
is in the batch at all; its answer is then a few operations on bits, and places are looked up for hits only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matching.document import BODY, FIELDS, Batch, read_document
from matching.nodes import Node, each_bit
from matching.query import compile_query, explain
from wirewatch.article import Article
from wirewatch.search import Match, Search
from wirewatch.source import Source


class Matcher:
    """Standing searches, ready for batches; adding or removing one costs no rebuild."""

    def __init__(self, searches: Iterable[Search] = (), sources: Mapping[str, Source] | None = None) -> None:
        """``sources`` (by id) serve ``country:`` and ``kind:``.

        Raises:
            QueryError: a search's query cannot be understood.
        """
        self._sources = sources or {}
        self._roots: dict[str, Node] = {}
        self._anchors: dict[str, str | set[str]] = {}
        """key → the search, or searches, that cannot be true without it (a set only where there are several)."""
        self._unanchored: set[str] = set()
        for search in searches:
            self.add(search)

    def __len__(self) -> int:
        return len(self._roots)

    def add(self, search: Search) -> None:
        """Take a search in, in place of one with the same id.

        Raises:
            QueryError: its query cannot be understood; the matcher is unchanged then.
        """
        root = compile_query(search.query).root
        self.remove(search.id)
        self._roots[search.id] = root
        keys = root.anchors()
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
        root = self._roots.pop(search_id, None)
        if root is None:
            return
        self._unanchored.discard(search_id)
        for key in root.anchors() or ():
            known = self._anchors.get(key)
            if isinstance(known, set):
                known.discard(search_id)
                if not known:
                    del self._anchors[key]
            elif known == search_id:
                del self._anchors[key]

    def match(self, articles: Sequence[Article]) -> list[tuple[Match, ...]]:
        """One tuple an article, in order: a receipt of every search that fired, by search id."""
        documents = [read_document(article, self._sources.get(article.source or "")) for article in articles]
        batch = Batch(documents)
        found: list[list[Match]] = [[] for _ in documents]
        for identifier in sorted(self._candidates(batch)):
            root = self._roots[identifier]
            for number in each_bit(root.bits(batch)):
                found[number].append(Match(identifier, explain(root, documents[number])))
        return [tuple(matches) for matches in found]

    def _candidates(self, batch: Batch) -> set[str]:
        """Searches that may be true somewhere in the batch."""
        found = set(self._unanchored)
        anchors = self._anchors
        for scope in (BODY, *FIELDS[2:]):
            for key in batch.bits(scope):
                known = anchors.get(key)
                if isinstance(known, set):
                    found |= known
                elif known is not None:
                    found.add(known)
        return found
