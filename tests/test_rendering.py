"""Mails in a real browser: narrow and wide, light and dark, from right to left; nothing runs out of the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from alerts.compose import compose_alert, compose_digest
from storage.audience import Change
from storage.material import Alert, NewReport, Reason, Report, Update
from tests.mailing import ARTICLE, NOW, SOURCES, term
from tests.test_compose import ALERT, MAIL

BROWSER = shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]

PERSIAN = ARTICLE.with_changes(
    source="peyk",
    language="fa",
    title="نمایندگان ارمنستان و جمهوری آذربایجان بر سر گفت‌وگو درباره مرز توافق کردند",
    text="تبریز – نمایندگان دو کشور توافق کردند که گفت‌وگوها را در ماه مه آغاز کنند.\n\nمسیر زنگزور آخر بررسی می‌شود.",
)
LONG = "https://hillpost.test/" + "a-long-address-without-any-break" * 12
RTL = replace(
    ALERT,
    article=PERSIAN,
    source=SOURCES["peyk"],
    reasons=(Reason("Zangezur", "زنگزور", (term(PERSIAN, "زنگزور"),)),),
)
NEW = Report(SOURCES["lakewire"], "lakewire", "Yerevan names its negotiator " + "x" * 80, LONG, "report", NOW, "en")
UPDATE = replace(
    ALERT,
    sequence=1,
    subject=ARTICLE.title,
    update=Update(
        (NewReport(NEW, ("A delegation of 14 people will come.",)), NewReport(replace(NEW, relation="copy"), ())),
        ((Change("correction", 1, "headline", "agree on a date", "agree on no date"), NEW),),
    ),
)


def html_of(alerts: list[Alert]) -> str:
    one = len(alerts) == 1
    mail = compose_alert(alerts[0], MAIL, now=NOW) if one else compose_digest(alerts, MAIL, now=NOW)
    part = mail.parse().get_body(("html",))
    assert part is not None
    return str(part.get_content())


MAILS = {
    "alert": html_of([replace(ALERT, article=ARTICLE.with_changes(title="Talks " * 30, authors=("N" * 79,)))]),
    "persian": html_of([RTL]),
    "update": html_of([UPDATE]),
    "digest": html_of([replace(each, story_id=f"s{at}") for at, each in enumerate([ALERT, RTL, UPDATE])]),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"], timeout=180_000)
        yield chromium
        chromium.close()


def test_no_mail_is_wider_than_the_screen_in_light_or_dark_and_dark_is_dark_with_text_that_can_be_read(browser):
    brightness = (
        "(at) => { const e = document.querySelector(at[0]); const c = getComputedStyle(e)[at[1]];"
        " const [r, g, b] = c.match(/[\\d.]+/g).map(Number); return .2126*r + .7152*g + .0722*b; }"
    )
    for scheme in ("light", "dark"):
        for width in (320, 760):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.set_default_timeout(120_000)
            for name, html in MAILS.items():
                page.set_content(html)
                over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert over <= 0, f"{name} at {width} px"
                paper = page.evaluate(brightness, [".paper", "backgroundColor"])
                ink = page.evaluate(brightness, ["h1", "color"])
                assert (paper < 60) == (scheme == "dark"), name
                assert abs(paper - ink) > 120, name
            page.close()


def test_persian_stands_at_the_right_and_the_rest_at_the_left(browser):
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.set_content(MAILS["persian"])
    for selector, side in (("h1", "rtl"), (".opening", "rtl"), (".line", "rtl"), ("h2", "ltr")):
        assert page.eval_on_selector(selector, "e => getComputedStyle(e).direction") == side, selector
    assert page.eval_on_selector("h1", "e => getComputedStyle(e).textAlign") == "right"
    page.close()


def test_a_mail_loads_nothing_from_anywhere(browser):
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for html in MAILS.values():
        page.set_content(html)
    assert [url for url in asked if not url.startswith(("about:", "data:"))] == []
    page.close()
