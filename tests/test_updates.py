"""The mail of an update: both parts say the same, whatever a publisher wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html import unescape

import pytest

from alerts.compose import LARGEST_MAIL, compose_alert
from alerts.updates import view_update
from matching.stories.news import find_news
from storage.audience import Change
from storage.material import NewReport, Report, Update
from tests.mailing import ARTICLE, NOW, SOURCES
from tests.test_compose import ALERT, MAIL

REPORT = Report(
    SOURCES["lakewire"], "lakewire", "Yerevan <b>names</b> envoy", "https://lakewire.test/2", "report", NOW, "en"
)
UPDATE = Update(
    (
        NewReport(REPORT, ("A delegation of 14 people & an interpreter will come.",)),
        NewReport(replace(REPORT, source=SOURCES["peyk"], relation="copy", title="نمایندگان", language="fa"), ()),
    ),
    (
        (Change("correction", 1, "headline", "on a <date>", "on no date"), REPORT),
        (Change("withdrawal", 2, "removed", "", "Sent in error."), REPORT),
    ),
)
ALERT_OF_UPDATE = replace(ALERT, sequence=1, subject=ARTICLE.title, thread="<first@wirewatch.test>", update=UPDATE)


def squeeze(text: str) -> str:
    return re.sub(r"[\s*]", "", text)


def test_both_parts_of_an_update_say_all_of_it_and_nothing_of_it_is_markup():
    raw = compose_alert(ALERT_OF_UPDATE, MAIL, now=NOW).raw
    parsed = message_from_bytes(raw, policy=default)
    text = squeeze(parsed.get_body(("plain",)).get_content())
    html = parsed.get_body(("html",)).get_content()
    shown = squeeze(unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?s)<(style|title)>.*?</\1>", "", html))))
    view = view_update(ALERT_OF_UPDATE, MAIL.base_url)
    strings = [view.headline, view.summary]
    for change in view.changes:
        strings += [change.outlet, change.did, change.title, change.before, change.after]
    for report in (*view.reports, *view.copies):
        strings += [report.outlet, report.title, report.when, *report.facts]
    for each in filter(None, strings):
        assert squeeze(each) in text, each
        assert squeeze(each) in shown, each
    assert "<b>names" not in html
    for link in (
        "https://lakewire.test/2",
        "https://wirewatch.test/manage/7-",
        "https://wirewatch.test/unsubscribe/7-",
    ):
        assert link in text
        assert link in html


def test_an_update_of_very_many_reports_and_changes_is_not_clipped():
    many = Update(tuple(NewReport(replace(REPORT, title="T" * 500), ("F" * 5000,) * 3) for _ in range(12)),
                  UPDATE.changes * 500)  # fmt: skip
    assert len(compose_alert(replace(ALERT_OF_UPDATE, update=many), MAIL, now=NOW).raw) < LARGEST_MAIL


@pytest.mark.parametrize(
    ("language", "known", "text", "news"),
    [
        (
            "en",
            "Envoys agreed to open talks on the border in May.",
            "The envoys agreed that talks on the border open in May. A delegation of 14 led by Sarkisian will come.",
            ["A delegation of 14 led by Sarkisian will come."],
        ),
        (
            "ru",
            "Стороны договорились начать переговоры о границе в мае.",
            "Стороны договорились о начале переговоров по границе в мае. Делегацию из 14 человек возглавит Саркисян.",
            ["Делегацию из 14 человек возглавит Саркисян."],
        ),
        ("ru", "Envoys agreed.", "Стороны договорились. Делегацию возглавит Саркисян.", ["Стороны договорились."]),
        ("en", "The same words are told again here.", "The same words are told again here.", []),
        ("en", "", "", []),
    ],
)
def test_only_sentences_with_unheard_facts_are_new(language, known, text, news):
    other = "en" if known.isascii() else language
    assert find_news(text, language, [(known, other)]) == news
