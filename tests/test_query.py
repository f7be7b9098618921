from __future__ import annotations

import contextlib

import pytest

from matching.query import compile_query
from wirewatch.article import Article
from wirewatch.errors import QueryError
from wirewatch.source import Source

MEETING = Article(
    url="https://example.org/1",
    title="Ministers of Armenia and Azerbaijan meet in Geneva",
    text="The foreign ministers held talks on a peace treaty.\n\nGeorgia offered to host the next round in Tbilisi.",
    language="en",
    authors=("Anna Petrosyan",),
    agency="APA",
    place="Geneva",
    source="newsroom",
)
SOURCE = Source(id="newsroom", name="The Newsroom", country="AM", kind="private wire")


def fits(query: str, article: Article = MEETING) -> bool:
    return compile_query(query).match(article, SOURCE) is not None


@pytest.mark.parametrize(
    "query",
    [
        "armenia",
        "ARMENIA azerbaijan",
        "armenia AND azerbaijan",
        "iran OR georgia",
        '"peace treaty"',
        "(iran OR georgia) treaty",
        "armenia NOT iran",
        "armenia -iran",
        'armenia -"peace deal"',
        "azerb*",
        "trea*",
        "title:geneva",
        "lead:treaty",
        "text:tbilisi",
        "text:(tbilisi georgia)",
        "author:petrosyan",
        "agency:apa",
        "place:geneva",
        "source:newsroom",
        "country:AM",
        "lang:en",
        'kind:"private wire"',
        "armenia NEAR/1 azerbaijan",
        "azerbaijan NEAR/1 armenia",
        "(armenia OR iran) NEAR/3 azerbaijan",
        "ATLEAST/2(armenia, iran, georgia)",
        "=talks",
        "talk",
        "/tbilis[iy]/",
        "NOT iran",
        "minister",
        "“peace treaty”",
    ],
)
def test_a_query_finds_the_article_it_describes(query: str) -> None:
    assert fits(query)


@pytest.mark.parametrize(
    "query",
    [
        "iran",
        "armen",
        "armenia iran",
        '"treaty peace"',
        "armenia NOT georgia",
        "armenia -georgia",
        "NOT armenia",
        "title:tbilisi",
        "lead:tbilisi",
        "text:geneva",
        "agency:trend",
        "country:AZ",
        "lang:ka",
        "armenia NEAR/0 azerbaijan",
        "geneva NEAR/50 talks",
        "ATLEAST/3(armenia, iran, georgia)",
        "=talk",
        "/tbilisi.*geneva/",
        '"azerbaijan meet in geneva the foreign"',
    ],
)
def test_a_query_leaves_other_articles_alone(query: str) -> None:
    assert not fits(query)


def test_or_binds_looser_than_juxtaposition() -> None:
    assert fits("iran russia OR armenia")
    assert not fits("(iran OR russia) armenia")


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", 0),
        ("   ", 3),
        ("(armenia", 0),
        ("armenia)", 7),
        ('armenia "peace', 8),
        ("armenia AND", 11),
        ("OR armenia", 0),
        ("armenia OR OR georgia", 11),
        ("()", 1),
        ("foo:bar", 0),
        ("titel:armenia", 0),
        ("armenia NEAR azerbaijan", 8),
        ("armenia NEAR/3", 14),
        ("(a AND b) NEAR/3 c", 10),
        ("ATLEAST/4(a, b)", 0),
        ("ATLEAST/2 a", 10),
        ("a*", 0),
        ("zan*gezur", 3),
        ("armenia - georgia", 8),
        ("@", 0),
        ("@nobodyknows", 0),
        ("@Grigoryan", 0),
        ("/(/", 0),
        ("/x", 0),
        ("/a*/", 0),
        ("armenia, georgia", 7),
        ("armenia[tiab]", 7),
        ("wom?n", 3),
        ("armenia || georgia", 8),
        ("peace~2", 5),
        ("!!!", 0),
    ],
)
def test_a_query_that_cannot_be_understood_is_refused_with_its_position(query: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(query)
    assert caught.value.position == position
    assert caught.value.suggestion


def test_half_a_character_is_refused_in_a_query_and_harmless_in_an_article() -> None:
    with pytest.raises(QueryError) as caught:
        compile_query("/a\ud800/")
    assert caught.value.position == 2
    article = MEETING.with_changes(text="\ud800 half a letter \udfff then Tbilisi")
    (term,) = compile_query("/tbilis[iy]/").match(article) or ()
    assert article.text[term.start : term.end] == term.form == "Tbilisi"
    assert fits("tbilisi", article)


def test_a_refusal_suggests_the_field_that_was_meant() -> None:
    with pytest.raises(QueryError, match="did you mean title:"):
        compile_query("titel:armenia")


def test_an_ambiguous_name_is_refused_with_the_candidates() -> None:
    with pytest.raises(QueryError, match=r"@a-grigoryan, @m-grigoryan"):
        compile_query("@Grigoryan")


@pytest.mark.parametrize(
    "hostile", ["(" * 5000, "-" * 5000, "NOT " * 5000 + "a", "a " * 5000, "title:" * 5000, "x" * 99999]
)
def test_a_hostile_query_is_compiled_or_refused(hostile: str) -> None:
    with contextlib.suppress(QueryError):
        compile_query(hostile)


def test_a_receipt_names_the_characters_that_fired() -> None:
    terms = compile_query('armenia "peace treaty" OR georgia').match(MEETING, SOURCE)
    assert terms is not None
    assert [(term.form, term.field) for term in terms] == [
        ("Armenia", "title"),
        ("peace treaty", "text"),
        ("Georgia", "text"),
    ]
    for term in terms:
        assert getattr(MEETING, term.field)[term.start : term.end] == term.form


def test_a_lead_receipt_is_counted_in_the_text() -> None:
    terms = compile_query("lead:treaty").match(MEETING.with_changes(text="\n\n " + MEETING.text), SOURCE)
    assert terms is not None
    assert ("\n\n " + MEETING.text)[terms[0].start : terms[0].end] == "treaty"
    assert terms[0].field == "text"
