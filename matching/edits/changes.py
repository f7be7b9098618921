"""How two readings of one page differ, as an editor would say it: a number, a name, a quotation, only cosmetics.

A change is material where what a reader was told is no longer what the page says: a fact exchanged or taken back, a
sentence reversed, another headline. Sentences that were only added further down are news, not a correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, get_args

from matching.edits.passages import Sentence, Token, is_weak, split_sentences
from matching.edits.words import find_entities, list_phrases, list_words
from matching.stories.reading import fold_word
from wirewatch.article import Article

ChangeKind = Literal["headline", "number", "name", "place", "quote", "attribution", "wording", "cosmetic", "removed"]
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
"""From the first, what names a passage in which several things changed; ``removed`` is of a whole page."""

SAME_SENTENCE = 0.4
"""Likeness of two sentences (0–1, by words) from which one is an edit of the other."""
SPELLING = 0.75
"""Likeness of two words (0–1, by letters) from which one is the other spelled otherwise."""
LEAD_SENTENCES = 3
"""Sentences at the beginning in which an added fact changes what the report says."""
LONGEST_PASSAGE = 600
"""Characters kept of a passage."""
_RANK: tuple[ChangeKind, ...] = ("quote", "number", "place", "name", "attribution", "wording", "cosmetic")


@dataclass(frozen=True, slots=True)
class Change:
    """One passage that differs. ``before`` is '' where it is new, ``after`` where it is gone."""

    kind: ChangeKind
    before: str
    after: str
    is_material: bool


def compare_versions(before: Article, after: Article) -> tuple[Change, ...]:
    """The changes from one reading of a page to the next; none where title, text, dateline and byline are the same."""
    found = [*_compare_titles(before, after), *_compare_datelines(before, after), *_compare_texts(before, after)]
    kept = list(dict.fromkeys(found))
    telling = [change for change in kept if change.kind != "cosmetic"]
    if telling:
        return tuple(telling)
    if kept:
        return (kept[0],)
    if (before.title, before.text, before.authors) != (after.title, after.text, after.authors):
        return (Change("cosmetic", *_show_first_difference(before, after), False),)
    return ()


def _compare_titles(before: Article, after: Article) -> Iterable[Change]:
    old, new = split_sentences(before.title), split_sentences(after.title)
    old_words, new_words = _join(old), _join(new)
    if [token.key for token in old_words] == [token.key for token in new_words] or not new_words:
        return
    marks = list_words("mark")
    spans = _differ(*([token for token in words if token.key not in marks] for words in (old_words, new_words)))
    only_looks = all(_is_cosmetic(gone, come) for gone, come in spans)
    yield Change("cosmetic" if only_looks else "headline", before.title, after.title, not only_looks)


def _join(sentences: Iterable[Sentence]) -> tuple[Token, ...]:
    return tuple(token for sentence in sentences for token in sentence.tokens)


def _compare_datelines(before: Article, after: Article) -> Iterable[Change]:
    """Place and agency of the dateline, which reading takes out of the text."""
    pairs: tuple[tuple[ChangeKind, str | None, str | None], ...] = (
        ("place", before.place, after.place),
        ("attribution", before.agency, after.agency),
    )
    for kind, old, new in pairs:
        if old and new and fold_word(old) != fold_word(new):
            yield Change(kind, old, new, True)


def _compare_texts(before: Article, after: Article) -> Iterable[Change]:
    old, new = split_sentences(before.text, before.language), split_sentences(after.text, after.language)
    if not new:
        return
    stayed = {sentence.keys for sentence in old} & {sentence.keys for sentence in new}
    all_old, all_new = _collect(old), _collect(new)
    matcher = SequenceMatcher(None, [s.keys for s in old], [s.keys for s in new], autojunk=False)
    for tag, low, high, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone = [sentence for sentence in old[low:high] if sentence.keys not in stayed]
        come = [sentence for sentence in new[start:end] if sentence.keys not in stayed]
        for left, right in _pair(gone, come):
            if left and right:
                yield from _compare_sentences(left, right)
            elif left:
                yield _judge_alone(left, all_new, is_gone=True, in_lead=left in old[:LEAD_SENTENCES])
            elif right:
                yield _judge_alone(right, all_old, is_gone=False, in_lead=right in new[:LEAD_SENTENCES])


def _collect(sentences: Iterable[Sentence]) -> frozenset[str]:
    return frozenset(token.key for token in _join(sentences))


def _pair(gone: list[Sentence], come: list[Sentence]) -> list[tuple[Sentence | None, Sentence | None]]:
    """Each old sentence with the new one that it became; None on one side where there is no such."""
    left = list(come)
    pairs: list[tuple[Sentence | None, Sentence | None]] = []
    for sentence in gone:
        scored = [(_likeness(sentence, other), -place) for place, other in enumerate(left)]
        best, place = max(scored, default=(0.0, 0))
        pairs.append((sentence, left.pop(-place) if best >= SAME_SENTENCE else None))
    return pairs + [(None, sentence) for sentence in left]


def _likeness(a: Sentence, b: Sentence) -> float:
    return SequenceMatcher(None, a.keys, b.keys, autojunk=False).ratio()


Span = tuple[tuple[Token, ...], tuple[Token, ...]]
"""Words that stood in one place before, and the words that stand there now."""


def _differ(old: Sequence[Token], new: Sequence[Token]) -> list[Span]:
    matcher = SequenceMatcher(None, [t.key for t in old], [t.key for t in new], autojunk=False)
    return [
        (tuple(old[low:high]), tuple(new[start:end]))
        for tag, low, high, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]


def _compare_sentences(before: Sentence, after: Sentence) -> Iterable[Change]:
    """One change for each kind of edit within a sentence."""
    spans = _differ(before.tokens, after.tokens)
    if sorted(before.keys) == sorted(after.keys):  # words in another order
        yield Change("cosmetic", _cut(before.text), _cut(after.text), False)
        return
    kinds = {_classify(gone, come, before.tokens, after.tokens) for gone, come in spans}
    reversed_ = _count_negations(before.tokens) != _count_negations(after.tokens)
    if reversed_ and kinds <= {"wording", "cosmetic"}:
        kinds = {"wording"}
    for kind in [kind for kind in _RANK if kind in kinds] or ["cosmetic"]:
        if kind == "cosmetic" and len(kinds) > 1:
            continue
        material = kind not in ("wording", "cosmetic") or (kind == "wording" and reversed_)
        yield Change(kind, _cut(before.text), _cut(after.text), material)


def _count_negations(tokens: Iterable[Token]) -> int:
    return sum(token.key in list_words("negation") or token.key.endswith(("n't", "n’t")) for token in tokens)


def _classify(
    gone: tuple[Token, ...], come: tuple[Token, ...], old: Sequence[Token], new: Sequence[Token]
) -> ChangeKind:
    """What the words of one place that were exchanged are."""
    if _is_cosmetic(gone, come):
        return "cosmetic"
    changed = [*gone, *come]
    if any(token.in_quote for token in changed):
        return "quote"
    if {t.key for t in gone if t.is_number} != {t.key for t in come if t.is_number}:
        return "number"
    if _is_attribution(gone, old) or _is_attribution(come, new):
        return "attribution"
    if _swapped(gone, come, "is_place"):
        return "place"
    if _swapped(gone, come, "is_name"):
        return "name"
    return "wording"


def _swapped(gone: Iterable[Token], come: Iterable[Token], trait: str) -> bool:
    return {t.key for t in gone if getattr(t, trait)} != {t.key for t in come if getattr(t, trait)}


def _is_attribution(span: tuple[Token, ...], sentence: Sequence[Token]) -> bool:
    """True for words that say whose word a statement is, or that stand beside such words."""
    cues = list_words("attribution")
    if any(token.key in cues for token in span):
        return True
    if not span:
        return False
    start = next(place for place, token in enumerate(sentence) if token is span[0])
    around = [token.key for token in sentence[max(0, start - 2) : start]]
    if any(key in cues or key == "told" for key in around):
        return True
    following = [token.key for token in sentence[start + len(span) : start + len(span) + 1]]
    names = any(token.is_name for token in span)
    return not names and any(key in list_words("speech") for key in following)


def _is_cosmetic(gone: Sequence[Token], come: Sequence[Token]) -> bool:
    """True where only words without weight, or spellings of one word, were exchanged."""
    old, new = _weighty(gone), _weighty(come)
    if _count_negations(old) != _count_negations(new):
        return False
    if "".join(token.key for token in gone) == "".join(token.key for token in come):
        return True  # written together or apart
    return len(old) == len(new) and all(map(_is_same_word, old, new))


def _weighty(tokens: Iterable[Token]) -> list[Token]:
    return [token for token in tokens if token.is_number or _count_negations([token]) or not is_weak(token.key)]


def _is_same_word(old: Token, new: Token) -> bool:
    """Two spellings of one word; a name or number is the same only where the names file says so."""
    if old.key == new.key:
        return True
    if old.is_number or new.is_number:
        return False
    if old.is_name or new.is_name:
        return bool(find_entities(old.key) & find_entities(new.key)) and old.key[:1] == new.key[:1]
    if min(len(old.key), len(new.key)) < 4 or old.key in list_words("negation") or new.key in list_words("negation"):
        return False
    return SequenceMatcher(None, old.key, new.key, autojunk=False).ratio() >= SPELLING


def _judge_alone(sentence: Sentence, others: frozenset[str], *, is_gone: bool, in_lead: bool) -> Change:
    """A sentence that was taken out or put in: by the facts that the other version lacks."""
    lost = [token for token in sentence.tokens if token.key not in others]
    marked = not is_gone and any(phrase in " ".join(sentence.keys) for phrase in list_phrases("correction"))
    kind: ChangeKind = "wording"
    if sum(token.in_quote for token in lost) > 1:
        kind = "quote"
    elif any(token.is_number for token in lost):
        kind = "number"
    elif any(token.is_place for token in lost):
        kind = "place"
    elif any(token.is_name for token in lost):
        kind = "name"
    elif any(token.key in list_words("attribution") for token in lost):
        kind = "attribution"
    material = marked or (kind != "wording" and (is_gone or in_lead))
    text = _cut(sentence.text)
    return Change(kind, text if is_gone else "", "" if is_gone else text, material)


def _show_first_difference(before: Article, after: Article) -> tuple[str, str]:
    """The first line that is not the same."""
    old = [before.title, *before.text.splitlines(), ", ".join(before.authors)]
    new = [after.title, *after.text.splitlines(), ", ".join(after.authors)]
    pair = next(((a, b) for a, b in zip(old, new, strict=False) if a != b), (old[-1], new[-1]))
    return _cut(pair[0]), _cut(pair[1])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_PASSAGE else text[: LONGEST_PASSAGE - 1] + "…"
