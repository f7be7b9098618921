from __future__ import annotations

import gc
import random
import weakref
from typing import Any

import pytest

from matching import matcher as module
from matching.document import Batch, Document, read_document
from matching.leaves import Near
from matching.matcher import Matcher
from matching.nodes import Or, Spot
from matching.query import compile_query
from matching.topics import load_topics
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
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
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


def test_a_search_added_between_two_batches_asks_for_words_that_were_read_before() -> None:
    matcher = Matcher([Search("baku", "Bakı")])
    assert found(matcher)[0] == ["baku"]
    matcher.add(Search("meeting", "görüş"))
    matcher.add(Search("phrase", '"görüş keçirilib"'))
    assert found(matcher)[0] == ["baku", "meeting", "phrase"]


def test_what_a_search_needs_may_stand_in_two_fields_but_not_in_two_articles() -> None:
    articles = [
        Article(url="1", title="Corridor", text="Nothing else", authors=("Anna Petrosyan",)),
        Article(url="2", title="Railway", text="The wagons wait"),
        Article(url="3", title="Railway", text="No corridor without wagons"),
    ]
    queries = {
        "both": "corridor AND railway",
        "phrase": '"railway corridor"',
        "fields": "author:petrosyan AND corridor",
        "one of": "(petrosyan OR wagons) AND railway",
        "all": "ATLEAST/2(corridor, railway, wagons)",
    }
    matches = Matcher(Search(name, query) for name, query in queries.items()).match(articles)
    assert [[match.search for match in each] for each in matches] == [
        ["fields"],
        ["all", "one of"],
        ["all", "both", "one of"],
    ]


def test_a_language_that_a_reader_told_is_believed_and_one_that_is_stated_is_not() -> None:
    article = Article(url="u", title="", text="The talks on the border were held in the capital today", language="ru")
    assert read_document(article).texts["lang"] == "en"
    assert read_document(article, recognised=True).texts["lang"] == "ru"
    assert read_document(article.with_changes(language=None), recognised=True).texts["lang"] == "en"


def _pairs_one_by_one(near: Near, document: Document) -> list[tuple[Spot, Spot]]:
    """For each left place the nearest right one, by looking at every one of them."""

    def gap(one: Spot, other: Spot) -> int:
        low, high = sorted((one, other))
        return high[0] - low[1] - 1 if low[1] < high[0] else 1 << 30

    rights = near.right.spots(document)
    nearest = [(left, min(rights, key=lambda spot: gap(left, spot))) for left in near.left.spots(document) if rights]
    return [(left, right) for left, right in nearest if gap(left, right) <= near.distance]


@pytest.mark.parametrize("seed", range(40))
def test_near_finds_the_nearest_places_whatever_their_order(seed: int) -> None:
    dice = random.Random(seed)
    text = " ".join(dice.choice(("peace", "treaty", "talks", "x", "peace treaty", "talks on")) for _ in range(30))
    query = compile_query(f'(peace OR "peace treaty" OR x) NEAR/{seed % 5} (talks OR "talks on" OR treaty)')
    document = read_document(Article(url="u", title="", text=text))
    Batch([document])
    assert isinstance(query.root, Near)
    assert query.root.pairs(document) == _pairs_one_by_one(query.root, document)


def test_a_vocabulary_is_told_alike_in_one_article_and_in_many() -> None:
    words = ("railway", "wagons", "corridors", "sanctioned", "negotiating", "Bakıda", "переговорах", "nothing")
    articles = [Article(url=str(n), title=word, text=f"word{n} " * 3) for n, word in enumerate(words)]
    articles += [Article(url=f"f{n}", title="", text=" ".join(f"w{n}x{m}" for m in range(300))) for n in range(10)]
    matcher = Matcher(Search(name, f"@{name}") for name in ("routes", "talks", "sanctions-named", "baku"))
    together = matcher.match(articles)
    alone = [matcher.match([article])[0] for article in articles]
    assert together == alone
    assert [bool(matches) for matches in alone[:8]] == [True, True, True, True, True, True, True, False]


def test_topics_share_the_rules_that_they_have_in_common() -> None:
    one, other = (compile_query(load_topics()[name].query).root for name in ("energy", "sanctions"))
    assert set(map(id, one.children())) & {id(node) for node in other.children() if isinstance(node, Or)}
