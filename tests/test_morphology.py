from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from matching.morphology import query_keys, word_keys

DATA = Path(__file__).parent / "data"
FORMS = yaml.safe_load((DATA / "forms.yaml").read_text("utf-8"))
SECOND = yaml.safe_load((DATA / "forms_second.yaml").read_text("utf-8"))
FLOORS = {"az": 0.93, "tr": 0.95, "ru": 0.97, "hy": 0.95, "ka": 0.93, "fa": 0.95, "en": 0.95}
"""Share of the forms found; lower one only with a reason in the commit."""


def finds(lemma: str, form: str, language: str) -> bool:
    return bool(set(query_keys(lemma)) & set(word_keys(form, language)))


def measure(language: str, lists: dict[str, dict[str, str]]) -> tuple[float, float, list[str], list[str]]:
    """Recall over the listed forms, precision over all pairs of a lemma and a form of the language."""
    table = {lemma: forms.split() for lemma, forms in lists[language].items()}
    missed = [
        f"{lemma}: {form}" for lemma, forms in table.items() for form in forms if not finds(lemma, form, language)
    ]
    every = [(lemma, form) for lemma, forms in table.items() for form in (lemma, *forms)]
    wrong = [
        f"{lemma}: {form}"
        for lemma in table
        for owner, form in every
        if owner != lemma and form not in table[lemma] and finds(lemma, form, language)
    ]
    total = sum(len(forms) for forms in table.values())
    right = total - len(missed)
    return right / total, right / max(1, right + len(wrong)), missed, wrong


@pytest.mark.parametrize("lists", [FORMS, SECOND], ids=["first list", "second list"])
@pytest.mark.parametrize("language", FLOORS)
def test_words_are_found_in_their_grammatical_forms(language: str, lists: dict[str, dict[str, str]]) -> None:
    recall, precision, missed, wrong = measure(language, lists)
    assert recall >= FLOORS[language], missed
    assert precision >= 0.98, wrong


@pytest.mark.parametrize(
    ("language", "lemma", "other"),
    [(language, lemma, other) for language, pairs in FORMS["apart"].items() for lemma, other in pairs.items()],
)
def test_words_that_only_look_alike_are_kept_apart(language: str, lemma: str, other: str) -> None:
    assert not finds(lemma, other, language)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İRAN", "iran"),
        ("IRAN", "iran"),
        ("BAKI", "Bakı"),
        ("Baki", "Bakı"),
        ("Əliyev", "ƏLİYEV"),
        ("Erdoğan", "ERDOGAN"),
        ("ЕЩЁ", "еще"),
        ("ԵՐԵՎԱՆ", "Երևան"),
        ("Երեւան", "Երևան"),
        ("Հայաստա՛ն", "հայաստան"),
        ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"),
        ("قره‌باغ", "قرهباغ"),
        ("كشور", "کشور"),
        ("آذربايجان", "آذربایجان"),
        ("Nakhchiva\u0301n", "Nakhchivan"),
        ("Aрмения", "Армения"),
        ("۱۲۳", "123"),
        ("O’Brien", "O'Brien"),
        ("U.S.", "US"),
    ],
)
def test_spellings_of_one_word_are_folded_together(one: str, other: str) -> None:
    assert word_keys(one, None)[0] == word_keys(other, None)[0]


@pytest.mark.parametrize(("one", "other"), [("Баку", "бак"), ("мой", "мои"), ("Кипр", "Кипру")])
def test_spellings_of_different_words_stay_apart(one: str, other: str) -> None:
    assert word_keys(one, None)[0] != word_keys(other, None)[0]


@pytest.mark.parametrize(
    ("query", "form", "language"),
    [
        ("Ermənistanda", "Ermənistanın", "az"),
        ("Türkiye'de", "Türkiye'nin", "tr"),
        ("переговоров", "переговорами", "ru"),
        ("Пашиняна", "Пашиняном", "ru"),
        ("Հայաստանի", "Հայաստանում", "hy"),
        ("თბილისში", "თბილისის", "ka"),
        ("کشورهای", "کشور", "fa"),
        ("treaties", "treaty", "en"),
        ("talks", "talk", "en"),
    ],
)
def test_a_query_in_one_form_finds_the_others(query: str, form: str, language: str) -> None:
    assert finds(query, form, language)
