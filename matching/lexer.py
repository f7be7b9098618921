"""The words and signs of a query, each with its position."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from wirewatch.errors import QueryError

Kind = Literal[
    "word", "phrase", "name", "pattern", "field", "and", "or", "not", "near", "atleast", "(", ")", ",", "end"
]

MAX_LENGTH = 20_000
"""Characters of a query; the longest published search strategies have a third of that."""
MAX_SIGNS = 4_000
"""Words, operators and parentheses; a query of the most terms has fewer."""
_QUOTES = {'"': '"”', "“": "”", "„": "“”", "«": "»", "”": "”"}
_MINUS = "-−–"
_FOREIGN = {
    "[": "fields are written before the word: title:word",
    "]": "fields are written before the word: title:word",
    "{": "put groups in ( )",
    "}": "put groups in ( )",
    "|": "write OR",
    "^": "no word weighs more than another here",
    "~": "write word* for its beginnings, or NEAR/n for nearness",
}
"""Signs of other query languages; to read past them would be to run half a query."""
_RUN_ENDS = re.compile(r'[\s(),"]')
_FIELD = re.compile(r"(?!https?:)([A-Za-z]+):")
"""What stands before the colon; whether there is such a field, the parser knows."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPERATORS: dict[str, Kind] = {"AND": "and", "OR": "or", "NOT": "not"}
_COUNTED: tuple[tuple[str, Kind], ...] = (("NEAR", "near"), ("ATLEAST", "atleast"))


class Token(NamedTuple):
    """One sign of a query: ``text`` as written, ``value`` without its quotes and marks."""

    kind: Kind
    text: str
    value: str
    start: int
    number: int = 0
    exact: bool = False


def read_tokens(query: str) -> list[Token]:
    """Cut a query into tokens."""
    if len(query) > MAX_LENGTH:
        raise QueryError(query, MAX_LENGTH, f"longer than {MAX_LENGTH} characters", "split it into several searches")
    if half := _SURROGATE.search(query):
        raise QueryError(query, half.start(), "half a character (a lone surrogate)", "take it away")
    tokens: list[Token] = []
    position = 0
    while position < len(query):
        if query[position].isspace() or query[position] in "\u200b\ufeff":
            position += 1
            continue
        token = _read_one(query, position)
        if len(tokens) == MAX_SIGNS:
            raise QueryError(
                query, position, f"more than {MAX_SIGNS} words and signs", "split it into several searches"
            )
        tokens.append(token)
        position += len(token.text)
    tokens.append(Token("end", "", "", len(query)))
    return tokens


def _read_one(query: str, start: int) -> Token:
    char = query[start]
    if char in "(),":
        return Token(char, char, char, start)  # type: ignore[arg-type]
    if char in _MINUS:
        return _read_minus(query, start)
    if char == "=":
        return _read_exact(query, start)
    if char == "@":
        return _read_name(query, start)
    if char == "/":
        return _read_pattern(query, start)
    if char in _QUOTES:
        return _read_quoted(query, start)
    return _read_word(query, start)


def _read_minus(query: str, start: int) -> Token:
    following = query[start + 1 : start + 2]
    if not following or following.isspace():
        raise QueryError(query, start, "a minus needs a word right behind it", "write -word, or NOT word")
    return Token("not", query[start], query[start], start)


def _read_exact(query: str, start: int) -> Token:
    if query[start + 1 : start + 2] in _QUOTES and query[start + 1 : start + 2]:
        inner = _read_quoted(query, start + 1)
        return Token("phrase", query[start] + inner.text, inner.value, start, exact=True)
    end = _end_of_run(query, start + 1)
    if end == start + 1:
        raise QueryError(query, start, "= needs a word right behind it", 'write =word or ="two words"')
    return Token("word", query[start:end], query[start + 1 : end], start, exact=True)


def _read_name(query: str, start: int) -> Token:
    if query[start + 1 : start + 2] in _QUOTES and query[start + 1 : start + 2]:
        inner = _read_quoted(query, start + 1)
        return Token("name", "@" + inner.text, inner.value, start)
    end = _end_of_run(query, start + 1)
    if end == start + 1:
        raise QueryError(query, start, "@ needs a name right behind it", 'write @name or @"two words"')
    return Token("name", query[start:end], query[start + 1 : end], start)


def _read_pattern(query: str, start: int) -> Token:
    position = start + 1
    while position < len(query):
        if query[position] == "\\":
            position += 2
            continue
        if query[position] == "/":
            return Token("pattern", query[start : position + 1], query[start + 1 : position], start)
        position += 1
    raise QueryError(query, start, "the regular expression has no end", "close it with /")


def _read_quoted(query: str, start: int) -> Token:
    closing = _QUOTES[query[start]]
    end = min((place for mark in closing if (place := query.find(mark, start + 1)) >= 0), default=-1)
    if end < 0:
        raise QueryError(query, start, "the quotation has no end", f"close it with {closing[0]}")
    return Token("phrase", query[start : end + 1], query[start + 1 : end], start)


def _end_of_run(query: str, start: int) -> int:
    found = _RUN_ENDS.search(query, start)
    return found.start() if found else len(query)


def _read_word(query: str, start: int) -> Token:
    if field := _FIELD.match(query, start):
        return Token("field", field[0], field[1].lower(), start)
    end = _end_of_run(query, start)
    if end == start:
        end = start + 1
    run = query[start:end]
    if run in _OPERATORS:
        return Token(_OPERATORS[run], run, run, start)
    for name, kind in _COUNTED:
        if run == name or run.startswith(name + "/"):
            return _read_counted(query, start, run, name, kind)
    for offset, char in enumerate("" if run.isalnum() else run):
        if char in _FOREIGN:
            raise QueryError(query, start + offset, f"{char} means nothing here", _FOREIGN[char])
        if char == "?" and run[offset + 1 : offset + 2].isalnum():
            raise QueryError(query, start + offset, "? does not stand for a letter here", "write word*, or a OR b")
    return Token("word", run, run, start)


def _read_counted(query: str, start: int, run: str, name: str, kind: Kind) -> Token:
    digits = run[len(name) + 1 :]
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 4:
        example = "armenia NEAR/10 azerbaijan" if kind == "near" else "ATLEAST/2(a, b, c)"
        raise QueryError(query, start, f"{name} needs a number", f"for example {example}")
    return Token(kind, run, digits, start, number=int(digits))
