"""The headline: what h1, meta elements and JSON-LD agree on, and what they show where they do not."""

import json

import pytest

from crawler.reading.document import parse_document
from crawler.reading.headline import read_headline
from crawler.reading.structured import read_declared
from crawler.reading.title_marks import cut_marks

SEARCHED = "Zangezur corridor: talks on the rail link resume in Tbilisi after two years"
DESK = "Two years on, rail link talks resume in Tbilisi"


def headline(h1: str = "", title: str = "", og: str = "", ld: dict[str, str] | None = None, site: str = "") -> str:
    """The headline of a page that gives these."""
    data = json.dumps({"@type": "NewsArticle", **ld}) if ld else ""
    script = f'<script type="application/ld+json">{data}</script>' if data else ""
    meta = f'<meta property="og:title" content="{og}"><meta property="og:site_name" content="{site}">'
    page = parse_document(
        f"<html><head><title>{title}</title>{meta}{script}</head><body><h1>{h1}</h1><p>Text.</p></body></html>"
    )
    return read_headline(page, read_declared(page)).text


def test_og_title_that_alone_differs_is_the_desks_own_headline():
    assert headline(SEARCHED, f"{SEARCHED} | The Paper", DESK, {"headline": SEARCHED}, "The Paper") == DESK


@pytest.mark.parametrize(
    "og",
    [
        "Latest news of the region, video and analysis",  # another subject: one line for all pages
        f"{DESK} | The Paper",  # not set by hand: it carries the site's name
        "Zangezur corridor: talks on the rail link…",  # cut
        "The Paper",
        "",
    ],
)
def test_og_title_is_not_taken_where_nothing_says_it_is_a_headline(og):
    assert headline(SEARCHED, f"{SEARCHED} | The Paper", og, {"headline": SEARCHED}, "The Paper") == SEARCHED


def test_og_title_that_a_quotation_mark_ended_is_not_taken():
    whole = "Tbilisi talks resume: rail link &quot;within a year&quot;"
    assert headline(whole, whole, "Tbilisi talks resume: rail link ").endswith('"within a year"')


def test_json_ld_that_states_its_headline_twice_outweighs_the_rest():
    ld = {"headline": DESK, "alternativeHeadline": DESK}
    assert headline(SEARCHED, SEARCHED, SEARCHED, ld) == DESK


def test_json_ld_cut_by_its_length_does_not():
    ld = {"headline": SEARCHED[:50], "name": SEARCHED[:50]}
    assert headline(SEARCHED, SEARCHED, SEARCHED, ld) == SEARCHED


def test_kickers_that_differ_are_left_out():
    assert headline("Rail in the Caucasus - " + DESK, "", "Two capitals talk: " + DESK) == DESK


def test_words_that_an_element_glued_are_parted_as_elsewhere():
    glued = "<span>Rail link</span><span>Talks resume</span>"
    assert headline(glued, "Rail link Talks resume", "Rail link: Talks resume") == "Rail link: Talks resume"


def test_site_name_after_a_quotation_mark_is_cut():
    assert headline("", "“Soon”-The Paper", "", site="The Paper") == "“Soon”"


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Bakıda görüş keçirilib-FOTO", "Bakıda görüş keçirilib"),
        ("Bakıda görüş keçirilib- FOTO / VİDEO", "Bakıda görüş keçirilib"),
        ("Встреча в Баку | Видео", "Встреча в Баку"),
        ("Minister teilt KI-Foto", "Minister teilt KI-Foto"),
    ],
)
def test_desk_marks_are_cut_but_not_the_end_of_a_word(stated, title):
    assert cut_marks(stated) == title
