"""Who had a story first, who took it from whom, and how many independent origins it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from matching.stories.address import map_mirrors
from matching.stories.credit import drop_spellings, same_name
from matching.stories.report import Report, read_report
from matching.stories.similarity import share_texts
from wirewatch.article import Article, format_time, parse_time
from wirewatch.source import Source

TAKEN_SHARED = 0.4
"""Share of a text that must stand in an earlier one for it to be taken from there without a credit."""

EvidenceKind = Literal["credit", "dateline", "text", "time", "canonical", "family"]

_UNCERTAINTY = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to believe a link; ``words`` is a phrase for a reader (or the text's own words for a credit)."""

    kind: EvidenceKind
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """One report in the chain.

    ``taken_from``: address of the report it came from; ``credited``: name it gives as its source when that source's
    own report was not seen. Both None: an origin. ``published``: as stated; ``uncertainty``: how much later than
    that it may have been in fact; ``lag``: time after the first report known, None where one time is unknown;
    ``lag_uncertainty``: by how much that may be wrong either way.
    """

    url: str
    source: str | None
    family: str
    published: datetime | None
    uncertainty: timedelta | None
    lag: timedelta | None
    lag_uncertainty: timedelta | None
    taken_from: str | None
    credited: str | None
    evidence: tuple[Evidence, ...]

    @property
    def is_own(self) -> bool:
        """True for a report that neither credits another nor shares an earlier one's text."""
        return self.taken_from is None and self.credited is None

    def to_json(self) -> dict[str, Any]:
        """Plain values: times as ISO 8601 with offset, durations in whole seconds."""
        return {
            "url": self.url,
            "source": self.source,
            "family": self.family,
            "published": format_time(self.published),
            "uncertainty": _count_seconds(self.uncertainty),
            "lag": _count_seconds(self.lag),
            "lag_uncertainty": _count_seconds(self.lag_uncertainty),
            "taken_from": self.taken_from,
            "credited": self.credited,
            "evidence": [{"kind": evidence.kind, "words": evidence.words} for evidence in self.evidence],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Step:
        """What :meth:`to_json` gave."""
        times: dict[str, Any] = {"published": parse_time(value["published"])}
        spans = {
            name: None if value[name] is None else timedelta(seconds=value[name])
            for name in ("uncertainty", "lag", "lag_uncertainty")
        }
        evidence = tuple(Evidence(each["kind"], each["words"]) for each in value["evidence"])
        return cls(**{**value, **times, **spans, "evidence": evidence})


def _count_seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds())


