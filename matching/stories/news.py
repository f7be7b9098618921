"""What a later report of a story says that earlier ones did not: the sentences with facts unheard so far."""

from __future__ import annotations

import re
from collections.abc import Iterable

from matching.stories.reading import Word, guess_tongue, is_turkic, read_words

LEAST_UNHEARD = 3.0
"""Weight of unheard words (a name or a figure counts double) that makes a sentence news."""
LEAST_SHARE = 0.4
"""Share of the sentence's weight that must be unheard."""
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{3}[.!?։؟…])[»”\"]?\s+|(?<=[։؟])\s+|\n+")


def find_news(text: str, language: str | None, known: Iterable[tuple[str, str | None]], most: int = 3) -> list[str]:
    """Up to ``most`` sentences of ``text`` that tell what none of ``known`` (text, ISO 639-1 language) does.

    Words are compared by their stems, so another wording of the same facts is no news. Texts in other languages
    cannot be compared: where ``known`` has none in the language of ``text``, the result is its first sentence.
    """
    tongue, turkic = guess_tongue(language, text), is_turkic(language, text)
    same = [other for other, its_language in known if guess_tongue(its_language, other) == tongue]
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    if not same:
        return sentences[:1]
    heard = {word.term for other in same for word in read_words(other, turkic)}
    news = []
    for sentence in sentences:
        words = [word for word in read_words(sentence, turkic) if word.term]
        if _is_news(words, heard):
            news.append(sentence)
            heard.update(word.term for word in words)
        if len(news) == most:
            break
    return news


def _is_news(words: list[Word], heard: set[int]) -> bool:
    weights = {word.term: 2.0 if word.is_number or word.is_name else 1.0 for word in words}
    unheard = sum(weight for term, weight in weights.items() if term not in heard)
    return unheard >= LEAST_UNHEARD and unheard >= LEAST_SHARE * sum(weights.values())
