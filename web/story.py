"""A story's page: who reported when and after whom, side by side; and the page of one article as it was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from storage.stories import Report, read_report, read_story
from storage.versions import read_versions
from web.cards import Card, Outlet, make_card, name_source, title_search
from web.edits import read_edits
from web.lists import FRESH, Entry, Listing, respond
from web.picture import draw_chain
from web.problem import ProblemError
from web.render import render
from web.route import FORMATS, Route, variable, wanted_format
from web.times import Times
from wirewatch.cleaning import clean_line, clean_link, clean_paragraphs, is_rtl
from wirewatch.clock import from_seconds
from wirewatch.context import mark_all
from wirewatch.search import Term
from wirewatch.wording import say_credits

if TYPE_CHECKING:
    from web.app import ReadingRoom

OPENING = 600
"""Characters of each report's opening that stand side by side."""


async def show_story(request: Request, room: ReadingRoom) -> Response:
    """One story with all its reports."""
    story_id, form = variable(request, "story"), wanted_format(request)
    return await room.connections.read(lambda db: _show(db, request, room, story_id, form))


def _show(db: Database, request: Request, room: ReadingRoom, story_id: str, form: str) -> Response:
    story = read_story(db, story_id)
    if story is None:
        raise ProblemError(404, "There is no such story", "It may have been pruned from the archive.")
    card = make_card(story, room.chains, room.config.sources)
    if form != "html":
        return respond(room, _list(room, card), form)
    return render(
        room, request, "story.html", fresh=FRESH, card=card, times=Times(room.config.settings.web.zone),
        picture=draw_chain(card), columns=[_column(room, outlet) for outlet in card.outlets],
        changed=[(outlet, edits) for outlet in card.outlets if (edits := read_edits(db, outlet.report.id))],
        chain=room.chains.of(story), listing=_list(room, card),
    )  # fmt: skip


def _column(room: ReadingRoom, outlet: Outlet) -> dict[str, Any]:
    article = outlet.report.article
    terms = _terms(outlet.report)
    step = outlet.step
    return {
        "outlet": outlet,
        "title": mark_all(clean_line(article.title), _forms(terms)),
        "opening": [mark_all(text, _forms(terms)) for text in clean_paragraphs(article.text, OPENING)],
        "credits": [
            (role, clean_line(name, 100), clean_line(words, 200)) for role, name, words in say_credits(article.credits)
        ],
        "from_name": _taken_from(room, step.taken_from) if step and step.taken_from else "",
        "credited": clean_line(step.credited, 100) if step and step.credited else "",
        "evidence": [clean_line(evidence.words, 240) for evidence in step.evidence] if step else [],
    }


def _taken_from(room: ReadingRoom, address: str) -> str:
    for source in room.config.sources.values():
        if source.home and address.startswith(source.home):
            return source.name
    return clean_line(address, 100)


def _terms(report: Report) -> tuple[Term, ...]:
    return tuple(term for match in report.matches for term in match.terms)


def _forms(terms: tuple[Term, ...]) -> frozenset[str]:
    return frozenset(clean_line(term.form, 120) for term in terms if term.field in ("title", "text"))


def _list(room: ReadingRoom, card: Card) -> Listing:
    rows = [
        outlet.to_json()
        | {"origin": outlet.report.origin, "page": f"/article/{outlet.report.id}"}
        | {"why": [match.to_json() for match in outlet.report.matches]}
        for outlet in card.outlets
    ]
    facts = card.to_json()
    del facts["outlets"], facts["title"]
    facts["provenance"] = room.chains.of(card.story).to_json()
    return Listing(
        title=card.head.title,
        path=f"/story/{card.story.id}",
        rows=rows,
        columns=REPORT_COLUMNS,
        entries=[entry_of_outlet(outlet) for outlet in reversed(card.outlets)],
        facts=facts,
    )


REPORT_COLUMNS = {
    name: (lambda row, name=name: row[name])
    for name in ("published", "lag", "outlet", "capital", "language", "title", "relation", "origin", "url", "article")
}


def entry_of_outlet(outlet: Outlet) -> Entry:
    """One report as an entry of a feed."""
    article = outlet.report.article
    return Entry(
        key=str(outlet.report.id),
        title=outlet.title,
        updated=from_seconds(outlet.report.sort_time),
        path=f"/article/{outlet.report.id}",
        text=article.summary or article.lead,
        author=outlet.name,
        link=outlet.link,
        language=outlet.language,
    )


async def show_article(request: Request, room: ReadingRoom) -> Response:
    """One article as it was stored: the evidence, with its receipts."""
    given, form = variable(request, "article"), wanted_format(request)
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise ProblemError(404, "There is no such article", "")
    return await room.connections.read(lambda db: _show_article(db, request, room, int(given), form))


def _show_article(db: Database, request: Request, room: ReadingRoom, number: int, form: str) -> Response:
    found = read_report(db, number)
    if found is None:
        raise ProblemError(404, "There is no such article", "It may have been pruned from the archive.")
    report, story_id = found
    if form == "json":
        facts = _article_json(report, story_id) | {"versions": [each.to_json() for each in read_versions(db, number)]}
        return Response.json(facts, headers={"Access-Control-Allow-Origin": "*"})
    article = report.article
    forms = _forms(_terms(report))
    return render(
        room, request, "article.html", fresh=FRESH, report=report, article=article, story=story_id,
        outlet=name_source(room.config.sources, article.source or ""),
        title=clean_line(article.title) or "(no headline)", language=clean_line(article.language, 12),
        direction="rtl" if is_rtl(article.language) else "ltr",
        link=clean_link(article.canonical_url) or clean_link(article.url),
        paragraphs=[mark_all(text, forms) for text in clean_paragraphs(article.text, 200_000)],
        why=[(match.search, title_search(match.search), _say_forms(match.terms)) for match in report.matches],
        credits=say_credits(article.credits), edits=read_edits(db, number), times=Times(room.config.settings.web.zone),
    )  # fmt: skip


def _say_forms(terms: tuple[Term, ...]) -> list[str]:
    return list(dict.fromkeys(clean_line(term.form, 60) for term in terms))[:20]


def _article_json(report: Report, story_id: str) -> dict[str, Any]:
    return {
        "article": report.id,
        **report.article.to_json(),
        "story": story_id,
        "relation": report.relation,
        "origin": report.origin,
        "matches": [match.to_json() for match in report.matches],
    }


ROUTES = (
    Route("/story/{story}", show_story, "One story: its reports by time, and who took it from whom", formats=FORMATS),
    Route("/article/{article}", show_article, "One article as it was stored, with its receipts", formats=("json",)),
)
