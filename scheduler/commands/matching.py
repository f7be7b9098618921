"""``wirewatch match`` and ``wirewatch group``: articles in, articles out."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from scheduler.commands.common import print_json, read_lines, say
from wirewatch.article import Article
from wirewatch.errors import UsageError

BATCH = 200
"""Articles matched at once."""


class ArticleLines:
    """Articles of a JSON Lines file; a bad line is named on standard error and counted, the rest is read."""

    def __init__(self, file: str | None) -> None:
        self._file = file
        self.bad = 0

    def __iter__(self) -> Iterator[Article]:
        for number, line in read_lines(self._file):
            try:
                article = Article.from_json(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                self.bad += 1
                say(f"wirewatch: {self._file or 'standard input'}:{number}: not an article: {error}")
            else:
                yield article


@click.command(context_settings={"ignore_unknown_options": False})
@click.argument("arguments", metavar="(QUERY | --topic NAME) [FILE.jsonl]", nargs=-1)
@click.option("--topic", help="A shipped topic instead of a query.")
@click.option("--all", "show_all", is_flag=True, help="Keep the articles that do not match, with matches: [].")
def match(arguments: tuple[str, ...], topic: str | None, show_all: bool) -> int:
    """Articles in, those that match out, each with its receipt: which terms, in which forms, where.

    \b
    wirewatch match 'armenia AND azerbaijan' articles.jsonl
    wirewatch match --topic south-caucasus-diplomacy --all < articles.jsonl
    """
    from matching.matcher import Matcher

    search, file = _read_arguments(arguments, topic)
    matcher = Matcher([search])
    lines = ArticleLines(file)
    for batch in _batches(lines):
        for article, matches in zip(batch, matcher.match(batch), strict=True):
            if matches or show_all:
                print_json({**article.to_json(), "matches": [each.to_json() for each in matches]})
    return 1 if lines.bad else 0


def _read_arguments(arguments: tuple[str, ...], topic: str | None):  # type: ignore[no-untyped-def]
    from matching.topics import load_topics
    from wirewatch.search import Search

    rest = list(arguments)
    if topic is None:
        if not rest:
            raise click.UsageError("give a QUERY, or --topic NAME")
        search = Search("query", rest.pop(0))
    else:
        topics = load_topics()
        if topic not in topics:
            raise UsageError(f"no topic {topic!r}; there are: {', '.join(topics)}")
        search = Search(topic, topics[topic].query)
    if len(rest) > 1:
        raise click.UsageError("only one FILE is read; put a query of several words in quotes")
    return search, rest[0] if rest else None


def _batches(articles: ArticleLines) -> Iterator[list[Article]]:
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@click.command()
@click.argument("file", metavar="[FILE.jsonl]", required=False)
def group(file: str | None) -> int:
    """Articles in, in order of arrival; the same out with story, relation and origin.

    \b
    wirewatch group articles.jsonl
    wirewatch crawl --all --json | wirewatch group
    """
    from matching.stories import Grouper
    from wirewatch.catalogue import load_catalogue

    lines = ArticleLines(file)
    grouper = Grouper(load_catalogue())
    for article in lines:
        placement = grouper.place(article)
        place = {"story": placement.story, "relation": placement.relation, "origin": placement.origin}
        print_json({**article.to_json(), **place})
    return 1 if lines.bad else 0
