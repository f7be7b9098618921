from __future__ import annotations

import gc
import weakref

import pytest

from matching import matcher as module
from matching.document import Batch
from matching.matcher import Matcher
from wirewatch.article import Article
from wirewatch.search import Search

ARTICLES = [
    Article(
        url="https://example.org/1",
        title="Bakıda görüş keçirilib",
        text="Nazirlər danışıqlar apardılar.",
        language="az",
    ),
    Article(url="https://example.org/2", title="Встреча в Ереване", text="Министры провели переговоры в Степанакерте."),
    Article(url="https://example.org/3", title="Armenia and Georgia sign a memorandum", text=""),
]


def found(matcher: Matcher) -> list[list[str]]:
    return [[match.search for match in matches] for matches in matcher.match(ARTICLES)]


def test_each_article_gets_the_searches_that_fired() -> None:
    matcher = Matcher(
        [Search("baku", "Bakı"), Search("yerevan", "@Yerevan"), Search("all", "NOT iran"), Search("none", "iran")]
    )
    assert found(matcher) == [["all", "baku"], ["all", "yerevan"], ["all"]]


def test_a_search_added_later_fires_and_a_removed_one_does_not() -> None:
    matcher = Matcher([Search("one", "armenia")])
    matcher.add(Search("two", "armenia georgia"))
    assert found(matcher)[2] == ["one", "two"]
    matcher.remove("one")
    matcher.remove("never-there")
    assert found(matcher)[2] == ["two"]
    assert len(matcher) == 1


def test_adding_an_id_again_replaces_its_query() -> None:
    matcher = Matcher([Search("one", "armenia")])
    matcher.add(Search("one", "Bakı"))
    assert found(matcher) == [["one"], [], []]


def test_a_receipt_points_at_the_form_in_the_article() -> None:
    matcher = Matcher([Search("k", "@Stepanakert")])
    (match,) = matcher.match(ARTICLES)[1]
    (term,) = match.terms
    assert (term.form, term.field) == ("Степанакерте", "text")
    assert ARTICLES[1].text[term.start : term.end] == term.form


def test_no_articles_give_no_receipts() -> None:
    assert Matcher([Search("one", "armenia")]).match([]) == []


def test_a_batch_is_freed_at_once_and_waits_for_no_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that reads for weeks would else hold tens of kilobytes an article until the collector comes by."""
    made: list[weakref.ref[Batch]] = []

    class Watched(Batch):
        def __init__(self, documents: list) -> None:
            super().__init__(documents)
            made.append(weakref.ref(self))

    monkeypatch.setattr(module, "Batch", Watched)
    matcher = Matcher([Search("baku", "Bakı"), Search("near", "Bakı NEAR/5 görüş")])
    gc.collect()
    gc.disable()
    try:
        assert found(matcher)[0] == ["baku", "near"]
        assert [each() for each in made] == [None]
    finally:
        gc.enable()
