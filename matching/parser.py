"""From a query's text to its nodes.

The grammar, loosest first::

query  = any {OR any}
any    = part {[AND] part}
part   = {NOT | -} near
near   = item {NEAR/n item}
item   = word | "phrase" | prefix* | =exact | @name | /regex/ | field:item | (query) | ATLEAST/n(query, …)
"""

from __future__ import annotations

import difflib
from typing import NoReturn

from matching.document import BODY, FIELDS
from matching.fold import fold
from matching.leaves import AnyLeaf, Exact, Near, Phrase, Prefix, Word
from matching.lexer import Kind, Token, read_tokens
from matching.morphology import query_keys
from matching.nodes import And, GroupT, Leaf, Node, Not, Or, share, share_group
from matching.patterns import Pattern
from matching.tokens import LONGEST, find_words
from wirewatch.errors import QueryError

SCOPES = frozenset((*FIELDS, "lead"))
MAX_DEPTH = 50
"""Groups within groups; each costs a few frames of Python's stack."""
MAX_NODES = 1_000
"""Terms of a query: words, names, fields, groups, each word of a phrase counted."""
MAX_WORDS = 500
"""Words among them; the grammar of each costs up to 0.05 ms."""
MAX_NAMES = 400
"""Different names, each field they stand in counted."""
MAX_PATTERN = 300
"""Characters of a regular expression."""
MAX_PATTERNS = 5
"""Regular expressions of a query: each is run over every article."""
SHORTEST_PREFIX = 2
LONG = 200
"""Words and signs above which a query's groups are looked for among those of others."""


def parse(query: str) -> Node:
    """Understand ``query``.

    Raises:
        QueryError: with the position, the problem and a suggestion.
    """
    return _Parser(query).parse()


