"""Edits are told by kind, and only what makes the old report untrue is material."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from matching.edits import KINDS, compare_versions, is_still_there, next_ask, says_removed
from matching.edits.schedule import AGES, SECOND_LOOK
from wirewatch.article import Article

TEXT = (
    "Foreign Minister Jeyhun Bayramov met his counterpart in Gudauri on Monday. According to AZERTAC, 12 people took "
    "part in the talks. “We agreed on the railway,” he told reporters.\n\nThe parties did not sign the treaty."
)
FIRST = datetime(2026, 11, 23, 12, tzinfo=UTC)


def compare(before, after, language="en", titles=("Talks held in Gudauri", "Talks held in Gudauri")):
    found = compare_versions(
        Article("https://araks.example/1", titles[0], before, language=language),
        Article("https://araks.example/1", titles[1], after, language=language),
    )
    assert {change.kind for change in found} <= set(KINDS)
    return [(change.kind, change.is_material) for change in found]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("12 people", "14 people", "number"),
        ("on Monday", "on Tuesday", "number"),
        ("Jeyhun Bayramov", "Hikmet Hajiyev", "name"),
        ("Gudauri", "Batumi", "place"),
        ("in Gudauri", "in Kobuleti", "place"),
        ("agreed on the railway", "disagreed about the railway", "quote"),
        ("AZERTAC", "Trend", "attribution"),
        ("According to AZERTAC, 12", "Some 12", "attribution"),
        ("told reporters", "told Reuters", "attribution"),
        ("did not sign", "signed", "wording"),
        ("“We agreed on the railway,” he told reporters.", "", "quote"),
    ],
)
def test_a_fact_exchanged_or_taken_back_is_material(old, new, kind):
    assert compare(TEXT, TEXT.replace(old, new)) == [(kind, True)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("people", "peopel"),
        ("met his", "has met his"),
        ("“We agreed on the railway,”", '"We agreed on the railway,"'),
        (" The parties", "  The parties"),
        ("Monday. According", "Monday.\n\nAccording"),
        ("took part in the talks.", "took part in the talks!"),
        ("counterpart", "Counterpart"),
    ],
)
def test_looks_and_spelling_are_cosmetic(old, new):
    changed = TEXT.replace(old, new)
    assert compare(TEXT, changed) in ([("cosmetic", False)], [])
    assert changed == TEXT or compare(TEXT, changed) == [("cosmetic", False)]


def test_sentences_moved_about_are_cosmetic():
    sentences = TEXT.replace("\n\n", " ").split(". ")
    assert compare(". ".join(sentences), ". ".join([*sentences[1:2], *sentences[:1], *sentences[2:]])) == [
        ("cosmetic", False)
    ]


def test_what_is_only_added_further_down_is_no_correction_unless_it_is_marked():
    more = " The next round will be held in Yerevan with 30 guests. It was the ninth of the year. Snow fell all day."
    assert all(not material for _, material in compare(TEXT, TEXT + more))
    marked = TEXT + " Correction: an earlier version of this report gave the wrong date of the round in Yerevan."
    assert any(material for _, material in compare(TEXT, marked))


def test_a_fact_added_to_the_lead_is_material():
    changed = TEXT.replace("on Monday.", "on Monday. Seven soldiers of the escort were detained near Sadakhlo.")
    assert compare(TEXT, changed) == [("number", True)]


def test_another_headline_is_material_but_not_a_mark_on_it():
    assert compare(TEXT, TEXT, titles=("Talks held", "Talks collapse")) == [("headline", True)]
    assert compare(TEXT, TEXT, titles=("Talks held", "TALKS HELD - VIDEO")) == [("cosmetic", False)]


@pytest.mark.parametrize(
    ("language", "before", "after", "kind"),
    [
        ("ru", "Вчера в Ереване министр сообщил о 12 раненых.", "Вчера в Гюмри министр сообщил о 12 раненых.", "place"),
        ("ru", "Вчера министр Мирзоян прибыл в Тбилиси.", "Вчера министр Арутюнян прибыл в Тбилиси.", "name"),
        ("az", "Nazir Bakıda 12 nəfərlə görüşüb.", "Nazir Gəncədə 12 nəfərlə görüşüb.", "place"),
        ("tr", "Bakan Ankara'da 12 kişiyle görüştü.", "Bakan Ankara'da 15 kişiyle görüştü.", "number"),
        ("hy", "Նախարարը Երևանում հանդիպեց 12 դեսպանի։", "Նախարարը Երևանում հանդիպեց 13 դեսպանի։", "number"),
        ("ka", "მინისტრი თბილისში შეხვდა 12 ელჩს.", "მინისტრი ბათუმში შეხვდა 12 ელჩს.", "place"),
        ("fa", "وزیر در تهران با ۱۲ سفیر دیدار کرد.", "وزیر در تهران با ۱۴ سفیر دیدار کرد.", "number"),
    ],
)
def test_facts_are_told_in_each_language(language, before, after, kind):
    assert compare(before, after, language) == [(kind, True)]


def test_the_same_reading_has_no_changes_and_persian_digits_are_digits():
    assert compare(TEXT, TEXT) == []
    assert compare("در تهران ۱۲ سفیر بودند.", "در تهران 12 سفیر بودند.", "fa") == [("cosmetic", False)]


def test_a_new_dateline_is_told():
    before = Article("u", "T", TEXT, place="Baku", agency="AZERTAC")
    after = before.with_changes(place="Tbilisi", agency="Trend")
    assert [change.kind for change in compare_versions(before, after)] == ["place", "attribution"]


def test_a_notice_of_removal_is_told_from_an_article_that_speaks_of_one():
    before = Article("u", "Talks held in Gudauri", TEXT)
    notice = Article("u", "Araks", "This article has been removed at the request of the editors.")
    assert says_removed(before, notice)
    assert not is_still_there(before, notice)
    article = before.with_changes(text=TEXT + " He said that his earlier post, “this article has been removed”, stood.")
    assert not says_removed(before, article)
    assert not says_removed(before, Article("u", "Just a moment", "Checking your browser before you go on."))


@pytest.mark.parametrize("words", ["Статья удалена по требованию автора.", "ეს სტატია წაშლილია.", "Xəbər silinib."])
def test_notices_of_removal_are_read_in_other_languages(words):
    assert says_removed(Article("u", "Talks", TEXT), Article("u", "", words))


def test_a_page_is_asked_again_ever_more_seldom_and_never_after_a_month():
    now, asked = FIRST, []
    while (due := next_ask(FIRST, now)) is not None:
        asked.append(due - FIRST)
        now = due
    assert asked == list(AGES)
    gaps = [later - sooner for sooner, later in pairwise(asked)]
    assert gaps == sorted(gaps)
    assert now - FIRST == timedelta(days=30)


def test_after_a_change_the_page_is_asked_again_in_the_next_run():
    now = FIRST + timedelta(days=4)
    assert next_ask(FIRST, now, look_again=True) == now + SECOND_LOOK
    assert next_ask(FIRST, FIRST + timedelta(days=31), look_again=True) is None


def test_a_very_long_text_is_compared_in_bounded_time():
    long = " ".join(f"Sentence {number} tells of the {number}. round." for number in range(5000))
    assert compare(long, long.replace("Sentence 7 tells", "Sentence 7 says nothing")) != []
