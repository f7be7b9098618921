from __future__ import annotations

import pysqlite3 as sqlite3
import pytest

from matching.archive import FTS_COLUMNS, FTS_TOKENIZE, archive_expression, index_row
from matching.query import compile_query
from wirewatch.article import Article

ARTICLES = [
    Article(
        url="1", title="Bakıda sülh danışıqları", text="Ermənistan və Azərbaycan nazirləri görüşüb.", language="az"
    ),
    Article(url="2", title="Переговоры в Ереване", text="Министры обсудили мирный договор.", language="ru"),
    Article(url="3", title="Երևանում հանդիպում", text="Նախարարները քննարկեցին խաղաղության պայմանագիրը։", language="hy"),
    Article(url="4", title="თბილისში შეხვედრა", text="მინისტრებმა განიხილეს დერეფანი.", language="ka"),
    Article(url="5", title="Ankara'nın teklifi", text="Zengezur Koridoru için görüşme yapıldı.", language="tr"),
    Article(url="6", title="مذاکرات در ایروان", text="وزیران درباره کریدور زنگزور گفت‌وگو کردند.", language="fa"),
    Article(
        url="7",
        title="U.S. envoy visits Tbilisi",
        text="Talks on the Zangezur corridor continue.",
        language="en",
        agency="APA",
    ),
]


@pytest.fixture(scope="module")
def archive() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        f"CREATE VIRTUAL TABLE f USING fts5({', '.join(FTS_COLUMNS)}, tokenize='{FTS_TOKENIZE}', detail=column)"
    )
    for number, article in enumerate(ARTICLES):
        marks = ", ".join("?" * (1 + len(FTS_COLUMNS)))
        connection.execute(
            f"INSERT INTO f (rowid, {', '.join(FTS_COLUMNS)}) VALUES ({marks})", (number, *index_row(article))
        )
    return connection


@pytest.mark.parametrize(
    "text",
    [
        "Bakı", "Ереван", "Երևան", "თბილისი", "Ankara", "ایروان", "@yerevan", "@zangezur", "zangez*", "title:Ереван",
        '"мирный договор"', "переговоры OR talks", "мирный NEAR/2 договор", "lead:corridor", "agency:apa", "lang:ka",
        "ATLEAST/2(talks, corridor, nothing)", "talks NOT iran", "=Talks", "US", "@usa", "@azerbaijan @armenia",
    ],
)  # fmt: skip
def test_the_archive_finds_at_least_what_the_query_means(archive: sqlite3.Connection, text: str) -> None:
    query = compile_query(text)
    expression = archive_expression(query)
    assert expression is not None
    rows = {number for (number,) in archive.execute("SELECT rowid FROM f WHERE f MATCH ?", (expression,))}
    meant = {number for number, article in enumerate(ARTICLES) if query.match(article) is not None}
    assert meant
    assert meant <= rows


@pytest.mark.parametrize("text", ["NOT iran", "/talk.*/", "talks OR NOT iran", "country:AM"])
def test_a_query_that_cannot_be_narrowed_asks_for_a_scan(text: str) -> None:
    assert archive_expression(compile_query(text)) is None


@pytest.mark.parametrize("text", ['"a\' OR 1"', "NEAR*", '“x" OR title”', "semi;colon"])
def test_marks_of_sql_and_fts_are_words_at_most(archive: sqlite3.Connection, text: str) -> None:
    expression = archive_expression(compile_query(text))
    assert expression is not None
    archive.execute("SELECT count(*) FROM f WHERE f MATCH ?", (expression,)).fetchone()
