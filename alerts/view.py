"""What the reader reads, as plain strings: made once, so that the text and the HTML part say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.material import Alert, Reason, Report
from storage.secrets import sign_token
from storage.subscribers import Subscriber
from wirewatch.article import Article
from wirewatch.cleaning import clean_line, clean_link, clean_paragraphs, is_rtl
from wirewatch.context import Line, find_context
from wirewatch.source import Source
from wirewatch.wording import say_country, say_credits, say_lag, say_published

OPENING = 700
"""Characters of the report's own opening that a mail quotes."""
MOST_REASONS = 5
MOST_CREDITS = 6
_RELATIONS = {"copy": "copy", "rewrite": "rewrite"}


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A search that fired: its name, its query where that says more, and the lines where it found something.

    ``outlet`` is set where these are of another outlet's report of the story.
    """

    name: str
    query: str
    lines: tuple[Line, ...]
    outlet: str = ""
    direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class CreditView:
    """``First reported by`` – AZERTAC – the words that say so."""

    role: str
    name: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """Another outlet's headline; ``when`` is its lag behind (or lead over) this report, '' if unknown."""

    outlet: str
    title: str
    when: str
    link: str
    direction: str


@dataclass(frozen=True, slots=True)
class View:
    """All strings of the mail, cleaned and cut; links are '' where there is none that may be shown."""

    headline: str
    outlet: str
    about_outlet: str
    published: str
    byline: str
    opening: tuple[str, ...]
    reasons: tuple[ReasonView, ...]
    more_reasons: int
    credits: tuple[CreditView, ...]
    reports: tuple[ReportView, ...]
    link: str
    leave: str
    manage: str
    email: str
    language: str
    direction: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What a digest says below a story: further searches, the origin, other outlets; a line each."""
        searches = [f"“{reason.name}”" for reason in self.reasons[1:]]
        outlets = [f"{each.outlet} ({each.when})" if each.when else each.outlet for each in self.reports]
        lines = [f"{credit.role} {credit.name}" for credit in self.credits]
        if searches:
            lines.insert(0, f"Also found by {', '.join(searches)}")
        if outlets:
            lines.append(f"Also reported by {', '.join(outlets)}")
        return tuple(lines)


def view_alert(alert: Alert, base_url: str, opening: int = OPENING) -> View:
    """The strings of one alert, with about ``opening`` characters of the report's own."""
    article, subscriber = alert.article, alert.subscriber
    return View(
        headline=clean_line(article.title) or "(no headline)",
        outlet=name_outlet(alert.source, article.source),
        about_outlet=describe_outlet(alert.source),
        published=say_published(article.published, article.published_precision, article.fetched, subscriber.zone),
        byline=_byline(article),
        opening=clean_paragraphs(article.text, opening) or clean_paragraphs(article.summary, opening),
        reasons=view_reasons(alert),
        more_reasons=max(0, len(alert.reasons) - MOST_REASONS),
        credits=_view_credits(article),
        reports=tuple(_view_report(each, article.published, article) for each in alert.reports),
        link=clean_link(article.canonical_url) or clean_link(article.url),
        leave=leave_link(subscriber, base_url),
        manage=manage_link(subscriber, base_url),
        email=subscriber.email,
        language=clean_line(article.language, 12) or "en",
        direction="rtl" if is_rtl(article.language) else "ltr",
    )


def leave_link(reader: Subscriber, base_url: str) -> str:
    """The signed address that ends this reader's alerts."""
    return f"{base_url.rstrip('/')}/unsubscribe/{sign_token('leave', reader.id, reader.secret)}"


def manage_link(reader: Subscriber, base_url: str) -> str:
    """The signed address of the page where this reader changes or stops each search."""
    return f"{base_url.rstrip('/')}/manage/{sign_token('manage', reader.id, reader.secret)}"


def name_outlet(source: Source | None, source_id: str | None) -> str:
    """The outlet's name; its id where the catalogue does not have it."""
    return clean_line(source.name if source else source_id, 100) or "unknown source"


def describe_outlet(source: Source | None) -> str:
    """Kind, country and ownership in one line; '' where the catalogue says nothing."""
    if source is None:
        return ""
    return " · ".join(clean_line(part, 160) for part in _outlet_facts(source) if part)


def _outlet_facts(source: Source) -> Sequence[str]:
    return (source.kind, say_country(source.country), source.ownership)


def _byline(article: Article) -> str:
    names = ", ".join(clean_line(each, 80) for each in article.authors[:4])
    return clean_line(" · ".join(filter(None, [names, article.place or "", article.agency or ""])), 240)


def view_reasons(alert: Alert) -> tuple[ReasonView, ...]:
    """The searches that fired, the first five of them."""
    names = {each.source_id: name_outlet(each.source, each.source_id) for each in alert.reports}
    return tuple(_view_reason(each, alert.article, names) for each in alert.reasons[:MOST_REASONS])


def _view_reason(reason: Reason, lead: Article, names: Mapping[str, str]) -> ReasonView:
    name, query = clean_line(reason.name, 120), clean_line(reason.query, 240)
    article = reason.article or lead
    return ReasonView(
        name=name,
        query="" if query == name else query,
        lines=find_context(article, reason.terms),
        outlet=names.get(article.source or "") or name_outlet(None, article.source) if reason.article else "",
        direction="rtl" if is_rtl(article.language) else "ltr",
    )


def _view_credits(article: Article) -> tuple[CreditView, ...]:
    return tuple(
        CreditView(role, clean_line(name, 100), clean_line(evidence, 200))
        for role, name, evidence in say_credits(article.credits)[:MOST_CREDITS]
    )


def _view_report(report: Report, published: datetime | None, article: Article) -> ReportView:
    known = published is not None and report.published is not None and article.published_precision != "day"
    lag = say_lag(report.published - published) if known and report.published and published else ""
    when = ", ".join(filter(None, [_RELATIONS.get(report.relation, ""), lag]))
    title = clean_line(report.title, 200) or "(no headline)"
    outlet = name_outlet(report.source, report.source_id)
    language = report.source.languages[0] if report.source and report.source.languages else None
    return ReportView(outlet, title, when, clean_link(report.url), "rtl" if is_rtl(language) else "ltr")
