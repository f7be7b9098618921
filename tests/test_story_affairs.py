"""Stories of one affair: long reports share its background, and each tells another event first."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matching.stories import group
from matching.stories.address import Identity
from matching.stories.affairs import Affair
from matching.stories.features import fingerprint
from matching.stories.judge import stress_words
from matching.stories.window import Member, Rarities
from wirewatch.article import Article

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


FRIDAY = datetime(2026, 11, 20, 8, tzinfo=UTC)
AFFAIR = """The banker Vardan Melikyan was found dead beside the reservoir of Aghstev two weeks earlier. Investigators
suspect thallium, a poison without taste, poured into tea at the hotel Karavan. Two waiters, a chauffeur and
a retired chemist have been questioned. Cameras showed a woman with a green umbrella. The Melikyan family
owns mines, a brewery and a football club. Neighbouring Zangular recalled its envoy and denies that agents
of its secret service followed the banker. Relations between both capitals had been tense since the dispute
on the cable car. The laboratory in Gosh examined cups, gloves, a kettle and samples of hair. Lawyers of the
widow complain that files were leaked to tabloids. Parliament debated whether the commissioner misled its
committee on surveillance of the hotel. Melikyan began as a clerk, bought vouchers, sold copper, lost a
refinery, won a lawsuit against partners from Rostov, and moved his savings to Cyprus. Friends remember
chess, card games, a yacht, quarrels with a brother over inheritance, and fear of elevators. A driver told
detectives that somebody had painted numbers on the garage. Pathologists from Lyon confirmed the toxin in
liver and bones; a second autopsy was refused by relatives. The hotel closed its bar, dismissed the night
porter, and handed invoices, menus, telephone lists and keys to the police. Newspapers printed sketches of
the umbrella. Divers searched the reservoir, found a wallet, coins, a razor, a torn passport. Economists
expect the brewery to be sold, shareholders demanded an audit, creditors froze accounts in Vienna, and the
football club postponed its season."""
LEADS = {
    "charged": (
        ("Chemist to be charged with murder of banker", "A retired chemist will be charged with murder on Monday, said"
         " prosecutor general Hovik Sahakyan. The charge carries life imprisonment, and the chemist appears in court at"
         " nine in Ijevan."),
        ("Murder charge for retired chemist, prosecutor says", "Prosecutor general Hovik Sahakyan announced that the"
         " chemist faces a murder charge and life imprisonment; the court in Ijevan hears him on Monday."),
    ),
    "visas": (
        ("Visa-free travel for Zangular ends", "Citizens of Zangular need a visa from December, the interior ministry"
         " decided, citing national security. Consulates will issue visas within ten days for forty euros."),
        ("Interior ministry cancels visa-free entry for citizens of Zangular", "For national security the interior"
         " ministry cancels visa-free entry: citizens of Zangular must apply at consulates for visas costing forty"
         " euros from December."),
    ),
}  # fmt: skip


def report(event: str, number: int, when: datetime) -> Article:
    """A lead of an event with most of the affair's background, in an order of its own."""
    title, lead = LEADS[event][number]
    words = random.Random(f"{event}{number}").sample(f"{AFFAIR} {MIDDLE}".split(), 360)
    url = f"https://wire-{event}-{number}.test/1"
    return Article(
        url=url, title=title, text=f"{lead}\n\n{' '.join(words)}", language="en", source=f"{event}{number}",
        published=when, published_precision="minute", fetched=when,
    )  # fmt: skip


@pytest.mark.parametrize("hours", [1, 20])
def test_the_strands_of_one_affair_stay_apart_and_reports_of_each_come_together(hours: int) -> None:
    told = [("charged", 0), ("charged", 1), ("visas", 0), ("visas", 1)]
    articles = [report(*each, FRIDAY + timedelta(hours=hours * at)) for at, each in enumerate(told)]
    stories = [placement.story for _, placement in group(articles)]
    assert stories[0] == stories[1]
    assert stories[2] == stories[3]
    assert stories[0] != stories[2]


def member(source: str, text: str) -> Member:
    identity = Identity(f"https://{source}.example/a", "", False, source)
    return Member(0, identity.address, identity, source, None, None, None, frozenset(), fingerprint("", text, "en"))


def test_words_prove_more_in_long_texts_of_two_publishers_alone() -> None:
    long, other, brief = member("one", f"{BEFORE} {MIDDLE}"), member("two", MIDDLE), member("three", BEFORE)
    assert stress_words(long, [other], 0.6) > 0 > stress_words(long, [other], 0.2)
    assert stress_words(long, [member("one", MIDDLE)], 0.6) == 0
    assert stress_words(long, [brief], 0.6) == 0


@pytest.mark.parametrize(("length", "timed"), [(400, True), (400, False), (150, True), (60, True)])
def test_the_rules_for_brief_reports_are_asked_only_where_they_count(length: int, timed: bool) -> None:
    words = random.Random(5).sample(f"{AFFAIR} {MIDDLE}".split(), length)
    when = FRIDAY if timed else None
    new, old = (replace(member(source, " ".join(words)), published=when) for source in ("one", "two"))
    affair = Affair(new, [old], Rarities({}, 5.0))
    margins = {affair.settle([old], 0.5, 0.1, margin) for margin in (-1.0, 0.0, 1.0)}
    assert affair.decides_alone([old]) == (len(margins) == 1) == (length == 400 and timed)
