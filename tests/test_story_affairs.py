"""Stories of one affair: long reports share its background, and each tells another event first."""

from __future__ import annotations

import zlib

from matching.stories.address import Identity
from matching.stories.features import fingerprint
from matching.stories.judge import stress_words
from matching.stories.window import Member

BEFORE = """Masons lifted the last arch of the Vorotan viaduct into place on Friday, the builders said."""
MIDDLE = """Cranes waited for calm air since dawn. Welders had spent winter under canvas roofs heated by stoves.
Villagers brought bread, cheese and walnuts; schoolchildren sang beside the parapet. Surveyors measured deflection with
lasers, found eleven millimetres, and signed their notebooks. Asphalt follows after Easter, guardrails in June, lamps
before harvest. Lorries now crawl along hairpins above the gorge, where rockfalls close the lane every spring. Shepherds
use that lane, tourists fear it, insurers hate it. Contractors borrowed money from a bank at seven percent, pledged
quarries as security, and hired cooks, drivers, blacksmiths, divers, painters. A chapel nearby received a new bell, paid
with coins from the canteen. Engineers praised the concrete, the gravel, the formwork, and the patience of donkeys that
carried water uphill while pumps froze. Historians recalled an older crossing of timber, burnt by raiders, rebuilt by
monks, drowned by floods, photographed by a count, painted by a teacher, forgotten by ministries."""


def weigh(word: str, text: str) -> float:
    """What a word (of up to six letters) weighs in the event of a text."""
    print_ = fingerprint("", text, "en")
    return dict(zip(print_.terms, print_.weights, strict=True))[zlib.crc32(word.encode())]


def test_a_word_weighs_less_the_later_a_long_text_first_has_it() -> None:
    early = weigh("otters", f"{BEFORE} Otters fled. {MIDDLE}")
    middle = weigh("otters", f"{BEFORE} {MIDDLE[:400]} Otters fled. {MIDDLE[400:]}")
    late = weigh("otters", f"{BEFORE} {MIDDLE} Otters fled.")
    assert early > middle > late


def test_a_brief_text_is_its_event_to_the_end() -> None:
    brief = MIDDLE[:250]
    assert weigh("otters", f"{BEFORE} Otters fled. {brief}") == weigh("otters", f"{BEFORE} {brief} Otters fled.")


def member(source: str, text: str) -> Member:
    identity = Identity(f"https://{source}.example/a", "", False, source)
    return Member(0, identity.address, identity, source, None, None, None, frozenset(), fingerprint("", text, "en"))


def test_words_prove_more_in_long_texts_of_two_publishers_alone() -> None:
    long, other, brief = member("one", f"{BEFORE} {MIDDLE}"), member("two", MIDDLE), member("three", BEFORE)
    assert stress_words(long, [other], 0.6) > 0 > stress_words(long, [other], 0.2)
    assert stress_words(long, [member("one", MIDDLE)], 0.6) == 0
    assert stress_words(long, [brief], 0.6) == 0
