"""The mail itself: what it says, and that it is right on the wire."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import charset, message_from_bytes
from email.policy import default
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.compose import compose_alert, compose_digest
from alerts.digests import view_digest
from alerts.view import leave_link, manage_link, view_alert
from storage.database import open_database, open_for_reading, write
from storage.material import Alert, Reason, Report, load_preview
from storage.subscribers import Subscriber
from tests.mailing import ARTICLE, NOW, SOURCES, add_article, term
from wirewatch.article import Article
from wirewatch.cleaning import clean_line
from wirewatch.config import Mail
from wirewatch.errors import ConfigError
from wirewatch.search import Match, Term

MAIL = Mail(sender="Wirewatch <alerts@wirewatch.test>", base_url="https://wirewatch.test")
READER = Subscriber(7, "reader@x.test", "active", "Asia/Baku", "2026-01-01T00:00:00+00:00", "s3cret")
ALERT = Alert(
    subscriber=READER,
    story_id="story1",
    article=ARTICLE,
    reasons=(Reason("Border talks", "border AND zangezur", (term(ARTICLE, "border"), term(ARTICLE, "Zangezur"))),),
    key=b"k" * 32,
    source=SOURCES["hillpost"],
    reports=(
        Report(
            SOURCES["lakewire"],
            "lakewire",
            "Talks on the border to open in May",
            "https://lakewire.test/9",
            "report",
            ARTICLE.published - timedelta(minutes=65),
        ),
    ),
)


def parts(alert: Alert, mail: Mail = MAIL) -> tuple[bytes, str, str]:
    """The bytes, the text part and the visible words of the HTML part, as a mail client reads them."""
    raw = compose_alert(alert, mail, now=NOW).raw
    parsed = message_from_bytes(raw, policy=default)
    text = parsed.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = parsed.get_body(("html",)).get_content()
    return raw, text, html


def words_of(html: str) -> str:
    body = re.sub(r"(?s)<(style|title)>.*?</\1>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def with_article(**changes) -> Alert:
    article = ARTICLE.with_changes(**changes)
    return replace(ALERT, article=article)


def strings_of(alert: Alert) -> list[str]:
    view = view_alert(alert, MAIL.base_url)
    found = [view.headline, view.outlet, view.about_outlet, view.published, view.byline, view.email, *view.opening]
    for reason in view.reasons:
        found += [reason.name, reason.query]
        found += ["".join(piece.text for piece in line) for line in reason.lines]
    for credit in view.credits:
        found += [credit.role, credit.name, credit.evidence]
    for report in view.reports:
        found += [report.outlet, report.title, report.when]
    return [each for each in found if each]


def test_both_parts_say_all_of_the_mail():
    _, text, html = parts(ALERT)
    plain, shown = " ".join(text.replace("*", "").split()), re.sub(r"\s", "", words_of(html))
    for each in strings_of(ALERT):
        assert each in plain
        assert re.sub(r"\s", "", each) in shown
    for link in ("https://hillpost.test/news/4711", "https://lakewire.test/9", "https://wirewatch.test/unsubscribe/7-"):
        assert link in text
        assert f'href="{link}' in html


def test_the_mail_names_source_owner_time_in_the_readers_zone_and_reason():
    _, text, _ = parts(ALERT)
    assert "Hill Post\npaper · Georgia · private, owned by its staff\n" in text
    assert "Wednesday, 4 March 2026, 12:10 (Asia/Baku, UTC+4)" in text
    assert "Your search “Border talks” found it" in text
    assert "*border*" in text
    assert "*Zangezur*" in text
    assert "First reported by Lake Wire: “as first reported by Lake Wire”" in text
    assert "Lake Wire · 1 h 5 min earlier" in text


def test_a_day_without_a_time_is_not_moved_or_made_exact():
    alert = with_article(published=datetime(2026, 3, 4, tzinfo=UTC), published_precision="day")
    assert "Wednesday, 4 March 2026 (the source gives no time of day)" in parts(alert)[1]


def test_an_unknown_time_says_so():
    alert = with_article(published=None, published_precision=None)
    assert "time not stated by the source; first seen Wednesday, 4 March 2026, 13:30 (Asia/Baku, UTC+4)" in " ".join(
        parts(alert)[1].split()
    )


def test_the_same_alert_at_the_same_time_is_the_same_bytes():
    assert parts(ALERT)[0] == parts(ALERT)[0]


def test_message_ids_differ_by_subscriber_story_and_sequence_only():
    def message_id(alert: Alert) -> str:
        return compose_alert(alert, MAIL, now=NOW).message_id

    others = [
        replace(ALERT, subscriber=replace(READER, id=8)),
        replace(ALERT, story_id="story2"),
        replace(ALERT, sequence=1),
    ]
    assert message_id(with_article(title="Another headline")) == message_id(ALERT)
    assert len({message_id(each) for each in [ALERT, *others]}) == 4


def test_a_later_alert_of_the_story_replies_to_the_first():
    message = compose_alert(replace(ALERT, sequence=1, thread="<first@wirewatch.test>"), MAIL, now=NOW).parse()
    assert message["In-Reply-To"] == message["References"] == "<first@wirewatch.test>"


def test_list_unsubscribe_stays_whole_on_the_wire_however_long_the_address():
    base = "https://a-very-long-name-of-a-newsroom." + "department." * 12 + "example.test/reading-room"
    raw = parts(ALERT, MAIL.model_copy(update={"base_url": base}))[0]
    lines = [line for line in raw.split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert len(lines) == 1
    assert re.fullmatch(rb"List-Unsubscribe: <" + base.encode() + rb"/unsubscribe/7-[0-9a-f]{32}>", lines[0])
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


HOSTILE_TITLES = [
    "Plain\r\nBcc: victim@x.test\r\n\r\n<script>alert(1)</script>",
    "\u202edrowssap\u2066 hidden\u2069",
    "a" * 5000,
    "слово " * 2000,
    "\ud800 lone surrogate \x00\x1b[31m",
    "",
    "=?utf-8?q?=E2=80=AE=0D=0ABcc:_x?= =?utf-8?b?4oCuDQo=?=",
    "{{ 7 * 7 }} {% raw %}",
    "line\u2028separator\u2029here\x85",
]


def check_wire(raw: bytes) -> None:
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert not re.search(rb"[^\r]\n|\r[^\n]", raw)
    assert not re.search(rb"[\x00\x80-\xff]", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert len(raw) < 100_000
    names = [name.lower() for name in re.findall(rb"(?m)^([A-Za-z-]+):", head)]
    assert len(names) == len(set(names))
    assert b"bcc" not in names


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_hostile_headlines_stay_text(title):
    alert = replace(
        with_article(title=title, text=title * 3, authors=(title,), place=title, canonical_url=title, url=title),
        reasons=(Reason(title[:120], title, (Term("x", title[:9], "title", 0, len(title[:9])),)),),
        reports=tuple(Report(None, title, title, title, "copy", None) for _ in range(12)),
    )
    raw, text, html = parts(alert)
    check_wire(raw)
    assert "<script" not in html
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", text + html)
    subject = str(message_from_bytes(raw, policy=default)["Subject"])
    assert len(subject) <= 142
    assert subject == subject.strip()
    assert subject.isprintable()


def test_a_persian_report_reads_from_right_to_left():
    persian = ARTICLE.with_changes(
        title="نمایندگان دو کشور درباره‌ی مرز گفت‌وگو می‌کنند",
        text="گفت‌وگو درباره مرز در ماه مه آغاز می‌شود.",
        language="fa",
        source="peyk",
    )
    alert = replace(
        ALERT, article=persian, source=SOURCES["peyk"], reasons=(Reason("مرز", "مرز", (term(persian, "مرز"),)),)
    )
    raw, text, html = parts(alert)
    check_wire(raw)
    assert re.search(r'<h1[^>]* dir="rtl"', html)
    assert re.search(r'<p[^>]* dir="rtl"[^>]*>[^<]*<mark', html)
    assert "\u200c" in text
    assert message_from_bytes(raw, policy=default)["Content-Language"] == "fa, en"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://x.test/\r\nX: y",
        'https://x.test/"onclick="',
        "//x.test",
        "https://[::1",
        "https://x.test/" + "a" * 3000,
    ],
)
def test_only_web_addresses_become_links(link):
    _, text, html = parts(with_article(url=link, canonical_url=link))
    assert "Read the report" not in text
    assert "onclick" not in html


def test_receipts_that_no_longer_fit_the_article_are_left_out():
    stale = Term("border", "border", "text", 99_999, 100_005)
    _, text, _ = parts(replace(ALERT, reasons=(Reason("Border talks", "border", (stale,)),)))
    assert "Your search “Border talks” found it" in text


def test_a_very_long_receipt_is_bounded():
    article = Article(url="https://x.test/1", title="t", text="border " * 20_000, source="x")
    terms = tuple(Term("border", "border", "text", n * 7, n * 7 + 6) for n in range(20_000))
    raw, _, _ = parts(replace(ALERT, article=article, reasons=(Reason("b", "border", terms),) * 30))
    check_wire(raw)


@pytest.mark.parametrize("sender", ["nobody", "A\r\nBcc: x@x.test <a@x.test>", "", "a@b@c"])
def test_a_sender_that_is_no_address_is_named(sender):
    with pytest.raises(ConfigError, match=r"mail\.sender"):
        compose_alert(ALERT, MAIL.model_copy(update={"sender": sender}), now=NOW)


def digest_of(number: int, **changes) -> list[Alert]:
    article = ARTICLE.with_changes(**changes)
    alert = replace(ALERT, article=article)
    names = ("Border talks", "Zangezur")
    return [
        replace(alert, story_id=f"s{n}", reasons=(replace(ALERT.reasons[0], name=names[n % 2]),)) for n in range(number)
    ]


def test_a_digest_is_grouped_by_search_with_a_table_of_contents_in_both_parts():
    raw = compose_digest(digest_of(3), MAIL, now=NOW).raw
    check_wire(raw)
    parsed = message_from_bytes(raw, policy=default)
    text = parsed.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = parsed.get_body(("html",)).get_content()
    assert parsed["Subject"] == "3 stories: Envoys of Armenia and Azerbaijan agree on a date for border talks"
    assert "- Border talks (2)\n- Zangezur (1)\n" in text
    assert text.index("== Border talks ==") < text.index("== Zangezur ==")
    view = view_digest(digest_of(3), MAIL.base_url, NOW, 40, 60)
    shown, plain = re.sub(r"\s", "", words_of(html)), " ".join(text.replace("*", "").split())
    for group in view.groups:
        for story in group.stories:
            for each in (
                story.headline,
                story.outlet,
                story.about_outlet,
                story.published,
                *story.opening,
                *story.notes,
            ):
                assert each in plain
                assert re.sub(r"\s", "", each) in shown


@pytest.mark.parametrize("number", [1, 40, 500])
def test_a_digest_however_long_is_not_clipped_and_counts_all_stories(number):
    persian = "گفت‌وگو درباره مرز در ماه مه آغاز می‌شود. " * 40
    raw = compose_digest(digest_of(number, title=persian[:280], text=persian, language="fa"), MAIL, now=NOW).raw
    check_wire(raw)
    text = message_from_bytes(raw, policy=default).get_body(("plain",)).get_content()
    told = text.count("https://hillpost.test/news/4711")
    untold = int((re.search(r"and (\d+) more stories", text) or ["", "0"])[1])
    assert told + untold == number


@given(
    st.text(alphabet="abc xyz«»,.:?= گفتوگوДмитрийქართ\u200c", max_size=200),
    st.sampled_from(["Ann", "Наши новости", "خبر"]),
)
def test_subject_and_sender_in_any_script_are_read_as_they_were_meant(title, name):
    mail = MAIL.model_copy(update={"sender": f"{name} <alerts@wirewatch.test>"})
    raw = compose_alert(with_article(title=title), mail, now=NOW).raw
    check_wire(raw)
    parsed = message_from_bytes(raw, policy=default)
    expected = clean_line(title, 140).replace("=?", "= ?") or "(no headline)"
    assert str(parsed["Subject"]) == expected
    assert parsed["From"].addresses[0].display_name == name
    assert all(
        len(line) <= 78 for line in re.search(rb"(?s)Subject: (.*?)\r\n[A-Z]", raw)[1].split(b"\r\n") if b"=?" in line
    )


def test_the_headers_are_the_same_after_apprise_has_changed_the_librarys_encoding(monkeypatch):
    mail = MAIL.model_copy(update={"sender": "Наши новости <alerts@wirewatch.test>"})
    before = compose_alert(with_article(title="Визит в Баку"), mail, now=NOW).raw
    monkeypatch.setitem(charset.CHARSETS, "utf-8", (charset.QP, charset.QP, "utf-8"))
    assert compose_alert(with_article(title="Визит в Баку"), mail, now=NOW).raw == before


def test_a_preview_is_the_mail_of_the_newest_find_and_changes_nothing(tmp_path):
    file = tmp_path / "w.db"
    db = open_database(file)
    assert load_preview(db, SOURCES) is None
    number = add_article(db, ARTICLE, "story1")
    with write(db):
        receipt = json.dumps(Match("t", (term(ARTICLE, "border"),)).to_json()["terms"])
        db.execute("INSERT INTO matches VALUES (?, 'south-caucasus-diplomacy', ?)", [number, receipt])
    alert = load_preview(open_for_reading(file), SOURCES, "Asia/Baku")
    assert alert is not None
    text = compose_alert(alert, MAIL, now=NOW).parse().get_body(("plain",)).get_content()
    assert "12:10 (Asia/Baku, UTC+4)" in text
    assert "*border*" in text
    assert db.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0


def test_what_readers_share_is_rendered_once_and_each_gets_his_own_links_and_address():
    other = replace(READER, id=8, email="o'neil&co@x.test", secret="0ther")
    mails = [parts(replace(ALERT, subscriber=reader)) for reader in (READER, other, READER)]
    assert mails[0] == mails[2]
    for reader, (_, text, html), foreign in ((READER, mails[0], other), (other, mails[1], READER)):
        links = [leave_link(reader, MAIL.base_url), manage_link(reader, MAIL.base_url)]
        assert all(link in text and f'href="{link}"' in html for link in links)
        assert reader.email in text
        assert reader.email in words_of(html)
        assert foreign.email not in text + unescape(html)
        assert leave_link(foreign, MAIL.base_url) not in text + html


def test_a_find_in_another_report_names_its_outlet_as_the_list_below_does():
    found_in = ARTICLE.with_changes(source="lakewire", title="Talks on the border to open in May")
    reason = Reason("Border talks", "border", (term(found_in, "border", "title"),), found_in)
    _, text, html = parts(replace(ALERT, reasons=(reason,)))
    assert "found it in another report (Lake Wire)" in " ".join(text.split())
    assert "inanotherreport(LakeWire)" in re.sub(r"\s", "", words_of(html))
