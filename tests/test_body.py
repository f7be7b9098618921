"""The article's own text in a page: what stays, what goes, and that hostile pages end soon."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from crawler.reading.blocks import Block, split_lines
from crawler.reading.body import read_body
from crawler.reading.decode import decode_both, decode_page
from crawler.reading.document import parse_document, text_of
from crawler.reading.names import has_body_sign, junk_grade
from crawler.reading.stamps import ends_sentence, is_stamp
from crawler.reading.trim import is_of_the_house, repeats

P = [
    "The two ministers met in the capital on Monday and agreed to open three new crossings before the autumn.",
    "Their deputies will draw up the list of goods by the end of the month, the joint statement said.",
    "A second round is planned for April, when experts on transport and customs will take part as well.",
    "Residents of the border villages have asked for years for a shorter way to the market on the other side.",
]


def read(inner: str, title: str = "", stated: str = "") -> str:
    return read_body(parse_document(f"<html><body>{inner}</body></html>"), title, stated)


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_lists_quotes_tables_and_headings_of_the_text_survive():
    inner = (
        f"<article><h1>Crossings</h1>{paragraphs(*P[:2])}<h2>What opens</h2><ul><li>The northern bridge</li>"
        f"<li>The road by the lake</li></ul><blockquote><p>It is a good day.</p></blockquote>"
        f"<table><tr><th>Crossing</th><th>Opens</th></tr><tr><td>North</td><td>May</td></tr></table>"
        f"{paragraphs(P[2])}</article>"
    )
    text = read(inner)
    for part in (*P[:3], "What opens", "The northern bridge", "It is a good day.", "Crossing | Opens", "North | May"):
        assert part in text.split("\n\n")


def test_joiners_and_soft_hyphens_stay_and_zero_width_spaces_go():
    text = read(
        f"<article>{paragraphs('آن‌ها می‌روند و برمی‌گردند ' * 6, 'Außen­minister kommen heute ​zusammen, ' * 4)}</article>"
    )
    assert "می‌روند" in text
    assert "Außen­minister" in text
    assert "​" not in text


@pytest.mark.parametrize(
    "lead",
    [
        f"<div class='news-lead'>{P[0]}</div>",
        f"<p>{P[0]}</p>",
        f"<p class='lead'>{P[0]}</p>",
        f"<div class='anons'><p>{P[0]}</p></div>",
        f"<div><img src='a.jpg'></div><div class='intro'><b>{P[0]}</b></div>",
    ],
)
def test_lead_above_the_box_of_the_text_survives(lead):
    inner = f"<div><h1>Crossings to open</h1>{lead}<div class='text'>{paragraphs(*P[1:])}</div></div>"
    assert read(inner, "Crossings to open").split("\n\n") == P


def test_standfirst_in_the_headlines_box_is_left_to_the_summary():
    head = f"<header><h1>Crossings to open</h1><p class='standfirst'>{P[0]}</p></header>"
    inner = f"<article>{head}<div class='text'>{paragraphs(*P[1:])}</div></article>"
    assert read(inner, "Crossings to open").split("\n\n") == P[1:]


def test_lead_set_in_bold_inside_the_text_survives():
    assert read(f"<div class='text'><p><strong>{P[0]}</strong></p>{paragraphs(*P[1:])}</div>").split("\n\n") == P


@pytest.mark.parametrize(
    "box",
    [
        "<figure><img src='a.jpg'><figcaption>Ministers shake hands in front of the new bridge</figcaption></figure>",
        "<div class='photo'><img src='a.jpg'><div>Ministers shake hands in front of the new bridge</div></div>",
        "<div class='related-news'><p>Ministers shake hands in front of the new bridge, as before.</p></div>",
        "<p>Read more: <a href='/x'>Ministers shake hands in front of the new bridge</a></p>",
        "<ul><li><a href='/x'>Ministers shake hands in front of the new bridge</a></li></ul>",
        "<div class='newsletter-box'><p>Sign up: Ministers shake hands every Monday in your inbox.</p></div>",
        "<div><h3>Letter of the day</h3><p>Ministers shake hands each day in your inbox.</p><form></form></div>",
        "<div class='share'><a href='#'>Ministers shake hands</a> <a href='#'>Facebook</a></div>",
        "<div id='cookie-consent'><p>We use cookies so that Ministers shake hands as you like it.</p></div>",
        "<div class='ticker'><p>Ministers shake hands in front of the new bridge and the river rises.</p></div>",
        "<aside><p>Ministers shake hands in front of the new bridge, a chronicle of eight years of talks.</p></aside>",
        "<div style='display:none'><p>Ministers shake hands in front of the new bridge, hidden from eyes.</p></div>",
        "<p>12.03.2025 | 14:58 Ministers shake hands</p>",
    ],
)
def test_what_is_no_text_goes(box):
    text = read(f"<article><h1>Crossings</h1>{paragraphs(*P[:2])}{box}{paragraphs(*P[2:])}</article>")
    assert "shake hands" not in text
    assert text.split("\n\n") == P


@pytest.mark.parametrize(
    ("sentence", "read_as"),
    [
        ("At <span class='ticker'>North Bridge</span>, the works began.", "At North Bridge, the works began."),
        ("The <em class='keyword'>northern</em> bridge is open.", "The northern bridge is open."),
        ("The bridge<span class='tooltip'> See the map of it</span> is open.", "The bridge is open."),
        ("The bridge<span class='share' style='display:none'>Share</span> is open.", "The bridge is open."),
        ("The bridge is open. <span class='ticker'>+0.4</span> It is long.", "The bridge is open. It is long."),
        ("The bridge is open. <span class='related'>More on bridges</span>", "The bridge is open."),
    ],
)
def test_words_in_the_middle_of_a_sentence_stay_whatever_their_name(sentence, read_as):
    text = read(f"<article><h1>Crossings</h1>{paragraphs(*P[:2])}<p>{sentence}</p>{paragraphs(*P[2:])}</article>")
    assert read_as in text.split("\n\n")


TEASERS = "".join(
    f"<div class='item'><a href='/{at}'><h3>{name} opens its doors again this week</h3></a>"
    f"<p>{name} opens its doors again, its head said on Monday, and more will be known soon.</p></div>"
    for at, name in enumerate(
        ("The port", "The library", "A bakery", "The museum", "A choir", "The school", "A garden")
    )
)


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize(
    "layout",
    [
        "<div class='body'><h1>Crossings to open</h1>{text}</div><div class='list'>{teasers}</div>",
        "<div class='body'><h1>Crossings to open</h1><div>{text}</div><h2>Other news</h2><div>{teasers}</div></div>",
        "<article><h1>Crossings to open</h1>{text}{teasers}</article>",
        "<div class='list'>{teasers}</div><div class='body'><h1>Crossings to open</h1>{text}</div>",
    ],
)
def test_teasers_of_other_stories_go_however_short_the_report(layout, count):
    text = read(layout.format(text=paragraphs(*P[:count]), teasers=TEASERS), "Crossings to open")
    assert text.split("\n\n") == P[:count]


def test_a_page_of_items_with_linked_headings_and_no_other_text_is_read():
    items = TEASERS.replace("more will be known soon.", "more will be known soon. " + " ".join(P))
    assert read(f"<article><h1>Seven doors</h1><p>They open.</p>{items}</article>").count(P[0]) == 7
    assert "The port opens its doors" in read(f"<article><h1>Seven doors</h1>{TEASERS}</article>")


def test_a_form_beside_a_short_report_does_not_take_it_away():
    report = f"<div><h1>Crossings to open</h1><p>{P[0]}</p><form><input name='comment'></form></div>"
    assert read(f"{report}<div class='list'>{TEASERS}</div>", "Crossings to open") == P[0]


def test_spans_that_are_shown_as_blocks_are_paragraphs():
    spans = "".join(f"<span style='display: block'>{text}</span>" for text in P)
    assert read(f"<div class='text'><h1>Crossings</h1>{spans}</div>").split("\n\n") == P


def test_comments_below_the_text_go():
    comments = "".join(f"<div class='comment'><p>{text} I do not believe a word.</p></div>" for text in P * 2)
    assert read(f"<article>{paragraphs(*P)}</article><section id='comments'>{comments}</section>").split("\n\n") == P


def test_text_parted_into_boxes_is_joined():
    inner = "".join(
        f"<div class='chunk chunk-{i}'><div class='inner'><p>{text}</p><p>{text[::-1]}.</p></div></div>"
        for i, text in enumerate(P)
    )
    assert len(read(f"<main><h1>T</h1>{inner}</main>").split("\n\n")) == 8


def test_first_of_two_articles_on_a_page_is_read():
    second = paragraphs(*(text.replace("the", "that") for text in P * 3))
    inner = (
        f"<article class='a'><h1>Crossings to open</h1><div class='bodytext'>{paragraphs(*P)}</div></article>"
        f"<article class='b'><h1>Another story altogether</h1><div class='bodytext'>{second}</div></article>"
    )
    assert read(inner, "Crossings to open").split("\n\n") == P


def test_hidden_wrapper_of_everything_is_still_read():
    assert read(f"<div hidden>{paragraphs(*P)}</div>").split("\n\n") == P


def test_page_without_a_body_element_is_read():
    root = parse_document(f"<html><title>T</title><article>{paragraphs(*P)}</article>")
    assert read_body(root).split("\n\n") == P


def test_text_in_a_table_cell_with_line_breaks_is_read():
    """Older sites of the region lay their pages out in tables and part paragraphs by line breaks."""
    menu = "<td><a href='/'>Home</a><br><a href='/politics'>Politics</a><br><a href='/economy'>Economy</a></td>"
    text = "<br><br>".join(P)
    inner = f"<table><tr>{menu}<td><font size=4><b>Crossings to open</b></font><br><br>{text}</td></tr></table>"
    assert read(inner, "Crossings to open").split("\n\n")[-4:] == P
    assert "Economy" not in read(inner, "Crossings to open")


def test_line_breaks_part_paragraphs_but_not_sentences():
    assert split_lines("One sentence\x00goes on.\x00Another one.\x00\x00And a third") == [
        "One sentence goes on.",
        "Another one.",
        "And a third",
    ]


def test_stated_text_stands_in_where_the_markup_holds_hardly_any():
    stated = "\n\n".join(P)
    assert read("<div><p>Subscribe to read on.</p></div>", stated=stated) == stated


def test_stated_text_drops_what_it_lacks():
    stated = "\n\n".join(P)
    extra = "Our reporters tell you every day what moves the region, and why it matters to you."
    assert extra not in read(f"<article>{paragraphs(*P[:2], extra, *P[2:])}</article>", stated=stated)


@pytest.mark.parametrize(
    "line",
    [
        "© Paper. All rights reserved", "Our NEWSLETTER comes daily", "Join the WhatsApp channel", "whatsapp-kanal",
        "Read us on Google News", "Our Telegram channel has more", "Telegram-канал редакции", "WhatsApp-канал",
        "Unauthorized reproduction is a crime", "Privacy settings", "PRİVACY POLİCY", "Prıvacy policy", "Find us on X",
        "Sign up for more", "Signing up to this is free", "Cookies help us", "Turn JavaScript on", "JavaſCRIPT is off",
        "This needs HTML5", "무단 전재 금지",
    ],
)  # fmt: skip
def test_lines_about_the_house_and_its_channels_are_known_in_any_case(line):
    assert is_of_the_house(line)


@pytest.mark.parametrize("line", ["The bridge opens in May.", "They told us on Monday", "He stood up for the village"])
def test_lines_of_a_story_are_not_taken_for_the_house(line):
    assert not is_of_the_house(line)


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("«Three new crossings» to open in MAY", True),
        ("— — — — — — — — — — — — — Three new crossings to open in May", True),
        ("Three new crossings to open", True),
        ("Three new roads to open in May", False),
        ("Three new crossings to open in May, and two more in the autumn", False),
    ],
)
def test_a_line_repeats_the_headline_whatever_its_signs(line, same):
    assert repeats(Block(line, "p", 0, 0), "threenewcrossingstoopeninmay") is same


def test_the_last_sign_ends_a_sentence():
    assert all(map(ends_sentence, ("It is open.", "Is it? \n", "«Բաց է։»", "열었다。")))
    assert not any(map(ends_sentence, ("", "  ", "One, two", "A. B")))


def test_boxes_without_text_change_nothing():
    empty = "<div class='gap'><div></div><p> </p></div>"
    text = f"<div class='text'>{empty.join(['', *(f'<p>{p}</p>' for p in P[:2]), ''])}</div>"
    more = f"<div class='text'>{empty}{paragraphs(*P[2:])}{empty}</div>"
    aside = f"<div class='sidebar'>{empty}<p>{P[0]} Elsewhere.</p>{empty}</div>"
    assert read(f"<article>{text}{empty}{aside}{empty}{more}</article>") == "\n\n".join(P)


def test_a_box_is_judged_by_its_id_too():
    extra = "Those who look for more of this will find it in what we wrote in spring."
    for sign in ("class='related'", "id='related'", "class='box' id='related'", "hidden", "style='display: none'"):
        text = read(f"<article>{paragraphs(*P[:2])}<div {sign}><p>{extra}</p></div>{paragraphs(*P[2:])}</article>")
        assert text == "\n\n".join(P), sign


def test_endless_names_of_boxes_are_not_all_kept_in_memory():
    def make(number: int) -> str:
        names = " ".join(f"{'related' * 20}{number}-{at}" for at in range(5000))
        boxes = f"<div class='x{number} {names}'><p>{P[3]}</p></div><p>{P[3]} <span class='y {names}'>far</span></p>"
        return f"<meta name='{names}' content='2026'><article>{paragraphs(*P)}{boxes}</article>"

    read(make(0))
    tracemalloc.start()
    for number in range(1, 13):
        assert P[0] in read(make(number))
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 2_000_000


def test_text_below_very_many_inline_elements_is_left():
    deep = "<span style='display: block'>" * 400
    assert read(f"<article>{paragraphs(*P)}<div>{deep}far down{'</span>' * 400}</div></article>") == "\n\n".join(P)


def test_names_of_boxes_are_judged_by_their_words():
    assert junk_grade("post-share-buttons") == 1
    assert junk_grade("sidebar") == 2
    assert junk_grade("has-sidebar") == 0
    assert junk_grade("shareholder overflow-hidden print:block") == 0
    assert has_body_sign("entry-content")


@pytest.mark.parametrize(
    "line",
    [
        "12.03.2025 | 14:58", "Stand: 28.04.2023 17:23 Uhr", "3 hours ago", "2 min read", "18 March, 11:39",
        "Yayınlanma: 21 Temmuz 2025 - 14:01 | Son Güncelleme: 22 Temmuz 2025 10:00",
        "Опубликовано 21 июля 2025 в 14:01, обновлено 22 июля 2025 в 10:00",
    ],
)  # fmt: skip
def test_lone_dates_are_stamps(line):
    assert is_stamp(line)


@pytest.mark.parametrize(
    "line",
    [
        "In 2019 the bridge was closed.",
        "Four of the 12 villages have no road",
        "Published in 2019, the plan of the bridge was much discussed and then forgotten for years on end",
    ],
)
def test_sentences_with_numbers_are_no_stamps(line):
    assert not is_stamp(line)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>Стороны договорились</p>".encode("cp1251"), "Стороны договорились"),
        ('<meta charset="iso-8859-1"><p>Tərəflər razılaşdılar, söhbət davam edir</p>'.encode(), "Tərəflər"),
        ("<p>Стороны</p>".encode("utf-16"), "Стороны"),
        (b"\xef\xbb\xbf<p>caf\xc3\xa9</p>", "café"),
        (b"<p>a\x00b\x01c</p>", "abc"),
    ],
)
def test_bytes_are_decoded_whatever_is_declared(body, words):
    assert words in decode_page(body * 20 if b"\xff\xfe" not in body else body)


HOSTILE = {
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(60_000)) + ">x</p>",
    "nested divs": "<div>" * 50_000,
    "nested tables": "<table><tr><td>" * 10_000,
    "line breaks": "<article>" + "line<br>" * 50_000 + "</article>",
    "links": "<a href=/x>link text</a> " * 30_000,
    "lists": "<ul><li>one</li></ul>" * 10_000,
    "open paragraphs": "<p>a" * 50_000,
    "less-than": "<" * 300_000,
    "open lists, just few enough": "<ul><li>" * 7_400,
    "open marks, just few enough": "".join(f"<b a{i}>" for i in range(7_400)) + "<p>x" * 7_400,
    "headlines in headlines": "<h1><div>x" * 7_400,
    "headings in headings": "<h2 class=author><div>Ann Example" * 7_400,
    "figures in figures": "<figure><div>x" * 7_400,
    "json": '<script type="application/ld+json">' + "[" * 50_000 + "]" * 50_000 + "</script>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_markup_ends_within_seconds(kind):
    started = time.process_time()
    text = read(f"{HOSTILE[kind]}<article>{paragraphs(*P)}</article>")
    assert time.process_time() - started < 5
    assert isinstance(text, str)


def test_a_page_of_very_many_tags_is_read_as_others_are():
    menu = "<ul>" + "<li><a href=/x>A section</a>" * 9_000 + "</ul>"
    scripts = "<script>if (a < b) { c('<p>') }</script>"
    few, many = (
        read(f"<nav>{menu if there else ''}</nav><article><h1>T</h1>{scripts}{paragraphs(*P)}</article>")
        for there in (False, True)
    )
    assert few.split("\n\n") == P
    assert many == few


def test_comments_part_no_words():
    first, *rest = P
    page = parse_document(f"<article>{paragraphs(first.replace(' ', '<!-- <p>no</p> --> ', 1), *rest)}</article>")
    assert read_body(page).split("\n\n") == P


def test_what_is_dropped_is_found_no_more():
    page = parse_document("<h1>One</h1><div id=x><h1>Two</h1></div>text")
    assert len(page.all("h1")) == 2
    page.drop(page.select("#x")[0])
    assert [text_of(h1) for h1 in page.all("h1")] == ["One"]
    assert text_of(page.body) == "Onetext"


def test_what_is_utf8_is_handed_on_as_it_is():
    page = "<p>Tərəflər razılaşdılar, söhbət davam edir</p>"
    for body in (page.encode(), b"\xef\xbb\xbf" + page.encode(), page.replace(",", ",\x00\x07").encode()):
        assert decode_both(body) == (page, page.encode())
    assert decode_both(page.encode("cp1254", "replace"), "text/html; charset=cp1254")[1] is None
    assert decode_both(b"<p>plain</p>") == ("<p>plain</p>", None)
