"""Provenance: who had a story first, and who took it from whom."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from matching.stories import Provenance, chain, features, provenance
from matching.stories.credit import drop_spellings, name_houses, same_name
from wirewatch.article import Article, Credit
from wirewatch.source import Source

NOON = datetime(2025, 5, 14, 12, 0, tzinfo=UTC)
TEXT = """The ministers of transport opened the bridge over the Aras at Julfa on Wednesday and let 40 lorries cross.
A second lane is to follow by October, when the customs house with its three scanners is finished, they said.
Drivers had waited up to two days at the old crossing, whose planks date from 1962."""
OTHER = """Forty trucks rolled over a new Aras bridge near Julfa as Iran and Azerbaijan ended years of queues there.
Our correspondent counted the vehicles and spoke with drivers who recalled the wooden crossing."""


def told(source: str, minutes: float, text: str = TEXT, **more: object) -> Article:
    values: dict[str, object] = {
        "published": NOON + timedelta(minutes=minutes),
        "published_precision": "minute",
        "source": source,
        **more,
    }
    return Article(url=f"https://{source}.example/julfa", title="Bridge at Julfa", text=text, **values)  # type: ignore[arg-type]


def test_a_chain_of_credits_leads_to_one_origin() -> None:
    reports = [
        told("menafn", 90, credits=(Credit("AzerNews", "via", "(MENAFN- AzerNews)"),)),
        told("azernews", 40, credits=(Credit("AZERTAC", "origin", "Azernews reports, citing AZERTAC"),)),
        told("azertac", 0),
    ]
    found = chain(reports)
    assert [step.source for step in found.steps] == ["azertac", "azernews", "menafn"]
    assert [step.taken_from for step in found.steps] == [
        None,
        "https://azertac.example/julfa",
        "https://azernews.example/julfa",
    ]
    assert found.origins == ("azertac",)
    assert found.steps[1].evidence[0].words == "Azernews reports, citing AZERTAC"
    assert found.steps[2].lag == timedelta(minutes=90)


def test_a_credited_source_that_was_not_seen_is_the_origin() -> None:
    found = chain([told("azernews", 0, credits=(Credit("AZERTAC", "origin", "told AZERTAC"),))])
    assert found.steps[0].credited == "AZERTAC"
    assert found.origins == ("AZERTAC",)


def test_a_self_credit_names_no_origin() -> None:
    found = chain(
        [told("newsaz", 0, credits=(Credit("News.Az", "origin", "News.Az reports"),))],
        {"newsaz": Source("newsaz", "News.Az")},
    )
    assert found.steps[0].credited is None
    assert found.origins == ("newsaz",)


def test_shared_text_without_credit_is_taken_from_the_earlier_report() -> None:
    found = chain([told("two", 30), told("one", 0)])
    assert found.steps[1].taken_from == "https://one.example/julfa"
    assert {evidence.kind for evidence in found.steps[1].evidence} == {"text", "time"}


def test_independent_reports_are_two_origins() -> None:
    assert chain([told("one", 0), told("two", 30, OTHER)]).independent_origins == 2


def test_two_papers_of_one_publisher_are_one_origin() -> None:
    sources = {name: Source(name, name, family="house") for name in ("one", "two")}
    assert chain([told("one", 0), told("two", 30, OTHER)], sources).origins == ("house",)


def test_the_agency_of_the_dateline_is_an_origin() -> None:
    found = chain([told("one", 0, agency="TASS")])
    assert found.origins == ("TASS",)
    assert found.steps[0].evidence[0].kind == "dateline"


def test_a_variant_of_one_address_is_the_same_document() -> None:
    twin = told("one", 5).with_changes(url="https://amp.one.example/julfa")
    found = chain([told("one", 0), twin])
    assert found.steps[1].evidence[0].kind == "canonical"
    assert found.independent_origins == 1


def test_a_day_without_a_time_leaves_the_first_unsure() -> None:
    day = NOON.replace(hour=0)
    found = chain([told("one", 0), told("two", 0, OTHER, published=day, published_precision="day")])
    assert found.first == "https://one.example/julfa"
    assert not found.first_is_sure
    step = next(step for step in found.steps if step.source == "two")
    assert step.lag_uncertainty == timedelta(days=1)


def test_minutes_apart_leave_the_first_sure() -> None:
    found = chain([told("one", 0), told("two", 3, OTHER)])
    assert (found.first, found.first_is_sure) == ("https://one.example/julfa", True)


def test_no_report_has_no_origin() -> None:
    assert chain([]).origins == ()


def test_an_amp_page_and_its_article_are_one_document() -> None:
    page = told("one", 0).with_changes(url="https://one.example/a/33498194.html")
    amp = told("one", 5).with_changes(url="https://one.example/amp/33498194.html")
    assert chain([page, amp]).steps[1].evidence[0].kind == "canonical"


def test_a_day_without_a_time_is_taken_to_follow_the_hours_of_that_day() -> None:
    day = NOON.replace(hour=0)
    found = chain([told("two", 0, published=day, published_precision="day"), told("one", 0)])
    assert [step.source for step in found.steps] == ["one", "two"]
    assert found.steps[1].taken_from == "https://one.example/julfa"


def test_two_reports_that_credit_each_other_end_the_chain() -> None:
    found = chain(
        [
            told("one", 0, credits=(Credit("two", "origin", "Two reports"),)),
            told("two", 5, credits=(Credit("one", "origin", "One reports"),)),
        ]
    )
    assert found.independent_origins >= 1


def test_a_chain_is_plain_json() -> None:
    row = json.loads(json.dumps(chain([told("two", 30), told("one", 0)]).to_json()))
    assert row["independent_origins"] == 1
    assert row["steps"][1]["lag"] == 1800
    assert row["steps"][1]["lag_uncertainty"] == 60


def test_of_two_names_credited_the_nearer_one_that_was_seen_is_the_parent() -> None:
    both = (Credit("AZERTAC", "origin", "told AZERTAC"), Credit("AzerNews", "via", "(MENAFN- AzerNews)"))
    found = chain([told("menafn", 90, credits=both), told("azernews", 40), told("azertac", 0)])
    assert found.steps[2].taken_from == "https://azernews.example/julfa"


def test_of_two_names_credited_and_not_seen_the_origin_is_told() -> None:
    both = (Credit("AZERTAC", "origin", "told AZERTAC"), Credit("AzerNews", "via", "(MENAFN- AzerNews)"))
    assert chain([told("menafn", 90, credits=both)]).origins == ("AZERTAC",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AzerNews", "Azer News"),
        ("AZERTAC", "azertag"),
        ("Trend News Agency", "Trend"),
        ("AA", "Anadolu Agency"),
        ("Radio Mtkvari", "რადიო მტკვარი"),
        ("AzerNews (sample)", "Azernews"),
    ],
)
def test_spellings_of_one_publisher_are_one_name(one: str, other: str) -> None:
    assert same_name(one, other)


def test_two_publishers_are_two_names() -> None:
    assert not same_name("News.Az", "AzerNews")
    assert not same_name("", "")


def grow(reports: list[Article], most: int = 30, sources: dict[str, Source] | None = None) -> None:
    """Add the reports one by one: each time the chain made of the one before is the chain made anew."""
    before = None
    for count in range(1, len(reports) + 1):
        first = sorted(reports[:count], key=lambda each: each.published or each.fetched or NOON)[:most]
        whole = chain(first, sources)
        assert chain(first, sources, before=before) == whole
        before = Provenance.from_json(json.loads(json.dumps(whole.to_json())))


@pytest.mark.parametrize("seed", range(12))
def test_a_chain_that_grows_report_by_report_is_the_chain_of_all(seed: int) -> None:
    """In any order of arrival: credits to reports that come later, texts shared, an earlier first, the last let go."""
    dice = random.Random(seed)
    names = [f"desk{number}" for number in range(9)]
    reports = []
    for number, name in enumerate(dice.sample(names, len(names))):
        kind = dice.choice(("own", "copy", "credit", "credit", "agency"))
        more: dict[str, object] = {}
        if kind == "credit":
            more["credits"] = (Credit(dice.choice([*names, "Reuters"]), "origin", "as reported there"),)
        if kind == "agency":
            more["agency"] = dice.choice(names)
        text = TEXT if kind == "copy" else f"{OTHER} It is number {number}, said {name * 3}."
        reports.append(told(name, dice.randrange(300), text, **more))
    grow(reports)
    grow(reports, most=5)


def test_a_report_that_comes_later_is_found_by_the_one_that_credits_it() -> None:
    crediting = told("menafn", 90, OTHER, credits=(Credit("Azertac", "origin", "says Azertac"),))
    before = chain([crediting, told("trend", 80)])
    found = chain([crediting, told("trend", 80), told("azertac", 85)], before=before)
    assert {step.source: step.taken_from for step in found.steps}["menafn"] == "https://azertac.example/julfa"


def test_a_chain_is_not_traced_again_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """One report more is compared with those before it; these are not compared with each other once more."""
    compared: list[int] = []
    share = provenance.share_texts
    monkeypatch.setattr(provenance, "share_texts", lambda new, olds: compared.append(len(olds)) or share(new, olds))
    reports = [told(f"desk{number}", number, f"{OTHER} Number {number}.") for number in range(10)]
    before = chain(reports[:9])
    compared.clear()
    chain(reports, before=before)
    assert compared == [9]


def test_texts_of_a_chain_are_compared_though_nobody_holds_their_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read once more, and not as a whole; who holds the fingerprints gets the same chain."""
    reports = [told(f"old{number}", number, f"{TEXT} {OTHER[: 40 * number]}") for number in range(6)]
    read: list[str] = []
    make = features._make_sketch
    monkeypatch.setattr(
        features, "_make_sketch", lambda title, text, lang: read.append(text) or make(title, text, lang)
    )
    with monkeypatch.context() as patch:
        patch.setattr(features, "_make_fingerprint", lambda *_: pytest.fail("a whole fingerprint is made"))
        found = chain(reports)
        assert chain(reports) == found
    assert sorted(read) == sorted(report.text for report in reports)
    assert found.steps[-1].taken_from
    held = [features.fingerprint(r.title, r.text, r.language, name_houses(r, {})) for r in reports]
    assert chain(reports) == found
    assert len(read) == len(held) == 6


def test_of_the_spellings_of_a_name_the_first_is_kept() -> None:
    names = ["Trend", "", "AzerNews", "Trend News Agency (Baku)", "Radio Mtkvari", "TREND", "რადიო მტკვარი", "News.Az",
             "Azertag", "", "АЗЕРТАДЖ", "The News", "news", "AZERTAC", "Радио Мтквари"]  # fmt: skip
    expected: list[str] = []
    for name in names:
        if not any(same_name(name, other) for other in expected):
            expected.append(name)
    assert drop_spellings(names) == expected
    assert len(expected) < len(names) - 4
