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
from matching.stories.judge import (
    Comparison,
    bar_look_alikes,
    is_same_text,
    price_join,
    stress_words,
)
from matching.stories.similarity import Overlap, overlap_texts
from matching.stories.vectors import Vectors
from matching.stories.window import Member, Rarities, Window
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
RATES = Window(timedelta(hours=96), 100).trait_rates()
"""How much names, numbers and marks tell before anything was read."""
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


def dated(source: str, event: str, number: int, hours: float = 0.0, words: int = 360) -> Member:
    """A report on one of LEADS as the window holds it."""
    title, lead = LEADS[event][number]
    background = random.Random(f"{event}{number}").sample(f"{AFFAIR} {MIDDLE}".split(), words)
    text, when = f"{lead}\n\n{' '.join(background)}", FRIDAY + timedelta(hours=hours)
    identity = Identity(f"https://{source}.example/{event}{number}", "", False, source)
    print_ = fingerprint(title, text, "en")
    return Member(0, identity.address, identity, source, when, "minute", when, frozenset(), print_, story=event)


def settle(new: Member, members: list[Member], margin: float = 0.0) -> float:
    """What the rule gives where cosine and window are the same for all."""
    return Affair(new, members, Rarities(Vectors(), 5.3), RATES).settle(members, 0.45, margin)


def test_a_report_like_one_of_a_story_but_not_the_others_is_less_like_the_story() -> None:
    new, right, other = dated("one", "visas", 0), dated("two", "visas", 1), dated("three", "charged", 0)
    assert settle(new, [right]) > 0 > settle(new, [other])
    assert settle(new, [right]) - settle(new, [right, other]) > 0.5
    assert settle(new, [right, dated("four", "visas", 0)]) >= settle(new, [right])


@pytest.mark.parametrize("place", [0, 1])
def test_a_story_that_its_publisher_has_told_takes_more_whoever_else_is_in_it(place: int) -> None:
    new, two = dated("one", "visas", 0), [dated("two", "visas", 1), dated("three", "visas", 1)]
    own = list(two)
    own[place] = dated("one", "visas", 1)
    assert settle(new, two) - settle(new, own) == pytest.approx(0.29)


def test_a_story_s_age_counts_beside_the_time_since_its_latest_report() -> None:
    late = dated("one", "visas", 0, hours=48)
    fresh = [dated("two", "visas", 1, hours=47), dated("three", "visas", 1, hours=47)]
    old = [dated("two", "visas", 1, hours=0), dated("three", "visas", 1, hours=47)]
    assert settle(late, fresh) > settle(late, old) > settle(late, [dated("two", "visas", 1, hours=0)])


def test_the_rule_holds_for_a_brief_item_beside_a_long_report_and_not_between_brief_ones() -> None:
    brief, long = dated("one", "charged", 0, words=150), dated("two", "visas", 0)
    assert settle(brief, [long], margin=1.0) < 0.1
    assert settle(brief, [dated("two", "visas", 0, words=150)], margin=1.0) == 1.0


SPEECH = [
    "Our country has {} bridges and each of them carries a promise that nobody in {} may break again",
    "Teachers of {} asked for heating and I answer them that {} will be warm before the frost",
    "Let us plant {} along the road to {} and let every child water one of them",
    "Whoever sold the {} of this nation for a villa in {} shall explain himself in court",
    "We owe the nurses of {} more than flowers, and {} will not forget what they did",
    "A harbour without {} is a pond, and so I sign the contract with {} tomorrow",
]  # fmt: skip
PLACES = (
    "Kapan", "Sisian", "Goris", "Meghri", "Ijevan", "Dilijan", "Berd", "Noyemberyan", "Alaverdi", "Spitak", "Vanadzor",
    "Gyumri", "Artik", "Talin", "Ashtarak", "Abovyan", "Hrazdan", "Sevan", "Gavar", "Martuni", "Vardenis", "Jermuk",
)  # fmt: skip


def speak(sentences: int) -> str:
    """The first sentences of a long speech, no two alike."""
    places = random.Random(7).sample([f"{one} {two}" for one in PLACES for two in PLACES if one != two], 2 * sentences)
    said = zip(SPEECH * sentences, places[::2], places[1::2], strict=False)
    return " ".join(f"{sentence.format(one, two)}." for sentence, one, two in said)


def test_a_speech_in_full_is_not_the_text_of_a_report_that_quotes_it() -> None:
    told = f"{BEFORE} {MIDDLE[:500]}"
    quoting = member("one", f"{speak(5)} {told}")
    speech, excerpt = member("two", speak(130)), member("three", speak(20))
    compared = [Comparison(old, overlap_texts(quoting.print, [old.print])[0]) for old in (speech, excerpt)]
    assert all(0.3 <= pair.overlap.containment < 0.6 for pair in compared)
    assert [is_same_text(quoting, pair, lambda term: 1.0) for pair in compared] == [False, True]