@dataclass(frozen=True, slots=True)
class Provenance:
    """The chain of one story (see :func:`chain`).

    ``first``: address of the report that was out first as far as known, None when no time is known; ``first_is_sure``:
    no other report can have been out before it, given the precision of the times. ``origins``: names of the
    independent origins (a publisher family or an agency credited); ``steps``: the reports by time.
    """

    steps: tuple[Step, ...]
    first: str | None
    first_is_sure: bool
    origins: tuple[str, ...]

    @property
    def independent_origins(self) -> int:
        """Number of publishers or agencies that had the story of their own."""
        return len(self.origins)

    def to_json(self) -> dict[str, Any]:
        """Plain values: times as ISO 8601 with offset, durations in whole seconds."""
        return {
            "first": self.first,
            "first_is_sure": self.first_is_sure,
            "origins": list(self.origins),
            "independent_origins": self.independent_origins,
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Provenance:
        """What :meth:`to_json` gave."""
        steps = tuple(Step.from_json(step) for step in value["steps"])
        return cls(steps, value["first"], value["first_is_sure"], tuple(value["origins"]))


def chain(
    reports: Iterable[Article | Report],
    sources: Mapping[str, Source] | None = None,
    homes: Mapping[str, str] | None = None,
    before: Provenance | None = None,
) -> Provenance:
    """The provenance of one story from its reports, in any order (or from what ``read_report`` gave for them).

    ``homes``: what ``map_mirrors`` gives for ``sources``, where the caller has it already; working it out takes the
    longer the larger the catalogue is. ``before``: the chain as it was before reports were added (or the last ones let
    go) and none had changed; what stands in it is then not worked out again. The answer is the same without it.

    Links are believed in this order: a credit or a dateline's agency, then shared text with an earlier report.
    Reports of one publisher family, or at variants of one address, count as one origin.
    """
    catalogue = sources or {}
    homes = map_mirrors(catalogue.values()) if homes is None else homes
    read = (each if isinstance(each, Report) else read_report(each, catalogue, homes) for each in reports)
    ordered = sorted(read, key=_by_time)
    first, sure = _find_first(ordered)
    known = _find_unchanged(ordered, first, before) if before else {}
    steps = tuple(
        known.get(place) or _trace(report, ordered[:place], ordered, first, catalogue)
        for place, report in enumerate(ordered)
    )
    return Provenance(steps, first.url if first else None, sure, _find_origins(steps))


def _find_unchanged(ordered: list[Report], first: Report | None, before: Provenance) -> dict[int, Step]:
    """Place → the step of before that still holds: nothing came in front of it, and of the reports that came since
    none can be the one that it credits."""
    if before.first != (first.url if first else None):
        return {}  # every lag is another
    held: list[Step] = []
    for report, step in zip(ordered, before.steps, strict=False):
        if (report.url, report.family, report.published) != (step.url, step.family, step.published):
            break
        held.append(step)
    there = {step.url for step in held}
    return {
        place: step
        for place, step in enumerate(held)
        if step.credited is None and (step.taken_from is None or step.taken_from in there)
    }


def _by_time(report: Report) -> tuple[bool, float]:
    """By the latest time each may have been out, so that a day without a time of day comes after its hours."""
    return report.published is None, _latest(report).timestamp() if report.published else 0.0


def measure_uncertainty(report: Article | Report) -> timedelta | None:
    """How much later than its stated time a report may have been out; None where it states none."""
    if report.published is None:
        return None
    return _UNCERTAINTY[report.published_precision or "minute"]


def _find_first(ordered: list[Report]) -> tuple[Report | None, bool]:
    """The report out first, and whether that holds whatever the precision of the times."""
    if not ordered or ordered[0].published is None:  # those without a time are the last
        return None, False
    first, *others = ordered
    latest = _latest(first)
    sure = all(report.published is not None and report.published >= latest for report in others)
    return first, sure


def _latest(report: Report) -> datetime:
    assert report.published is not None
    return report.published + (measure_uncertainty(report) or timedelta())


def _trace(
    report: Report,
    earlier: list[Report],
    reports: list[Report],
    first: Report | None,
    sources: Mapping[str, Source],
) -> Step:
    taken_from, credited, evidence = _find_parent(report, earlier, reports, sources)
    lag, lag_uncertainty = _measure_lag(report, first)
    return Step(
        url=report.url,
        source=report.source,
        family=report.family,
        published=report.published,
        uncertainty=measure_uncertainty(report),
        lag=lag,
        lag_uncertainty=lag_uncertainty,
        taken_from=taken_from.url if taken_from else None,
        credited=credited,
        evidence=evidence,
    )


def _measure_lag(report: Report, first: Report | None) -> tuple[timedelta | None, timedelta | None]:
    if first is None or first.published is None or report.published is None:
        return None, None
    mine, theirs = measure_uncertainty(report), measure_uncertainty(first)
    assert mine is not None
    assert theirs is not None
    return report.published - first.published, timedelta() if report is first else max(mine, theirs)


def _find_parent(
    report: Report, earlier: list[Report], reports: list[Report], sources: Mapping[str, Source]
) -> tuple[Report | None, str | None, tuple[Evidence, ...]]:
    """The report this one came from, or the name it credits, with the evidence; neither for an origin."""
    twin = next((other for other in earlier if report.identity.is_twin(other.identity)), None)
    if twin is not None:
        return twin, None, (Evidence("canonical", f"the same document as {twin.url}"),)
    credits_ = [
        (name, Evidence("dateline" if words.startswith("dateline ") else "credit", words))
        for name, words in report.credited
        if not _is_called(report.source, name, sources)  # "X reports" from X itself names no origin
    ]
    for name, evidence in credits_:
        for other in reports:
            if other is not report and _is_called(other.source, name, sources):
                return other, None, (evidence, *_compare_text(report, other))
    if credits_:
        name, evidence = next((pair for pair in credits_ if pair[0] in report.origins), credits_[0])
        return None, name, (evidence,)
    return _find_text_parent(report, earlier)


def _is_called(source: str | None, name: str, sources: Mapping[str, Source]) -> bool:
    if not source:
        return False
    known = sources.get(source)
    return same_name(source, name) or (known is not None and same_name(known.name, name))


def _compare_text(report: Report, other: Report) -> tuple[Evidence, ...]:
    [shared] = share_texts(report.sketch, [other.sketch])
    return (Evidence("text", f"{shared:.0%} of its text stands in {other.url}"),) if shared >= 0.1 else ()


def _find_text_parent(report: Report, earlier: list[Report]) -> tuple[Report | None, str | None, tuple[Evidence, ...]]:
    if not earlier:
        return None, None, ()
    shares = share_texts(report.sketch, [other.sketch for other in earlier])
    best, place = max(((share, -place) for place, share in enumerate(shares)), default=(0.0, 0))
    if best < TAKEN_SHARED:
        return None, None, ()
    parent = earlier[-place]
    evidence = [Evidence("text", f"{best:.0%} of its text stands in {parent.url}")]
    if parent.published is not None and report.published is not None:
        evidence.append(Evidence("time", "published later"))
    if parent.family == report.family:
        evidence.append(Evidence("family", f"the same publisher: {parent.family}"))
    return parent, None, tuple(evidence)


def _find_origins(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Families and credited names at the root of each report's line, each once."""
    by_url = {step.url: step for step in steps}
    roots: dict[str, None] = {}
    for step in steps:
        seen = {step.url}
        while step.taken_from in by_url and step.taken_from not in seen:
            seen.add(step.taken_from or "")
            step = by_url[step.taken_from or ""]
        roots[step.credited or step.family] = None
    return tuple(drop_spellings(roots))
