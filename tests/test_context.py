"""The receipt in words: lines of context with the finds marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.mailing import ARTICLE, term
from wirewatch.article import Article
from wirewatch.cleaning import clean_line, clean_paragraphs, shorten
from wirewatch.context import Line, find_context
from wirewatch.search import Term


def shown(line: Line) -> str:
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in line)


def test_a_line_is_cut_at_whole_words_inside_its_paragraph():
    filler = "word " * 60
    article = Article(url="", title="t", text=f"First paragraph.\n\n{filler}the border is open {filler}\n\nLast one.")
    (line,) = find_context(article, [term(article, "border")])
    text = shown(line)
    assert text.startswith("… word word")
    assert text.endswith("word word …")
    assert "the [border] is open" in text
    assert len(text) < 210


def test_finds_close_to_each_other_share_a_line_and_distant_ones_get_their_own():
    terms = [term(ARTICLE, "Envoys"), term(ARTICLE, "border"), term(ARTICLE, "Zangezur")]
    assert [shown(line) for line in find_context(ARTICLE, terms)] == [
        "TBILISI – [Envoys] of Armenia and Azerbaijan agreed on Tuesday to open talks on their [border] in May.",
        "The [Zangezur] route will be discussed last, said the host, adding that “nobody is in a hurry”.",
    ]


def test_a_find_in_the_headline_shows_the_headline():
    (line,) = find_context(ARTICLE, [term(ARTICLE, "border", "title")])
    assert shown(line) == "Envoys of Armenia and Azerbaijan agree on a date for [border] talks"


def test_a_find_in_another_field_names_the_field():
    (line,) = find_context(ARTICLE, [Term("source:hillpost", "hillpost", "source", 0, 8)])
    assert shown(line) == "source: [hillpost]"


def test_overlapping_finds_are_marked_once():
    terms = [term(ARTICLE, "Armenia and Azerbaijan"), term(ARTICLE, "Azerbaijan"), term(ARTICLE, "Armenia")]
    (line,) = find_context(ARTICLE, terms)
    assert shown(line).replace("[", "").replace("]", "").startswith("TBILISI – Envoys of Armenia and Azerbaijan agreed")


TEXTS = st.text(alphabet="ab \n\u202e\ue000\ue001\u200cг", max_size=120)
SPANS = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 12), st.sampled_from(["title", "text"])), max_size=6)


@given(TEXTS, TEXTS, SPANS, st.booleans())
def test_any_receipt_gives_lines_of_the_articles_own_words(title, text, spans, honest):
    article = Article(url="", title=title, text=text)
    fields = {"title": title, "text": text}
    terms = [
        Term("q", fields[name][start : start + length] if honest else "zz", name, start, start + length)
        for start, length, name in spans
    ]
    plain = [clean_line(each.replace("\ue000", "").replace("\ue001", ""), 10_000) for each in (title, text)]
    for line in find_context(article, terms):
        words = "".join(piece.text for piece in line).strip("… ")
        assert any("".join(words.split()) in "".join(each.split()) for each in plain)
        assert honest


@given(st.text(max_size=400), st.integers(10, 80))
def test_a_cleaned_line_is_one_short_harmless_line(text, limit):
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert line == clean_line(line, limit)
    assert not set(line) & set("\r\n\x00\x1b\u202e\u2066\u2028")
    line.encode()


def test_text_is_cut_at_words():
    assert shorten("one two three", 9) == "one two…"
    assert shorten("onetwothree", 6) == "onetw…"
    assert shorten("short", 5) == "short"


def test_the_opening_is_the_first_paragraphs_up_to_the_limit():
    assert clean_paragraphs("One.\n\nTwo\nlines.\n\n\n\nThree.", 700) == ("One.", "Two lines.", "Three.")
    sentences = "One sentence here. " * 10
    assert clean_paragraphs(sentences, 100) == ("One sentence here. " * 4 + "One sentence here. …",)
    assert clean_paragraphs("Նախադասություն։ " * 20, 100)[0].endswith("Նախադասություն։ …")
    long = clean_paragraphs("word " * 500 + "\n\nnever reached", 300)
    assert len(long) == 1
    assert len(long[0]) <= 300
    assert long[0].endswith("…")