def test_a_line_that_stands_in_a_long_report_is_no_form_that_the_two_share() -> None:
    line = dated("one", "visas", 0, hours=30, words=0)
    report = dated("two", "visas", 0, words=360)
    pair = Comparison(report, overlap_texts(line.print, [report.print])[0])
    other_day = dated("two", "visas", 0, words=5)
    shared = Comparison(other_day, overlap_texts(line.print, [other_day.print])[0])
    days = (frozenset({(11, 21)}), frozenset({(11, 20)}))
    line = replace(line, days=days[0])
    barred = [bar_look_alikes(line, [pair._replace(old=replace(pair.old, days=days[1]))], lambda term: 1.0)
              for pair in (pair, shared)]  # fmt: skip
    assert barred == [frozenset(), frozenset({"visas"})]


@pytest.mark.parametrize(("length", "timed"), [(400, True), (400, False), (150, True), (60, True)])
def test_the_rules_for_brief_reports_are_asked_only_where_they_count(length: int, timed: bool) -> None:
    words = random.Random(5).sample(f"{AFFAIR} {MIDDLE}".split(), length)
    when = FRIDAY if timed else None
    new, old = (replace(member(source, " ".join(words)), published=when) for source in ("one", "two"))
    affair = Affair(new, [old], Rarities(Vectors(), 5.0), RATES)
    margins = {affair.settle([old], 0.5, margin) for margin in (-1.0, 0.0, 1.0)}
    assert affair.decides_alone([old]) == (len(margins) == 1) == (length == 400 and timed)


def test_a_lead_that_cannot_be_like_enough_is_told_so_and_all_others_are_compared_in_full() -> None:
    """The bound that spares comparing never gives an article to another story, or keeps it from its own."""
    held = [dated(source, event, number) for source, event, number in
            (("one", "visas", 0), ("two", "visas", 1), ("three", "charged", 0), ("four", "charged", 1))]  # fmt: skip
    for new in held:
        others = [each for each in held if each is not new]
        affair = Affair(new, others, Rarities(Vectors(), 5.3), RATES)
        for event in ("visas", "charged"):
            members = [each for each in others if each.story == event]
            whole = affair._liken_leads(members, 0.0)
            assert whole == pytest.approx(min(affair._liken_leads([each], 0.0) for each in members))
            for needed in (whole - 1e-9, whole + 1e-9, 0.3, 0.6, 1.1):
                found = affair._liken_leads(members, needed)
                assert found == whole or whole <= found < needed


def test_titles_that_name_others_tell_against_and_a_lead_word_for_word_for_one_event() -> None:
    new, old = dated("one", "visas", 0), dated("two", "visas", 1)
    known = frozenset(sorted(set(new.print.lead).intersection(old.print.lead))[:1])
    named = [
        replace(each, print=replace(each.print, title_names=names))
        for each, names in ((new, frozenset({11})), (old, frozenset({13})), (new, known))
    ]
    swapped, alike = settle(named[0], [named[1]]), settle(named[2], [named[1]])
    assert alike - swapped == pytest.approx(0.045 * Rarities(Vectors(), 5.3)[13])
    assert settle(named[0], [named[1], old]) > swapped
    shared = Comparison(old, Overlap(0.1, 0.1, 0.6))
    with_head = Affair(new, [old], Rarities(Vectors(), 5.3), RATES, [shared]).settle([old], 0.45, 0.0)
    assert with_head - settle(new, [old]) == pytest.approx(0.45 * 0.6)


def test_one_publishers_texts_of_a_day_share_background_without_being_kept_apart_where_affairs_decide() -> None:
    new, old = dated("one", "visas", 0), dated("one", "charged", 0)
    pair = Comparison(old, Overlap(0.4, 0.4, 0.0))
    assert not bar_look_alikes(new, [pair], lambda term: 1.0)
    untimed = replace(new, published=None)
    assert bar_look_alikes(untimed, [pair], lambda term: 1.0) == {"charged"}


BRIEF = "Divers search the reservoir below Gosh for a wallet, a razor and coins, say rescuers of the district, {}."


@pytest.mark.parametrize(
    ("first", "second", "hours", "cheaper"),
    [
        ("Divers search reservoir below Gosh", "Divers search reservoir below Gosh, find wallet", 2, True),
        ("Divers search reservoir below Gosh", "Divers search reservoir below Gosh, find wallet", 30, False),
        ("Minister receives envoy of Georgia", "Minister receives envoy of Iran", 2, False),
        ("Divers search reservoir below Gosh", "Brewery froze accounts", 2, False),
    ],
)
def test_a_publisher_that_says_the_same_in_the_title_that_day_updates_its_report(
    first: str, second: str, hours: int, cheaper: bool
) -> None:
    words = ("who came from two towns at dawn", "who have now come back with lamps and ropes")
    made = []
    for title, word, at in zip((first, second), words, (0, hours), strict=True):
        print_ = fingerprint(title, BRIEF.format(word), "en")
        made.append(replace(member("one", ""), print=print_, published=FRIDAY + timedelta(hours=at)))
    bare = [replace(each, print=replace(each.print, title=frozenset())) for each in made]
    price, whole = (price_join(pair[1], [pair[0]], lambda term: 1.0) for pair in (made, bare))
    assert (price < whole - 0.1) is cheaper
    assert cheaper or price > whole - 0.05
