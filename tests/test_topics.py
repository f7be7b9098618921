from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from matching.matcher import Matcher
from matching.topics import load_topics
from wirewatch.article import Article
from wirewatch.search import Search

SHARED = Path(os.environ.get("WIREWATCH_SHARED") or Path(__file__).resolve().parents[2] / "shared")
DIPLOMACY = "south-caucasus-diplomacy"


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(Search(topic.id, topic.query) for topic in load_topics().values())


def fired(matcher: Matcher, title: str, text: str = "") -> set[str]:
    (matches,) = matcher.match([Article(url="https://example.org/", title=title, text=text)])
    return {match.search for match in matches}


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("Armenian and Azerbaijani foreign ministers hold peace talks in Vienna", {DIPLOMACY, "peace-process"}),
        ("Georgia and Iran agree on transit of goods through Batumi", {DIPLOMACY, "corridors-transport"}),
        ("EU lifts sanctions against two Georgian officials", {DIPLOMACY, "sanctions"}),
        ("Baku and Rome sign gas supply agreement", {DIPLOMACY, "energy"}),
        ("Глава МИД Армении прибыл с визитом в Тегеран", {DIPLOMACY, "visits"}),
        ("Азербайджан и Армения согласовали текст мирного договора", {DIPLOMACY, "peace-process"}),
        ("Azərbaycanla Gürcüstan arasında dəmir yolu danışıqları aparılıb", {DIPLOMACY, "corridors-transport"}),
        ("Xarici işlər naziri Ceyhun Bayramov Ankaraya səfər edib", {DIPLOMACY, "visits"}),
        ("Հայաստանի վարչապետը Թեհրանում հանդիպել է Իրանի նախագահին", {DIPLOMACY, "visits"}),
        ("საქართველოს საგარეო საქმეთა მინისტრი ბაქოში ვიზიტით იმყოფება", {DIPLOMACY, "visits"}),
        ("Bakü ile Erivan arasında barış anlaşması için yeni görüşme", {DIPLOMACY, "peace-process"}),
        ("وزیر خارجه ارمنستان برای مذاکره وارد تهران شد", {DIPLOMACY}),
        ("OSCE Minsk Group co-chairs issue statement", {DIPLOMACY, "peace-process"}),
    ],
)
def test_a_headline_alone_fires_its_topics(matcher: Matcher, title: str, topics: set[str]) -> None:
    assert topics <= fired(matcher, title)


@pytest.mark.parametrize(
    "title",
    [
        "Qarabag beats Spartak in Champions League qualifier",
        "Heavy rain expected in Tbilisi on Thursday",
        "Georgia governor signs voting bill in Atlanta",
        "Rain damages orchards in West Azerbaijan province",
        "Belarus and Iran open trade fair in Minsk",
        "В Ереване задержан подозреваемый в ограблении банка",
        "Bakıda mənzildə yanğın baş verib",
        "თბილისში საცხოვრებელ კორპუსში ხანძარი გაჩნდა",
        "Երևանում բացվել է նկարչի ցուցահանդեսը",
        "İstanbul'da trafik kazası: üç yaralı",
        "تیم والیبال تبریز در لیگ پیروز شد",
        "Merkel and Macron discuss the eurozone budget",
    ],
)
def test_other_news_of_the_region_fires_nothing(matcher: Matcher, title: str) -> None:
    assert fired(matcher, title) == set()


def test_the_shipped_topics_are_there() -> None:
    assert list(load_topics()) == [
        DIPLOMACY,
        "corridors-transport",
        "energy",
        "peace-process",
        "sanctions",
        "visits",
    ]


@pytest.mark.shared
def test_the_topic_keeps_its_measured_quality(matcher: Matcher) -> None:
    path = SHARED / "domain" / "labelled.dev.jsonl"
    if not path.exists():
        pytest.skip("no development data beside the project")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    articles = [Article(url="", title=row["title"] or "", text=row["text"] or "") for row in rows]
    said = [any(match.search == DIPLOMACY for match in matches) for matches in matcher.match(articles)]
    truth = [row["label"] == "relevant" for row in rows]
    for language in (None, "en", "ru", "az", "hy", "ka"):
        pairs = [
            (yes, true) for yes, true, row in zip(said, truth, rows, strict=True) if language in (None, row["lang"])
        ]
        right = sum(yes and true for yes, true in pairs)
        score = 2 * right / (sum(yes for yes, _ in pairs) + sum(true for _, true in pairs))
        assert score >= (0.88 if language else 0.95), (language, score)


@pytest.mark.parametrize("part", ["first", "second", "third", "fourth", "fifth", "sixth"])
def test_headlines_of_the_region_are_told_apart(matcher: Matcher, part: str) -> None:
    lists = yaml.safe_load((Path(__file__).parent / "data" / "headlines.yaml").read_text("utf-8"))[part]
    about = [DIPLOMACY in fired(matcher, title) for title in lists["about"]]
    other = [DIPLOMACY in fired(matcher, title) for title in lists["other"]]
    assert 2 * sum(about) / (sum(about) + sum(other) + len(about)) >= 0.97


TOPICS = dict(zip("DCEPSV", load_topics(), strict=True))


@pytest.mark.parametrize("part", ["reports", "second", "third"])
@pytest.mark.parametrize("letter", list(TOPICS))
def test_short_reports_are_told_by_topic(matcher: Matcher, part: str, letter: str) -> None:
    reports = yaml.safe_load((Path(__file__).parent / "data" / "topic_texts.yaml").read_text("utf-8"))[part]
    pairs = [(TOPICS[letter] in fired(matcher, title, lead), letter in about) for _, about, title, lead in reports]
    right = sum(said and true for said, true in pairs)
    assert 2 * right / (sum(said for said, _ in pairs) + sum(true for _, true in pairs)) >= 0.88


@pytest.mark.parametrize("part", ["reports", "second", "third"])
def test_short_reports_are_told_by_their_headlines_alone(matcher: Matcher, part: str) -> None:
    reports = yaml.safe_load((Path(__file__).parent / "data" / "topic_texts.yaml").read_text("utf-8"))[part]
    said = [DIPLOMACY in fired(matcher, title) for _, _, title, _ in reports]
    true = ["D" in about for _, about, _, _ in reports]
    right = sum(yes and wanted for yes, wanted in zip(said, true, strict=True))
    assert 2 * right / (sum(said) + sum(true)) >= 0.95


def test_what_a_topic_beside_the_main_one_finds_is_of_the_region(matcher: Matcher) -> None:
    assert fired(matcher, "Iran and Iraq agree on a railway, a pipeline and a visit despite sanctions") == set()
    assert fired(matcher, "Ceasefire in Sudan: envoys visit Khartoum") == set()


def test_violations_of_a_ceasefire_are_no_peace_process(matcher: Matcher) -> None:
    assert "peace-process" not in fired(matcher, "Armenian units violated ceasefire 12 times, Azerbaijan says")
    assert "peace-process" in fired(matcher, "Armenia and Azerbaijan agree to renew ceasefire")
