"""What the archive's full-text table holds and how a query asks it.

Each cell holds the *keys* of an article's words (see :mod:`matching.morphology`), so the archive knows
the same words and grammatical forms as the batch. Only presence counts, not order: a phrase or NEAR
asks for all its words, and storage verifies each candidate with ``Query.match``. The expression is made
of letters, digits and quotes only; nothing of a user's text reaches FTS5's own syntax.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from matching.document import BODY, Document, read_document
from matching.guards import Guarded, InLanguage, Outside
from matching.leaves import AnyLeaf, Near, Phrase, Prefix, Word
from matching.nodes import And, Leaf, Node, Or
from matching.query import Query
from wirewatch.article import Article
from wirewatch.source import Source

FTS_COLUMNS: tuple[str, ...] = ("title", "text", "meta")
"""Columns of the table: keys of the title, of the text, and of author, agency, place, source, language."""
FTS_TOKENIZE = "unicode61 remove_diacritics 0"
"""The table's ``tokenize`` option: keys are folded already and hold letters and digits only."""

FTS_FORM = 5
"""Raised whenever the keys of words change (folding, grammar, tokens): an archive of another form is indexed anew."""

_META = ("author", "agency", "place", "source", "lang")
_COLUMNS = {BODY: "{title text}", "title": "{title}", "text": "{text}", "lead": "{text}"}
_MOST_TERMS = 40_000
"""Terms of an expression (a shipped topic has some thousands)."""
_DEEPEST = 14
"""Groups within groups; FTS5's parser gives up at about thirty."""


def index_row(article: Article, source: Source | None = None, document: Document | None = None) -> tuple[str, ...]:
    """The table's cells for one article, in the order of ``FTS_COLUMNS``.

    ``document`` is the article as it was read for matching, where that was done already.
    """
    document = document or read_document(article, source)
    return tuple(" ".join(document.list_keys(*fields)) for fields in (("title",), ("text",), _META))


def archive_expression(query: Query) -> str | None:
    """An FTS5 MATCH expression that finds at least every article the query is true for.

    None: the query cannot be narrowed (a regular expression, a negation alone); every article is asked.
    """
    expression = _express(query.root, 0)
    return None if expression is None or expression.count('"') > 2 * _MOST_TERMS else expression


def is_exact(query: Query) -> bool:
    """Whether the archive's answer to ``archive_expression`` needs no verification: it finds just what is true.

    So for words and alternatives of words in title and text; a count of such a query need not read any article.
    """
    return archive_expression(query) is not None and _is_exact(query.root, 0)


def _is_exact(node: Node, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(node, And) or (isinstance(node, Or) and node.least == 1):
        return all(_is_exact(part, depth + 1) for part in node.parts)
    if isinstance(node, AnyLeaf):
        single = {key for choice in node.choices if _is_plain_word(choice) for key in choice.keys}
        return all(_is_implied(choice, single) or _is_exact(choice, depth + 1) for choice in node.choices)
    return _is_plain_word(node)


def _is_plain_word(node: Node) -> TypeGuard[Word]:
    return type(node) is Word and node.scope in (BODY, "title", "text")


def _is_implied(node: Node, single: set[str]) -> bool:
    """Whether a phrase adds nothing, since one of its words by itself is a choice too: ``Zangezur corridor``."""
    return isinstance(node, Phrase) and any(
        _is_plain_word(part) and single.issuperset(part.keys) for part in node.parts
    )


def _express(node: Node, depth: int) -> str | None:
    """The expression of one node; None where it cannot be expressed, or lies too deep for FTS5's parser."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, And):
        return _express_and(node.parts, depth)
    if isinstance(node, Or):
        return _express_or(node.parts, depth, node.least)
    return _express_leaf(node, depth) if isinstance(node, Leaf) else None


def _express_leaf(leaf: Leaf, depth: int) -> str | None:
    if isinstance(leaf, Phrase):
        return _express_and(leaf.parts, depth)
    if isinstance(leaf, AnyLeaf):
        return _express_or(leaf.choices, depth)
    if isinstance(leaf, Near):
        return _express_and((leaf.left, leaf.right), depth)
    if isinstance(leaf, (Guarded, InLanguage, Outside)):
        return _express(leaf.leaf, depth)
    if leaf.scope in ("country", "kind"):
        return None  # what the catalogue says of a source may change after the article was stored
    if isinstance(leaf, Prefix):
        return f'{_column(leaf.scope)} : "{leaf.start}" *' if _is_plain(leaf.start) else None
    if isinstance(leaf, Word) and all(map(_is_plain, leaf.keys)):
        return _join(" OR ", (f'{_column(leaf.scope)} : "{key}"' for key in leaf.keys))
    return None


def _is_plain(key: str) -> bool:
    """Whether ``unicode61``, which knows an old Unicode, surely takes the key for one word, as we do."""
    return all(char < "\u1100" or "\u3040" <= char <= "\ud7a3" for char in key)


def _column(scope: str) -> str:
    return _COLUMNS.get(scope, "{meta}")


def _express_and(parts: Iterable[Node], depth: int) -> str | None:
    return _join(" AND ", (part for node in parts if (part := _express(node, depth + 1)) is not None))


def _express_or(parts: Iterable[Node], depth: int, least: int = 1) -> str | None:
    """Of ``least`` parts any ``n - least + 1`` hold one that is true; None where too few can be expressed."""
    nodes = list(parts)
    known = [part for node in nodes if (part := _express(node, depth + 1)) is not None]
    needed = len(nodes) - least + 1
    return _join(" OR ", sorted(known, key=len)[:needed]) if len(known) >= needed else None


def _join(sign: str, parts: Iterable[str]) -> str | None:
    known = list(dict.fromkeys(parts))
    if len(known) < 2:
        return known[0] if known else None
    return "(" + sign.join(known) + ")"
