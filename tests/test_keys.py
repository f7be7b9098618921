"""The words that are remembered: bounded in all languages together, and let go where they are forgotten."""

from __future__ import annotations

import gc
import weakref

import pytest

from matching import keys
from matching.document import read_document
from matching.keys import Keys, keys_in
from matching.stories.features import fingerprint
from wirewatch.article import Article


@pytest.fixture
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> dict[str | None, Keys]:
    known: dict[str | None, Keys] = {}
    monkeypatch.setattr(keys, "_KNOWN", known)
    return known


def test_the_words_of_all_languages_together_are_bounded(
    nothing_known: dict[str | None, Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_WORDS", 100)
    for number in range(80):
        text = " ".join(f"word{number}x{place}" for place in range(5))
        article = Article(url="http://a.test/1", title="", text=text, language=("en", "ru", "az", "hy")[number % 4])
        document = read_document(article, recognised=True)
        assert document.words["text"].running == text.split()
        assert sum(map(len, nothing_known.values())) < 110
    assert len(nothing_known) > 2


def test_the_language_that_has_most_words_begins_anew(
    nothing_known: dict[str | None, Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_WORDS", 10)
    few, many = keys_in("hy"), keys_in("en")
    few["one"] = 1
    many |= {f"word{number}": 1 for number in range(12)}
    keys.make_room()
    assert keys_in("hy") is few
    assert keys_in("en") is not many


def test_words_that_are_forgotten_are_let_go_at_once(nothing_known: dict[str | None, Keys]) -> None:
    """Without a look for garbage: the matcher keeps one from happening."""
    gc.disable()
    try:
        article = Article(url="http://a.test/1", title="Talks in Gudauri", text="Ministers met in Gudauri on Friday.")
        document = read_document(article.with_changes(language="en"), recognised=True)
        words = document.words["title"], document.words["text"]
        fingerprint(article.title, article.text, "en", found=words)
        held = weakref.ref(nothing_known["en"])
        assert held() is not None
        del document, words
        nothing_known.clear()
        assert held() is None
    finally:
        gc.enable()
