from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from matching.languages import recognise_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ministers met in Geneva and agreed on the next steps", "en"),
        ("Armenia, Georgia sign memorandum", "en"),
        ("Министры встретились в Женеве и договорились о следующих шагах", "ru"),
        ("Министр зустрівся з послом і обговорив її пропозицію", "uk"),
        ("Nazirlər Bakıda görüşüb və məsələni müzakirə edib", "az"),
        ("Bakanlar Ankara'da görüştü ve konuyu ele aldı", "tr"),
        ("Նախարարները հանդիպեցին Երևանում", "hy"),
        ("მინისტრები თბილისში შეხვდნენ", "ka"),
        ("وزیران در ایروان دیدار کردند و گفت‌وگو کردند", "fa"),
        ("وصل الوزير إلى العاصمة في زيارة رسمية", "ar"),
    ],
)
def test_a_text_is_recognised(text: str, language: str) -> None:
    assert recognise_language(text) == language


def test_a_text_without_letters_has_the_language_that_was_stated_or_none() -> None:
    assert recognise_language("12:30") is None
    assert recognise_language("12:30", "az-AZ") == "az"


def test_the_text_overrules_what_the_publisher_states() -> None:
    assert recognise_language("Министры встретились в Женеве", "en") == "ru"


def test_a_statement_decides_where_the_text_leaves_doubt() -> None:
    assert recognise_language("Trump Putin", "tr") == "tr"


DATA = Path(__file__).parent / "data"
SHORT = yaml.safe_load((DATA / "language_headlines.yaml").read_text("utf-8"))


@pytest.mark.parametrize("language", ["en", "ru", "az", "hy", "ka", "tr", "fa"])
def test_short_headlines_are_recognised(language: str) -> None:
    wrong = [text for text in SHORT[language] if recognise_language(text) != language]
    assert len(wrong) <= (0.1 if language in ("az", "tr") else 0.02) * len(SHORT[language]), wrong


def test_headlines_of_other_languages_do_not_pass_for_one_of_the_region() -> None:
    taken = {recognise_language(text) for language in ("ar", "de", "fr", "es") for text in SHORT[language]}
    assert not taken & {"az", "tr", "fa", "ru", "hy", "ka"}


def test_headlines_of_reports_are_recognised() -> None:
    lists = yaml.safe_load((DATA / "topic_texts.yaml").read_text("utf-8"))
    wrong = [row for reports in lists.values() for row in reports if recognise_language(row[2]) != row[0]]
    assert len(wrong) <= 2, wrong
