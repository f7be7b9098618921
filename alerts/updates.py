"""What an update says, as plain strings: changes, new reports with their new facts, and who else carries it."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.view import ReasonView, describe_outlet, leave_link, manage_link, name_outlet, view_reasons
from storage.audience import Change
from storage.material import Alert, NewReport, Report
from wirewatch.cleaning import clean_line, clean_link, is_rtl
from wirewatch.wording import say_time

MOST_CHANGES = 8
LONGEST_FACT = 400
_DID = {
    "withdrawal": "has withdrawn its report",
    "correction": "has corrected its report",
    "edit": "has changed its report",
}
_FIELDS = {"title": "headline", "text": "text", "published": "time of publication", "authors": "byline"}


@dataclass(frozen=True, slots=True)
class ChangeView:
    """``Hill Post has corrected its report``, of which headline, what was there before and what is now."""

    outlet: str
    did: str
    title: str
    field: str
    before: str
    after: str
    link: str
    direction: str


@dataclass(frozen=True, slots=True)
class NewReportView:
    """A report that is new to the reader; ``facts`` are its sentences that say more than earlier ones."""

    outlet: str
    about_outlet: str
    title: str
    when: str
    facts: tuple[str, ...]
    link: str
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class UpdateView:
    """All strings of an update; ``copies`` are outlets that carry a report the reader knows."""

    headline: str
    summary: str
    changes: tuple[ChangeView, ...]
    more_changes: int
    reports: tuple[NewReportView, ...]
    copies: tuple[NewReportView, ...]
    reasons: tuple[ReasonView, ...]
    leave: str
    manage: str
    email: str
    direction: str
    language: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What a digest says of it below the headline."""
        changes = [f"{each.outlet} {each.did}" for each in self.changes]
        facts = [f"{each.outlet}: {' '.join(each.facts) or each.title}" for each in self.reports]
        return tuple(clean_line(each, LONGEST_FACT) for each in [*changes, *facts])


def view_update(alert: Alert, base_url: str) -> UpdateView:
    """The strings of an update; the alert's ``update`` is not None."""
    assert alert.update is not None
    update, zone = alert.update, alert.subscriber.zone
    own = [each for each in update.reports if each.report.relation != "copy"]
    copies = [each for each in update.reports if each.report.relation == "copy"]
    changes = tuple(_view_change(change, report) for change, report in update.changes[:MOST_CHANGES])
    language = clean_line(alert.article.language, 12) or "en"
    return UpdateView(
        headline=alert.subject or clean_line(alert.article.title) or "(no headline)",
        summary=_sum_up(update.changes, len(own), len(copies)),
        changes=changes,
        more_changes=max(0, len(update.changes) - MOST_CHANGES),
        reports=tuple(_view_new(each, zone) for each in own),
        copies=tuple(_view_new(each, zone) for each in copies),
        reasons=view_reasons(alert),
        leave=leave_link(alert.subscriber, base_url),
        manage=manage_link(alert.subscriber, base_url),
        email=alert.subscriber.email,
        direction="rtl" if is_rtl(language) else "ltr",
        language=language,
    )


def _sum_up(changes: tuple[tuple[Change, Report], ...], own: int, copies: int) -> str:
    """``1 report withdrawn, 2 new reports, 1 outlet more``."""
    gone = len({change.article_id for change, _ in changes if change.kind == "withdrawal"})
    corrected = len({change.article_id for change, _ in changes if change.kind != "withdrawal"})
    parts = [
        _count(gone, "report withdrawn", "reports withdrawn"),
        _count(corrected, "report changed", "reports changed"),
        _count(own, "new report", "new reports"),
        _count(copies, "outlet more carries it", "outlets more carry it"),
    ]
    return ", ".join(filter(None, parts))


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}" if number else ""


def _view_change(change: Change, report: Report) -> ChangeView:
    return ChangeView(
        outlet=name_outlet(report.source, report.source_id),
        did=_DID[change.kind],
        title=clean_line(report.title, 200),
        field="" if change.kind == "withdrawal" else _FIELDS.get(change.field, clean_line(change.field, 40)),
        before="" if change.kind == "withdrawal" else clean_line(change.before, LONGEST_FACT),
        after=clean_line(change.after, LONGEST_FACT),
        link=clean_link(report.url),
        direction="rtl" if is_rtl(report.language) else "ltr",
    )


def _view_new(new: NewReport, zone: str) -> NewReportView:
    report = new.report
    return NewReportView(
        outlet=name_outlet(report.source, report.source_id),
        about_outlet=describe_outlet(report.source),
        title=clean_line(report.title, 200) or "(no headline)",
        when=say_time(report.published, zone) if report.published else "",
        facts=tuple(clean_line(each, LONGEST_FACT) for each in new.facts),
        link=clean_link(report.url),
        language=clean_line(report.language, 12) or "en",
        direction="rtl" if is_rtl(report.language) else "ltr",
    )
