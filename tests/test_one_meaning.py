"""Batch, archive and single article must agree for any query and any articles."""

from __future__ import annotations

import pysqlite3 as sqlite3
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.archive import FTS_COLUMNS, FTS_TOKENIZE, archive_expression, index_row, is_exact
from matching.matcher import Matcher
from matching.query import compile_query
from matching.sought import Sought
from wirewatch.article import Article
from wirewatch.search import Search
from wirewatch.source import Source

WORDS = {
    "en": "talks talk minister ministers Armenia Armenian met peace agreement agreements Georgia US O'Brien 3.3 3+3",
    "ru": "переговоры переговоров министр министра Баку Азербайджана мирный мирного Степанакерте ё её Пашиняном",
    "az": "danışıqlar danışıqları Bakı Bakıda Bakının nazir nazirlər Ermənistanla sülh İrəvan BMT-nin Qarabağ",
    "hy": "Երևան Երևանում Երեւանի ԵՐԵՎԱՆ նախարար նախարարները Հայաստա՛ն խաղաղություն խաղաղության ԵԱՀԿ-ում",
    "ka": "თბილისი თბილისში თბილისის მინისტრი მინისტრებმა საქართველოს დერეფანი დერეფნის ᲗᲑᲘᲚᲘᲡᲘ",
    "tr": "Ankara'nın Ankara görüşme görüşmeler bakan bakanı Azerbaycan'da Zengezur Koridoru IRAN İran ıran",
    "fa": "مذاکرات مذاکره وزیر وزیران ایران قره‌باغ قره باغ ارمنستان كشور کشورهای می‌شود",
}
NAMES = [
    "@armenia",
    "@yerevan",
    "@Stepanakert",
    "@zangezur",
    "@georgia",
    "@azerbaijan",
    "@karabakh",
    "@usa",
    "@talks",
    "@armenia-government",
]
SOURCES = {"one": Source("one", "One", country="AM", kind="paper"), "two": Source("two", "Two", country="AZ")}
ALL_WORDS = [word for words in WORDS.values() for word in words.split()]

texts = st.sampled_from(list(WORDS)).flatmap(
    lambda language: st.lists(
        st.one_of(st.sampled_from(WORDS[language].split()), st.sampled_from([*ALL_WORDS, ".\n\n", ",", "-", "—"])),
        max_size=14,
    ).map(" ".join)
)
articles = st.builds(
    Article,
    url=st.just("https://example.org/"),
    title=texts,
    text=texts,
    source=st.sampled_from([None, "one", "two"]),
    language=st.sampled_from([None, "en", "az", "tr", "ru"]),
    authors=st.sampled_from([(), ("Ani Petrosyan", "B. Smith")]),
    agency=st.sampled_from([None, "APA", "TASS"]),
    place=st.sampled_from([None, "Baku"]),
)
words = st.sampled_from([word for word in ALL_WORDS if word not in ("3+3",)])
terms = st.one_of(
    words,
    words.map(lambda word: f"={word}"),
    words.filter(lambda word: len(word) > 3).map(lambda word: f"{word[:3]}*"),
    st.lists(words, min_size=2, max_size=3).map(lambda some: '"' + " ".join(some) + '"'),
    st.sampled_from(NAMES),
    st.sampled_from(
        ["/tal[kq]/", "/B.k/", "lang:az", "country:AM", "source:one", "agency:APA", "kind:paper", "place:Baku"]
    ),
    st.sampled_from(
        ["author:petrosyan", 'author:"Ani Petrosyan"', "lead:peace", "title:Bakı", "text:(talks OR Երևան)"]
    ),
)
places = st.one_of(words, st.sampled_from(NAMES), words.map(lambda word: f'"{word} {word}"'))
queries = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} AND {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} NOT {two[1]})"),
        inner.map(lambda one: f"(NOT {one})"),
        st.lists(inner, min_size=2, max_size=4).map(lambda some: f"ATLEAST/2({', '.join(some)})"),
        st.tuples(places, st.integers(0, 6), places).map(lambda three: f"({three[0]} NEAR/{three[1]} {three[2]})"),
        inner.map(lambda one: f"title:({one})" if ":" not in one else one),
    ),
    max_leaves=6,
)


def search_archive(text: str, stored: list[Article]) -> set[int]:
    """What storage does: narrow by FTS5, then ask each candidate."""
    query = compile_query(text)
    database = sqlite3.connect(":memory:")
    columns = ", ".join(FTS_COLUMNS)
    database.execute(f"CREATE VIRTUAL TABLE f USING fts5({columns}, tokenize='{FTS_TOKENIZE}', detail=column)")
    marks = ", ".join("?" * (1 + len(FTS_COLUMNS)))
    for number, article in enumerate(stored):
        row = index_row(article, SOURCES.get(article.source or ""))
        database.execute(f"INSERT INTO f (rowid, {columns}) VALUES ({marks})", (number, *row))
    expression = archive_expression(query)
    if expression is None:
        candidates = list(range(len(stored)))
    else:
        candidates = [row for (row,) in database.execute("SELECT rowid FROM f WHERE f MATCH ?", (expression,))]
    database.close()
    if is_exact(query):
        return set(candidates)
    return {n for n in candidates if query.match(stored[n], SOURCES.get(stored[n].source or "")) is not None}


@settings(max_examples=300, deadline=None)
@given(queries, st.lists(articles, min_size=1, max_size=4))
def test_batch_archive_and_single_article_agree(text: str, stored: list[Article]) -> None:
    matcher = Matcher([Search("it", text), Search("other", "talks")], SOURCES)
    batch = matcher.match(stored)
    query = compile_query(text)
    for article, matches in zip(stored, batch, strict=True):
        receipt = next((match.terms for match in matches if match.search == "it"), None)
        assert receipt == query.match(article, SOURCES.get(article.source or ""))
    sought = Sought(query)
    if sought.decides:
        said = [sought.holds(article.title, article.text, article.language) for article in stored]
        assert said == [any(match.search == "it" for match in matches) for matches in batch]
    fired = {n for n, matches in enumerate(batch) if any(match.search == "it" for match in matches)}
    assert fired == search_archive(text, stored)


@settings(max_examples=150, deadline=None)
@given(queries, articles)
def test_every_receipt_quotes_the_article_exactly(text: str, article: Article) -> None:
    source = SOURCES.get(article.source or "")
    fields = {
        "title": article.title,
        "text": article.text,
        "author": ", ".join(article.authors),
        "agency": article.agency,
        "place": article.place,
        "source": article.source,
        "country": source.country if source else "",
        "kind": source.kind if source else "",
    }
    for term in compile_query(text).match(article, source) or ():
        if term.field != "lang":
            whole = fields[term.field]
            assert whole is not None
            assert whole[term.start : term.end] == term.form
            assert term.start < term.end


@settings(max_examples=100, deadline=None)
@given(queries, articles)
def test_a_query_and_its_negation_never_both_hold(text: str, article: Article) -> None:
    source = SOURCES.get(article.source or "")
    holds = compile_query(text).match(article, source) is not None
    assert holds != (compile_query(f"NOT ({text})").match(article, source) is not None)
