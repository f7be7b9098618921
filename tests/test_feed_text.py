"""Whether an entry of a feed carries the whole text of its article, or a teaser."""

from __future__ import annotations

import pytest

from tests.feeds import ITEM, read, rss


@pytest.mark.parametrize(
    ("element", "whole"),
    [
        ("<content:encoded><![CDATA[{}]]></content:encoded>", True),
        ("<description><![CDATA[{}]]></description>", True),
        ("<description><![CDATA[{} Read more]]></description>", False),
        ("<description><![CDATA[{} […]]]></description>", False),
        ("<description><![CDATA[{} cut in the mid]]></description>", False),
        ("<content:encoded><![CDATA[<p>Short.</p>]]></content:encoded>", False),
    ],
)
def test_whole_text_is_told_from_a_teaser(element: str, whole: bool) -> None:
    body = "<p>The ministers agreed on the next round of talks in the capital.</p>" * 20
    item = ITEM.replace("</item>", element.format(body) + "</item>")
    feed = read(rss(item, attributes=' xmlns:content="http://purl.org/rss/1.0/modules/content/"'))
    assert (feed.entries[0].content is not None) is whole


PROSE = "<p>The ministers agreed on the next round of talks in the capital, the host of the first one.</p>" * 20
LEAD = "<p>The ministers agreed on the next round of talks in the capital, the host of the first one.</p>" * 8
CONTENT = ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'


def content_of(description: str, content: str = "") -> str | None:
    """The whole text that is read of an item with this description and content element."""
    elements = f"<description><![CDATA[{description}]]></description>" if description else ""
    elements += f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    return read(rss(ITEM.replace("</item>", elements + "</item>"), attributes=CONTENT)).entries[0].content


@pytest.mark.parametrize(
    "end",
    [
        "…", "...", " [...]", " […]", " (...)", " . . .", "&hellip;", " [&amp;hellip;]",
        " Read more", " Continue reading →", "<p>Read the full story on our site</p>", "<br/>See more »",
        " Подробнее", "<p>Читать далее</p>", " Читать полностью →", " Ətraflı", "<p>Davamı saytımızda</p>",
        "<p>Devamını oku</p>", "<p>Haberin devamı için tıklayın</p>", "<p>Կարդալ ավելին</p>", "<p>წაიკითხეთ სრულად</p>",
        " სრულად", "<p>ادامه مطلب</p>", " متن کامل", "<p>Lire la suite</p>", "<p>Weiterlesen</p>",
        "<p>When the two had left the hall, the third of the ministers asked whether the text of the</p>",
        "<p>When the two had left the hall, the third of the ministers asked whether the text, which</p>",
        "<p>When the two had left the hall, the third of the ministers asked whether the text,</p>",
        "<p>When […]</p>\n<p>The post <a href='/x'>Talks</a> appeared first on <a href='/'>The Wire</a>.</p>",
        "<p>Далее […]</p><p>Сообщение <a href='/x'>Переговоры</a> появились сначала на <a href='/'>Вестник</a>.</p>",
    ],
)  # fmt: skip
def test_a_text_that_is_cut_or_leads_on_is_no_whole_text_wherever_it_stands(end: str) -> None:
    assert content_of(PROSE + end) is None
    assert content_of("Talks were held.", PROSE + end) is None


@pytest.mark.parametrize(
    "end",
    ["", "<p>Tehran – Aysel Probe</p>", "<p>Photo: Aysel Probe</p>", "<ul><li>Gyumri</li><li>Kars</li></ul>", "<hr>"],
)
def test_what_may_follow_a_whole_text_does_not_make_it_a_teaser(end: str) -> None:
    assert content_of("Talks were held.", PROSE + end) == PROSE + end


def test_the_line_of_a_publishing_program_is_no_part_of_the_text() -> None:
    line = "<p>The post <a href='/x'>Talks</a> appeared first on <a href='/'>The Wire</a>.</p>"
    assert content_of("Talks were held.", PROSE + line) == PROSE
    item = ITEM.replace("</item>", f"<description><![CDATA[<p>Talks were held.</p>{line}]]></description></item>")
    assert read(rss(item)).entries[0].summary == "Talks were held."


def test_a_long_teaser_is_none_beside_or_without_the_whole_text() -> None:
    assert len(LEAD) > 500
    assert content_of(LEAD) is None
    assert content_of(LEAD + " […]", PROSE) == PROSE
    assert content_of(LEAD, LEAD) is None  # content that says no more than the description
    assert content_of(PROSE, PROSE) == PROSE
    assert content_of("", LEAD) == LEAD


def test_long_markup_around_little_text_is_no_whole_text() -> None:
    picture = f'<img src="https://wire.example.az/1.jpg?{"x" * 3000}">'
    assert content_of(f"<p>The painting is back in Gyumri.</p>{picture}") is None
    assert content_of("", f"{picture}<p>The painting is back in Gyumri.</p>{picture}") is None


@pytest.mark.parametrize("name", ["yandex:full-text", "rambler:fulltext", "turbo:content"])
def test_full_text_for_aggregators_is_the_whole_text(name: str) -> None:
    line = "Министры договорились о следующем раунде переговоров в столице."
    text = "\n".join([line] * 12)
    prefix = name.partition(":")[0]
    item = ITEM.replace("</item>", f"<{name}>{text}</{name}></item>")
    (entry,) = read(rss(item, attributes=f' xmlns:{prefix}="http://{prefix}.example/"')).entries
    assert entry.content == f"<p>{line}</p>" * 12
