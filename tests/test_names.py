from __future__ import annotations

from pathlib import Path

import pytest

from matching import names
from matching.names import load_names
from matching.query import compile_query
from wirewatch.article import Article


def found(name: str, text: str, language: str | None = None) -> list[str]:
    article = Article(url="https://example.org/", title="", text=text, language=language)
    return [term.form for term in compile_query(name).match(article) or ()]


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("@Stepanakert", "Talks were held in Khankendi.", "Khankendi"),
        ("@khankendi", "Переговоры прошли в Степанакерте.", "Степанакерте"),
        ("@stepanakert", "Ստեփանակերտում տեղի ունեցան հանդիպումներ։", "Ստեփանակերտում"),
        ("@Xankəndi", "Görüş Xankəndidə keçirilib.", "Xankəndidə"),
        ("@zangezur", "The Zangezur corridor was discussed.", "Zangezur corridor"),
        ("@zangezur", "Officials spoke of TRIPP again.", "TRIPP"),
        ("@zangezur", "О Зангезурском коридоре говорили.", "Зангезурском коридоре"),
        ("@zangezur", "Նրանք այցելեցին Սյունիք։", "Սյունիք"),
        ("@zangezur", "A road through Syunik will open.", "Syunik"),
        ("@zangezur", "Zəngəzur dəhlizinin açılması gözlənilir.", "Zəngəzur dəhlizinin"),
        ("@zangezur", "ზანგეზურის დერეფანი განიხილეს.", "ზანგეზურის დერეფანი"),
        ("@zangezur", "درباره کریدور زنگزور گفت‌وگو شد.", "کریدور زنگزور"),
        ('@"Ilham Aliyev"', "Ильхамом Алиевым подписан документ.", "Ильхамом Алиевым"),
        ('@"ilham aliyev"', "İlham Əliyevin sözlərinə görə", "İlham Əliyevin"),
        ("@pashinyan", "встреча с Пашиняном", "Пашиняном"),
        ("@armenia-government", "Mirzoyan arrived.", "Mirzoyan"),
        ("@minsk-group", "ԵԱՀԿ Մինսկի խմբի համանախագահները", "ԵԱՀԿ Մինսկի խմբի"),
        ("@usa", "The US envoy came.", "US"),
        ("@usa", "The U.S. envoy came.", "U.S."),
        ("@eu", "AB Türkiye raporunu yayımladı ve eleştirdi.", "AB"),
        ("@3plus3", "The 3+3 format met.", "3+3 format"),
        ("@georgia", "Georgia and Armenia signed, Georgia said.", "Georgia"),
        ("@georgia", "Tbilisi says Georgia will not follow Atlanta.", "Georgia"),
        ("@karabakh", "Lawmakers debated Karabakh.", "Karabakh"),
        ("@azerbaijan", "Azerbaijan closed the border.", "Azerbaijan"),
        ("@fidan", "Turkish minister Fidan visited Baku.", "Fidan"),
    ],
)
def test_a_name_is_found_in_its_spellings_and_forms(name: str, text: str, form: str) -> None:
    assert form in found(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("@georgia", "Voters in Georgia and Arizona went to the polls; Atlanta counted longest."),
        ("@georgia", "A professor at the University of Georgia wrote about beetles."),
        ("@azerbaijan", "Farmers in East Azerbaijan province await rain."),
        ("@azerbaijan", "کشاورزان استان آذربایجان شرقی در انتظار باران هستند."),
        ("@minsk-group", "A trade fair opened in Minsk."),
        ("@3plus3", "The match ended 3-3, with 3.3 million watching."),
        ("@karabakh", "Karabakh reached the Champions League play-off."),
        ("@karabakh", "A Karabakh horse won the show."),
        ("@aliyev", "The painter Əli Əliyev opened a show."),
        ("@aliyev", "Flowers were laid at the Heydar Aliyev monument."),
        ("@turkiye", "They ate turkey for dinner."),
        ("@gazakh", "Qazaxıstan prezidenti danışdı."),
        ("@usa", "They told us everything."),
        ("@eu", "Die AB Gruppe wurde gegründet und der Vorstand ist gewählt."),
        ("@fidan", "Okulda bir fidan dikildi ve sulandı."),
        ("@armenia", "Armenians abroad"),
        ("@report-ag", "The report was published."),
        ("@iran", "Iranian films"),
        ("@hajiyev", "Bəşir Hacıyev parkdan danışdı."),
    ],
)
def test_a_false_friend_is_not_found(name: str, text: str) -> None:
    assert found(name, text) == []


def test_every_name_of_the_file_compiles_and_finds_its_own_usual_spelling() -> None:
    for entity in load_names().entities.values():
        if entity.type == "concept" or entity.guards.get("needs"):
            continue
        for language, forms in entity.forms.items():
            assert found(f"@{entity.id}", f"{forms[0].lstrip('^')}.", language), (entity.id, language)


def test_groups_and_ids_may_be_called_with_spaces_or_underscores() -> None:
    known = load_names()
    assert known.look_up("Armenia_Government") == ["armenia-government"]
    assert known.look_up("minsk group") == ["minsk-group"]


def test_names_and_concepts_cover_seven_languages() -> None:
    entities = load_names().entities.values()
    assert len(entities) >= 170
    for entity in entities:
        if entity.type in ("state", "capital", "person", "concept"):
            assert set(entity.forms) == {"en", "ru", "az", "hy", "ka", "tr", "fa"}, entity.id


def test_the_prepared_russian_words_are_up_to_date() -> None:
    """To make the file anew: write ``list_russian_words()`` below its first line."""
    text = (Path(names.__file__).parent / "russian.txt").read_text("utf-8")
    assert text.splitlines()[1:] == names.list_russian_words()
