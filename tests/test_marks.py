"""What a report speaks of, whatever its language."""

import subprocess
import sys

import pytest

from matching.datafiles import read_ideas
from matching.names import LANGUAGES, load_names
from matching.stories.features import fingerprint
from matching.stories.marks import list_states, mark_of, rate_marks, read_marks

LEADS = {
    "en": "Deputy foreign ministers of Armenia and Georgia discussed the railway and the maps of minefields.",
    "ru": "Заместители министров иностранных дел Армении и Грузии обсудили железную дорогу и карты минных полей.",
    "az": "Ermənistan və Gürcüstan xarici işlər nazirlərinin müavinləri dəmir yolu və mina xəritələrini müzakirə edib.",
    "tr": "Ermenistan ve Gürcistan dışişleri bakan yardımcıları demiryolunu ve mayın haritalarını görüştü.",
    "hy": "Հայաստանի և Վրաստանի փոխարտգործնախարարները քննարկել են երկաթուղին և ականապատ դաշտերի քարտեզները։",
    "ka": "სომხეთისა და საქართველოს საგარეო საქმეთა მინისტრის მოადგილეებმა რკინიგზა და ნაღმების რუკები განიხილეს.",
    "fa": "معاونان وزیران خارجه ارمنستان و گرجستان درباره راه‌آهن و نقشه میدان‌های مین گفت‌وگو کردند.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_lead_has_the_same_marks_in_every_language(language):
    found = read_marks("", LEADS[language], language).found
    expected = {mark_of(name) for name in ("armenia", "georgia", "railway", "mines", "map", "deputy-minister")}
    assert expected <= found
    assert not found & {mark_of(name) for name in ("azerbaijan", "earthquake", "credentials", "football")}


def test_a_capital_and_a_people_stand_for_their_state():
    assert mark_of("yerevan") == mark_of("armenian") == mark_of("armenia") in list_states()
    assert mark_of("baku") != mark_of("yerevan")


def test_the_longest_spelling_alone_counts():
    found = read_marks("", "They initialled the peace treaty and left.", "en").found
    assert mark_of("peace-treaty") in found
    assert mark_of("peace") not in found


def test_a_number_in_words_is_the_number_in_figures():
    words = fingerprint("Eleven bridges", "They counted eleven bridges on the line.", "en")
    figures = fingerprint("11 мостов", "На линии насчитали 11 мостов.", "ru")
    assert mark_of("n11") in words.marks
    assert mark_of("n11") in figures.figures


def test_what_stands_far_down_is_not_in_the_lead():
    text = "The ministers met in Tbilisi. " + "They spoke of this and that at length. " * 12 + "Iran was named once."
    marks = read_marks("Ministers meet", text, "en")
    assert mark_of("iran") in marks.found - marks.lead
    assert mark_of("georgia") in marks.lead


def test_every_idea_has_words_in_every_language_and_an_identifier_of_its_own():
    names = [name for group in read_ideas().values() for name in group]
    assert len(names) == len(set(names))
    assert not set(names) & {one.id for one in load_names().entities.values() if one.type != "concept"}
    for group in read_ideas().values():
        for name, row in group.items():
            assert set(row) == set(LANGUAGES), name
            assert all(spelling.strip() for words in row.values() for spelling in words.split(";")), name


def test_offices_tell_less_than_subjects():
    rates = rate_marks()
    assert rates[mark_of("armenia")] > rates[mark_of("president")] > rates[mark_of("railway")]


def test_the_table_of_spellings_is_made_without_the_russian_dictionary():
    code = (
        "import sys; from matching.stories.marks import read_marks; read_marks('', 'Talks', 'en'); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "pymorphy3" not in done.stdout.split()
