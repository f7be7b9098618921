"""Words as numbers: the words that the matcher found tell the same of a text as looking for them anew."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import keys as word_keys
from matching.document import Words, read_document
from matching.matcher import Matcher
from matching.stories import features, lexicon, shingles
from matching.stories.lexicon import Lexicon, lexicon_of
from matching.stories.marks import MARKED_LETTERS, read_marks
from matching.stories.reading import read_word, split_text
from matching.tokens import Split, find_words, list_words
from wirewatch.article import Article
from wirewatch.search import Search

NASTY = [
    "Losses of 3,000 and 1 250 000 drams, 500km from A3,000 and 7,000km of road",
    "It's the U.S. and O'Brien's 3.3 per cent, 12:30, top-ten, BMT-nin and Ankara'da",
    "می‌خواهد در ایران 3\u200b,000 و ا\u200eب گفت",
    "snake_case and __init__ words, Հա՞յ, cafe\u0301 e\u0301t\u00e9, ab\u00adcd",
    "'' ʼ \u0301 \u0640 ՞ nothing but marks",
    "x" * 300 + " 1.2.3." * 40 + "U.S.A.F.D." * 30,
    "",
    "1990's 500 and 3'000 and 3' 000",
]
PIECES = [
    "3",
    "000",
    "12,500",
    "March",
    "Yerevan",
    "Bakı",
    "Ереван",
    "თბილისი",
    "تهران",
    "it's",
    "U.S.",
    "5th",
    "ʼ",
    "Monday",
]
SIGNS = [" ", ", ", ".", ",", "'", "\u200c", "\u200e", "\u00ad", "_", "-", "\u00a0", "\n\n", "\u0301", ": "]


def words_of(text: str, title: str = "") -> tuple[Words, Words]:
    """The words of an article as the matcher finds them."""
    read = read_document(Article(url="https://a.test/1", title=title, text=text))
    return read.words["title"], read.words["text"]


def assert_same_words(text: str) -> None:
    """Read with the matcher's words and without, a text tells the same."""
    book = lexicon_of(False)
    anew, taken = book.read(text), book.read(text, words_of(text)[1])
    for one, other in zip(anew, taken, strict=True):
        assert list(one) == list(other), text
    assert [book.words[number] for number in anew.words] == [
        read_word(raw)._replace(sounds=()) for raw in split_text(text)
    ]


@pytest.mark.parametrize("text", NASTY)
def test_the_matchers_words_tell_the_same_as_looking_anew(text: str) -> None:
    assert_same_words(text)
    assert_same_words(f"{text} {text}. {text}")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SIGNS)), max_size=30))
def test_the_matchers_words_tell_the_same_whatever_stands_between(parts: list[tuple[str, str]]) -> None:
    assert_same_words("".join(piece + sign for piece, sign in parts))


def test_most_texts_are_not_looked_through_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "In Yerevan 120 delegates and 3,000 guests didn't meet the U.S. envoy on 12 March."
    found = words_of(text)[1]
    book = Lexicon(turkic=False)
    book.read(text, found)
    monkeypatch.setattr(lexicon, "split_text", lambda text: pytest.fail(f"looked through {text!r}"))
    assert book._raw[book.read(text, found).words[5]] == "3000"


@pytest.mark.parametrize("language", ["en", "az", None])
@pytest.mark.parametrize("text", [*NASTY, "Peace treaty signed in Yerevan. " * 90])
def test_a_fingerprint_is_the_same_with_the_matchers_words(text: str, language: str | None) -> None:
    title = "Azerbaijan and Armenia sign the peace treaty"
    found = words_of(text, title)
    assert features._make_fingerprint(title, text, language, frozenset()) == features._make_fingerprint(
        title, text, language, frozenset(), found
    )
    for marked in (text, f"{'y' * (MARKED_LETTERS - 4)} Yerevan {text}", text.replace(" ", "-") * 40):
        read = words_of(marked, title)
        assert read_marks(title, marked, "en") == read_marks(title, marked, "en", read)


def test_a_lexicon_that_is_full_begins_anew_and_tells_the_same() -> None:
    book, text = Lexicon(turkic=False, limit=5), "One Two Three Four Five Six on 7 March"
    found = words_of(text)[1]
    before = book.read(text, found)
    terms = before.terms.tolist()
    book.read("Seven words more than there were before")
    book.begin()
    assert not len(book)
    assert book.read(text, found).terms.tolist() == terms
    assert book.hear_words("Lavrov Kobakhidze") == {*read_word("Lavrov").sounds, *read_word("Kobakhidze").sounds}
    assert book.hear_words("Iao") == set()  # too few consonants to know it by


def test_a_language_with_too_many_words_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_keys, "_KNOWN", {})
    known = word_keys.keys_in("en")
    known.limit = 3
    matcher = Matcher([Search("s", "treaty NEAR/3 peace")])
    article = Article(url="https://a.test/1", title="Peace", text="They signed the peace treaty today", language="en")
    [first] = matcher.match([article])
    [second] = matcher.match([article])
    assert word_keys.keys_in("en") is not known
    assert first == second
    assert [match.search for match in first] == ["s"]
    for number in range(2 * word_keys.MOST_LANGUAGES):
        word_keys.keys_in(f"x{number}")
        assert len(word_keys._KNOWN) <= word_keys.MOST_LANGUAGES


def test_a_word_that_is_too_long_is_read_by_its_beginning_and_not_kept() -> None:
    known = word_keys.Keys("en")
    long = "a" * 500
    assert known.of[known[long]] == known.of[known["a" * 80]]
    assert long not in known
    assert known.cut == 1


def test_a_shingle_is_the_hash_of_its_terms() -> None:
    dice = random.Random(3)
    terms = [dice.randrange(2**32) for _ in range(2000)]
    for size in (0, 1, 2, 3, 4, 2000):
        told = terms[:size]
        expected = [hash(three) for three in zip(told, told[1:], told[2:], strict=False)]
        if 0 < size < 3:
            expected = [hash(tuple(told))]
        assert shingles.shingle(np.array(told, np.uint32)).tolist() == expected


@pytest.mark.parametrize("size", [10, 256, 257, 3000])
def test_a_sample_is_of_all_that_a_power_of_two_divides(size: int) -> None:
    dice = random.Random(size)
    values = [dice.randrange(-(2**62), 2**62) for _ in range(size)] * 2
    kept, modulus = shingles.sample(np.array(values, np.int64), 256)
    assert set(kept) == {value for value in values if value % modulus == 0}
    assert len(kept) == len(set(kept)) <= 256
    assert modulus == 1 or len([value for value in set(values) if value % (modulus // 2) == 0]) > 256


@pytest.mark.parametrize("text", NASTY)
def test_where_words_stand_is_told_when_it_is_asked(text: str) -> None:
    split = Split(text)
    assert split.words == list_words(text)
    offsets = [*range(0, len(text) + 2, 3)]
    before = [split.count_before(offset) for offset in offsets]
    assert before == [sum(start < offset for start, _, _ in find_words(text)) for offset in offsets]
    assert [text[start:end].replace("_", " ") for start, end in zip(*split.spans, strict=True)] == split.words
    assert [split.count_before(offset) for offset in offsets] == before
