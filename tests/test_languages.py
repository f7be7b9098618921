from __future__ import annotations

import pytest

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
