"""``wirewatch search`` and ``wirewatch backtest``: asking the archive in the language of alerts."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.commands.common import SpanType, database_to_read, print_json, read_config, with_config
from wirewatch.article import Article
from wirewatch.search import Match, Term

if TYPE_CHECKING:
    from storage.backtest import Forecast

_CONTEXT = 60
"""Characters shown before and after a term."""
_MOST_LINES = 6
_FIELD_ORDER = {"title": 0, "text": 1}


@click.command()
@click.argument("query")
@click.option("--since", type=SpanType(), help="Only articles published since: 30d, 12h, or a date.")
@click.option("--source", help="Only this source (its id).")
@click.option("--lang", help="Only this language, such as az.")
@click.option("--limit", type=click.IntRange(1), help="At most so many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Articles with their receipts as JSON Lines.")
@click.option("--csv", "as_csv", is_flag=True, help="A table as CSV.")
@with_config
def search(
    query: str,
    since: datetime | None,
    source: str | None,
    lang: str | None,
    limit: int | None,
    as_json: bool,
    as_csv: bool,
    config_file: Path | None,
    db_file: Path | None,
) -> None:
    """Search the archive, newest first, in the language of alerts.

    \b
    wirewatch search '@zangezur AND (visit OR talks)' --since 30d
    wirewatch search 'title:peace' --lang en --json
    """
    from matching.query import compile_query
    from storage.chains import read_chain
    from storage.finding import search_archive

    compiled = compile_query(query)
    config = read_config(config_file, db_file)
    with database_to_read(config) as db:
        rows = search_archive(db, compiled, config.sources, since=since, source=source, language=lang, limit=limit)
        write = csv.writer(sys.stdout)
        if as_csv:
            write.writerow(["published", "source", "language", "title", "url", "story"])
        for article, terms, place in rows:
            if as_json:
                found = {"matches": [Match("query", terms).to_json()], **place}
                chain = read_chain(db, place["story"], config.sources)
                print_json({**article.to_json(), **found, "chain": chain})
            elif as_csv:
                write.writerow(
                    [_when(article), article.source, article.language, article.title, article.url, place["story"]]
                )
            else:
                sys.stdout.write(_card(article, terms))


def _when(article: Article) -> str:
    return str(article.to_json()["published"] or article.to_json()["fetched"])


def _card(article: Article, terms: tuple[Term, ...]) -> str:
    lines = [f"{_when(article)}  {article.source}  {article.title}", f"  {article.url}"]
    return "\n".join([*lines, *(f"  {line}" for line in show_terms(article, terms)), "", ""])


def show_terms(article: Article, terms: Sequence[Term]) -> list[str]:
    """The words around the first place of every term that fired, the terms themselves between ›…‹.

    Terms that stand near each other share a line; at most ``_MOST_LINES`` lines.
    """
    first = {term.term: term for term in reversed(terms)}
    chosen = sorted(
        first.values(), key=lambda term: (_FIELD_ORDER.get(term.field, 9), term.field, term.start, -term.end)
    )
    groups: list[list[Term]] = []
    for term in chosen:
        last = groups[-1][-1] if groups and groups[-1][-1].field == term.field else None
        if last is None or term.start > last.end + _CONTEXT:
            groups.append([term])
        elif term.start >= last.end:
            groups[-1].append(term)
        elif term.end > last.end:
            groups.append([term])
    lines = [_excerpt(article, group) for group in groups[:_MOST_LINES]]
    return [*lines, f"… and {len(groups) - _MOST_LINES} more"] if len(groups) > _MOST_LINES else lines


def _excerpt(article: Article, terms: Sequence[Term]) -> str:
    """One line around terms of one field, which stand in order."""
    field, start, end = terms[0].field, terms[0].start, terms[-1].end
    text = {"title": article.title, "text": article.text}.get(field)
    if text is None:  # of other fields the receipt has all there is to show
        return f"{field}: " + ", ".join(f"›{term.form}‹" for term in terms)
    line, position = text[max(0, start - _CONTEXT) : start], start
    for term in terms:
        line += f"{text[position : term.start]}›{text[term.start : term.end]}‹"
        position = term.end
    before, after = "…" * (start > _CONTEXT), "…" * (end + _CONTEXT < len(text))
    return " ".join(f"{field}: {before}{line}{text[end : end + _CONTEXT]}{after}".split())


@click.command()
@click.argument("query")
@click.option("--days", type=click.IntRange(1, 3650), default=30, help="How far back.", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As one line of JSON.")
@with_config
def backtest(query: str, days: int, as_json: bool, config_file: Path | None, db_file: Path | None) -> None:
    """What this search would have sent: mails a day, stories, a sample with receipts.

    \b
    wirewatch backtest '@zangezur' --days 14
    """
    from matching.query import compile_query
    from storage.backtest import run_backtest
    from wirewatch.clock import now

    compiled = compile_query(query)
    config = read_config(config_file, db_file)
    with database_to_read(config) as db:
        found = run_backtest(db, compiled, config.sources, now() - timedelta(days=days))
    forecast = _describe(query, days, found)
    if as_json:
        print_json(forecast)
        return
    sys.stdout.write(
        f"In the last {days} days this search would have sent {found.stories} mails"
        f" ({forecast['mails_per_day']} a day, {forecast['busiest_day']} on the busiest)"
        f" for {found.articles} articles.\n\n"
    )
    for article, terms in found.sample:
        sys.stdout.write(_card(article, terms))


def _describe(query: str, days: int, found: Forecast) -> dict[str, Any]:
    sample = [
        {"title": article.title, "source": article.source, "published": _when(article), "url": article.url}
        | {"matches": [Match("query", terms).to_json()]}
        for article, terms in found.sample
    ]
    return {
        "query": query,
        "days": days,
        "articles": found.articles,
        "stories": found.stories,
        "mails_per_day": round(found.stories / days, 2),
        "busiest_day": max(found.by_day.values(), default=0),
        "sample": sample,
    }