class _Parser:
    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = read_tokens(query)
        self.index = 0
        self.nodes = 0
        self.words = 0
        self.names: set[tuple[str, str]] = set()
        self.depth = 0
        self.patterns = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def sees(self, *kinds: Kind) -> bool:
        return self.tokens[self.index].kind in kinds

    def take(self) -> Token:
        token = self.tokens[self.index]
        self.index += 1
        return token

    def refuse(self, token: Token, problem: str, suggestion: str = "") -> NoReturn:
        raise QueryError(self.query, token.start, problem, suggestion)

    def parse(self) -> Node:
        if self.sees("end"):
            self.refuse(self.token, "the query is empty", "write at least one word")
        node = self.read_or(BODY)
        if not self.sees("end"):
            self.refuse(self.token, f"unexpected {self.token.text!r}", _advise_unexpected(self.token))
        return node

    def descend(self) -> None:
        """Count a group within groups; a refusal ends the parse, so only success counts back."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(self.token, f"more than {MAX_DEPTH} groups within each other", "write it flatter")

    def share(self, group: GroupT, *identity: object) -> GroupT:
        """The one group for all equal ones, in long queries: the topics have most of their rules in common."""
        return share_group(group, *identity) if len(self.tokens) > LONG else group

    def read_or(self, scope: str) -> Node:
        self.descend()
        parts = [self.read_and(scope)]
        while self.sees("or"):
            self.take()
            parts.append(self.read_and(scope))
        self.depth -= 1
        return parts[0] if len(parts) == 1 else self.share(Or(tuple(parts)), 1)

    def read_and(self, scope: str) -> Node:
        parts = [self.read_not(scope)]
        while not self.sees("end", "or", ")", ","):
            if self.sees("and"):
                self.take()
            parts.append(self.read_not(scope))
        return parts[0] if len(parts) == 1 else self.share(And(tuple(parts)))

    def read_not(self, scope: str) -> Node:
        negated = False
        while self.sees("not"):
            self.take()
            negated = not negated
        node = self.read_near(scope)
        return self.share(Not(node)) if negated else node

    def read_near(self, scope: str) -> Node:
        start = self.token.start
        left = self.read_item(scope)
        while self.sees("near"):
            sign = self.take()
            right = self.read_item(scope)
            written = self.query[start : self.tokens[self.index - 1].start + len(self.tokens[self.index - 1].text)]
            places = (self.place(left, sign), self.place(right, sign))
            left = share(Near(written, *places, sign.number, scope), *places, sign.number)
        return left

    def place(self, node: Node, sign: Token) -> Leaf:
        """A node that NEAR can measure from."""
        if isinstance(node, Leaf):
            return node
        choices = _choices(node)
        if choices:
            written = " OR ".join(choice.written for choice in choices)
            return share(AnyLeaf(written, choices, choices[0].scope), *choices)
        return self.refuse(sign, "NEAR joins words, phrases, names and OR groups of these", "write (a OR b) NEAR/5 c")

    def read_item(self, scope: str) -> Node:
        self.nodes += 1
        token = self.take()
        if self.nodes > MAX_NODES:
            self.refuse(token, f"more than {MAX_NODES} terms", "split it into several searches")
        reader = _READERS.get(token.kind)
        if reader is None:
            self.index -= 1
            self.refuse(token, *_explain_missing(token))
        return reader(self, token, scope)

    def read_group(self, token: Token, scope: str) -> Node:
        node = self.read_or(scope)
        if not self.sees(")"):
            self.refuse(token, "the parenthesis has no end", "close it with )")
        self.take()
        return node

    def read_field(self, token: Token, _scope: str) -> Node:
        if token.value not in SCOPES:
            close = difflib.get_close_matches(token.value, SCOPES, n=1)
            known = f"did you mean {close[0]}:" if close else "fields are " + ", ".join(sorted(SCOPES))
            self.refuse(token, f"there is no field {token.value!r}", f'{known}; put text with a colon in "quotes"')
        self.descend()
        node = self.read_item(token.value)
        self.depth -= 1
        return node

    def read_atleast(self, token: Token, scope: str) -> Node:
        opening = self.take()
        if opening.kind != "(":
            self.refuse(opening, "ATLEAST needs a list in parentheses", "for example ATLEAST/2(a, b, c)")
        parts = [self.read_or(scope)]
        while self.sees(","):
            self.take()
            parts.append(self.read_or(scope))
        if not self.sees(")"):
            self.refuse(opening, "the list has no end", "close it with )")
        self.take()
        if not 1 <= token.number <= len(parts):
            self.refuse(token, f"ATLEAST/{token.number} of a list of {len(parts)}", f"ask for 1 to {len(parts)}")
        return self.share(Or(tuple(parts), token.number), token.number)

    def read_word(self, token: Token, scope: str) -> Node:
        value = token.value
        if "*" in value.rstrip("*"):
            place = Token(token.kind, token.text, value, token.start + token.text.index("*"))
            self.refuse(place, "* stands only at the end of a word", "write zangez*")
        if "*" in value and not any(fold(word) for _, _, word in find_words(value)):
            self.refuse(token, f"a prefix needs {SHORTEST_PREFIX} letters or more before *", "write zangez*")
        return self.make_phrase(token, scope)

    def make_phrase(self, token: Token, scope: str) -> Node:
        words = _read_words(token.value)
        if not words:
            self.refuse(token, f"no word in {token.text!r}", "write letters or digits")
        self.nodes += len(words) - 1
        self.words += len(words)
        if self.words > MAX_WORDS:
            self.refuse(token, f"more than {MAX_WORDS} words", "split it into several searches")
        parts = tuple(self.make_part(token, word, scope, prefix=prefix) for word, prefix in words)
        return parts[0] if len(parts) == 1 else share(Phrase(token.text, parts, scope), parts)

    def make_part(self, token: Token, word: str, scope: str, *, prefix: bool) -> Word | Prefix:
        """One word of a phrase."""
        if not prefix:
            return _word(token.text, word, scope, exact=token.exact)
        start = fold(word)
        if len(start) < SHORTEST_PREFIX:
            self.refuse(token, f"a prefix needs {SHORTEST_PREFIX} letters or more before *", "write zangez*")
        return share(Prefix(token.text, start, scope), start)

    def read_name(self, token: Token, scope: str) -> Node:
        from matching.names import find_name

        self.names.add((token.value, scope))
        if len(self.names) > MAX_NAMES:
            self.refuse(token, f"more than {MAX_NAMES} different names", "split it into several searches")
        return find_name(self.query, token, scope)

    def read_pattern(self, token: Token, scope: str) -> Node:
        self.patterns += 1
        if self.patterns > MAX_PATTERNS:
            self.refuse(token, f"more than {MAX_PATTERNS} regular expressions", "join them with | into one")
        if len(token.value) > MAX_PATTERN:
            self.refuse(token, f"a regular expression of more than {MAX_PATTERN} characters", "shorten it")
        return Pattern(token.text, self.compile_pattern(token), scope)

    def compile_pattern(self, token: Token) -> object:
        try:
            import re2
        except ImportError:
            self.refuse(token, "regular expressions need the package google-re2", "install it, or use prefix*")
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = 1 << 18
        try:
            compiled = re2.compile(token.value.replace("\\/", "/"), options)
        except re2.error as error:
            self.refuse(token, f"not a regular expression of RE2: {_first_line(error)}", "see docs/query-language.md")
        if compiled.fullmatch(""):
            self.refuse(token, "this regular expression is true everywhere", "make it match at least one letter")
        return compiled


def _read_words(value: str) -> list[tuple[str, bool]]:
    """The words of a term, and whether each is only a beginning."""
    if value.isalpha() and len(value) <= LONGEST:
        return [(value, False)] if fold(value) else []
    return [(word, value[end : end + 1] == "*") for _, end, word in find_words(value) if fold(word)]


def _choices(node: Node) -> tuple[Leaf, ...]:
    """The leaves of an OR group, groups within it included; () where it holds anything else."""
    if isinstance(node, Leaf):
        return (node,)
    if not isinstance(node, Or) or node.least != 1:
        return ()
    inner = [_choices(part) for part in node.parts]
    return tuple(leaf for choices in inner for leaf in choices) if all(inner) else ()


def _first_line(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    text = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
    return text.splitlines()[0] if text else "unknown mistake"


def _word(written: str, word: str, scope: str, *, exact: bool) -> Word:
    keys = query_keys(word)
    if exact:
        return share(Exact(written, keys[:1], scope), keys[:1])
    return share(Word(written, keys, scope), keys)


_READERS = {
    "word": _Parser.read_word,
    "phrase": _Parser.make_phrase,
    "name": _Parser.read_name,
    "pattern": _Parser.read_pattern,
    "field": _Parser.read_field,
    "(": _Parser.read_group,
    "atleast": _Parser.read_atleast,
}


def _explain_missing(token: Token) -> tuple[str, str]:
    """What to say where a term should stand and something else does."""
    if token.kind == "end":
        return "the query ends where a word is expected", "add a word, or take the last operator away"
    if token.kind == ")":
        return "a group without a word", "put at least one word between ( and )"
    if token.kind == ",":
        return "a comma where a word is expected", "commas separate the list of ATLEAST/2(a, b, c) only"
    sign = token.text
    return f"{sign} where a word is expected", f'put a word before {sign}, or write "{sign}" for the word itself'


def _advise_unexpected(token: Token) -> str:
    return "take it away, or open a ( before it" if token.kind == ")" else "commas belong into ATLEAST/2(a, b, c)"
