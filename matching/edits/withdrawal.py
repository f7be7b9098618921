"""Whether a page says that its story was taken down."""

from __future__ import annotations

from matching.edits.words import list_phrases
from matching.stories.reading import fold_word
from wirewatch.article import Article

NOTICE_WORDS = 80
"""Words of title and text up to which a page may be a notice; a longer one is an article, whatever it says."""
KEPT_SHARE = 0.3
"""Share of the earlier text that a page which is still that article keeps at least."""


def says_removed(before: Article, after: Article) -> bool:
    """True where the page ``after`` is a short notice of removal in place of the article ``before``."""
    words = f"{after.title}\n{after.text}".split()
    if len(words) > NOTICE_WORDS or is_still_there(before, after):
        return False
    text = " ".join(fold_word(word.strip(".,;:!?«»“”\"'()")) for word in words)
    return any(phrase in text for phrase in list_phrases("removed"))


def is_still_there(before: Article, after: Article) -> bool:
    """True where the page has enough of the earlier text's words to be the same article, edited."""
    old, new = set(before.text.casefold().split()), set(after.text.casefold().split())
    return bool(old) and len(old & new) >= KEPT_SHARE * len(old)
