"""Stories: placing articles as they arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from matching.stories import Grouper, group
from wirewatch.article import Article, Credit
from wirewatch.source import Source

MORNING = datetime(2025, 5, 14, 6, 0, tzinfo=UTC)

MEETING = """Baku and Yerevan will hand over four villages by the end of the month, the two border commissions agreed on
Wednesday after nine hours of talks at the Kirants crossing.

The commissions of deputy prime ministers Mher Grigoryan and Shahin Mustafayev signed protocol 17, which fixes 12.7
kilometres of the line between Baghanis and Berkaber.

Engineers will set up 35 boundary posts before 20 June, and drivers on the Ijevan road will use a temporary bypass of
gravel, the statement read. Farmers who lose orchards are promised compensation from a fund of 640 million drams."""

RAILWAY = """Georgian Railway has ordered ten freight locomotives from a factory in Zhuzhou to clear the backlog on the
line to Poti, its director Lasha Abashidze told reporters in Kutaisi.

The first two engines are to arrive in November by sea. Container traffic along the Middle Corridor rose by 38 percent
in the first quarter, and trains have queued for up to five days at Gardabani."""


def report(url: str, title: str, text: str, hours: float = 0, **more: object) -> Article:
    when = MORNING + timedelta(hours=hours)
    values: dict[str, object] = {"published": when, "fetched": when, "language": "en", "source": "one", **more}
    return Article(url=url, title=title, text=text, **values)  # type: ignore[arg-type]


def test_a_first_report_opens_a_story_named_after_its_day() -> None:
    placement = Grouper().place(report("https://one.example/a", "Four villages", MEETING))
    assert placement.relation == "original"
    assert placement.is_new_story
    assert placement.origin is None
    assert placement.story.startswith("2025-05-14-")


def test_a_copy_with_an_inserted_credit_and_another_title_joins_as_copy() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING))
    text = MEETING.replace("crossing.\n", "crossing, Two News reports citing One.\n")
    copy = grouper.place(report("https://two.example/b", "Border deal reached at Kirants", text, 1, source="two"))
    assert (copy.story, copy.relation, copy.origin) == (first.story, "copy", "https://one.example/a")
    assert any("of its text stands in" in words for words in copy.evidence)


def test_a_cut_copy_joins_as_copy() -> None:
    grouper = Grouper()
    grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING))
    short = "\n\n".join(MEETING.split("\n\n")[:2])
    assert grouper.place(report("https://two.example/b", "Villages", short, 1, source="two")).relation == "copy"


def test_another_event_opens_another_story() -> None:
    grouper = Grouper()
    grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING))
    assert grouper.place(report("https://one.example/b", "Ten locomotives for Georgia", RAILWAY)).is_new_story


def test_an_independent_report_of_the_same_event_joins_as_report() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING))
    text = """Armenia is to give four villages back to Azerbaijan this month under a deal that Mher Grigoryan and Shahin
    Mustafayev reached late on Wednesday at Kirants.

    Their commissions put their names to protocol 17 on the section from Baghanis to Berkaber, 12.7 kilometres long,
    and orchard owners will be compensated. The Ijevan road stays open over a gravel bypass while 35 posts go up."""
    placement = grouper.place(report("https://three.example/c", "Deal on four villages", text, 3, source="three"))
    assert (placement.story, placement.relation) == (first.story, "report")


def test_the_same_template_on_another_day_opens_another_story() -> None:
    grouper = Grouper()
    text = """Armed units broke the ceasefire {n} times over the day along the line of contact, using machine guns,
    the Defence Ministry said. Positions near the villages of {villages} came under fire from nameless heights.
    Units of the army answered with {m} shots at the trenches of the other side."""
    first = grouper.place(
        report(
            "https://one.example/1",
            "Ceasefire broken 23 times",
            text.format(n=23, m=71, villages="Chilaburt and Yarimja"),
        )
    )
    second = grouper.place(
        report(
            "https://one.example/2",
            "Ceasefire broken 31 times",
            text.format(n=31, m=88, villages="Goranboy and Garakhanbayli"),
            24,
        )
    )
    assert first.story != second.story


def test_a_follow_up_with_a_new_fact_joins_but_is_no_copy() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING))
    text = (
        "Residents of Kirants blocked the Ijevan road on Thursday against the handover of four villages, and police "
        "detained 28 of them.\n\n" + MEETING
    )
    later = grouper.place(report("https://one.example/z", "Police detain 28 over handover of villages", text, 20))
    assert later.story == first.story
    assert later.relation != "copy"


def test_the_same_address_placed_twice_gets_its_earlier_placement() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://www.one.example/a", "Four villages", MEETING))
    again = grouper.place(report("https://one.example/amp/a?utm_source=x", "Changed", RAILWAY, 5))
    assert (again.story, again.relation, again.is_new_story) == (first.story, "original", False)
    assert len(grouper) == 1


def test_a_credit_to_a_report_of_the_story_makes_a_rewrite_of_it() -> None:
    grouper = Grouper()
    grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING, source="azertac"))
    text = """Mher Grigoryan and Shahin Mustafayev agreed at Kirants that four villages change hands this month, AZERTAC
    reported. Protocol 17 covers 12.7 kilometres from Baghanis to Berkaber; 35 posts and a gravel bypass follow."""
    credit = Credit("AZERTAC", "origin", "AZERTAC reported")
    placement = grouper.place(
        report("https://two.example/b", "Four villages change hands", text, 2, source="two", credits=(credit,))
    )
    assert (placement.relation, placement.origin) == ("rewrite", "https://one.example/a")
    assert any("AZERTAC reported" in words for words in placement.evidence)


def test_an_article_that_arrives_later_but_was_published_first_is_no_copy() -> None:
    grouper = Grouper()
    first = grouper.place(
        report("https://two.example/b", "Villages", MEETING, 2, source="two", published_precision="minute")
    )
    late = grouper.place(
        report(
            "https://one.example/a",
            "Four villages",
            MEETING,
            0,
            published_precision="minute",
            fetched=MORNING + timedelta(hours=3),
        )
    )
    assert (late.story, late.relation) == (first.story, "original")


def test_articles_leave_the_window_after_its_span() -> None:
    grouper = Grouper(window=timedelta(hours=48))
    grouper.place(report("https://one.example/a", "Four villages", MEETING))
    grouper.place(report("https://one.example/b", "Locomotives", RAILWAY, 49))
    assert len(grouper) == 1


def test_the_window_never_holds_more_than_its_capacity() -> None:
    grouper = Grouper(capacity=5)
    for number in range(12):
        grouper.place(report(f"https://one.example/{number}", f"Item {number}", f"Nothing but item {number}."))
    assert len(grouper) == 5


def test_placements_after_a_restart_are_those_without_one() -> None:
    articles = [
        report("https://one.example/a", "Four villages to be handed over", MEETING),
        report("https://one.example/r", "Ten locomotives for Georgia", RAILWAY, 1),
        report("https://two.example/b", "Border deal at Kirants", MEETING[:600], 2, source="two"),
        report("https://two.example/r", "Ten locomotives", RAILWAY[60:], 3, source="two"),
        report("https://three.example/b", "Border deal", MEETING[100:], 80, source="three"),
        report("https://three.example/r", "Engines for Poti", RAILWAY, 81, source="three"),
    ]
    through = list(group(articles))
    stored = [(article, p.story, p.relation, p.origin) for article, p in through[:3]]
    restored = Grouper.restore(stored)
    assert [restored.place(article) for article in articles[3:]] == [placement for _, placement in through[3:]]


def test_a_mirror_host_of_the_catalogue_is_the_same_address() -> None:
    sources = {"one": Source("one", "One", home="https://www.one.example", hosts=("d3abc.cdn.example",))}
    grouper = Grouper(sources)
    first = grouper.place(report("https://d3abc.cdn.example/a/33497954.html", "Villages", MEETING))
    again = grouper.place(report("https://www.one.example/a/33497954.html", "Villages", MEETING, 1))
    assert again.story == first.story
    assert len(grouper) == 1


def test_an_article_without_text_or_title_is_placed() -> None:
    grouper = Grouper()
    assert grouper.place(Article(url="https://one.example/empty", title="", text="")).is_new_story
    assert grouper.place(Article(url="https://one.example/empty2", title="", text="")).is_new_story


def test_an_amp_page_is_the_article_with_the_same_number() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://www.one.example/a/33498194.html", "Villages", MEETING))
    again = grouper.place(report("https://one.example/amp/33498194.html", "Villages", MEETING, 1))
    assert again.story == first.story
    assert len(grouper) == 1


def test_two_articles_of_a_host_are_two_though_a_date_in_their_paths_is_one() -> None:
    grouper = Grouper()
    grouper.place(report("https://one.example/amp/20250514/a", "Villages", MEETING))
    assert grouper.place(report("https://one.example/20250514/b", "Locomotives", RAILWAY)).is_new_story


def test_a_report_in_another_language_joins_by_names_and_numbers() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING))
    text = """Вице-премьеры Мгер Григорян и Шахин Мустафаев подписали в Киранце протокол 17: он определяет 12,7
    километра линии между Баганисом и Беркабером. Инженеры поставят 35 столбов, в Иджеване появится объезд."""
    placement = grouper.place(report("https://two.example/r", "О четырех селах", text, 2, source="two", language="ru"))
    assert (placement.story, placement.relation) == (first.story, "report")


def test_a_report_in_another_language_on_the_same_people_and_another_event_stays_apart() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://one.example/a", "Four villages to be handed over", MEETING))
    text = """Мгер Григорян и Шахин Мустафаев открыли в Тбилиси выставку детских рисунков о дружбе. Лучшие работы
    покажут осенью в Батуми и Кутаиси, сообщил куратор выставки Леван Гогоберидзе."""
    placement = grouper.place(report("https://two.example/r", "Выставка", text, 2, source="two", language="ru"))
    assert placement.story != first.story


def test_one_publisher_s_items_that_share_background_stay_apart() -> None:
    grouper = Grouper()
    background = " ".join(MEETING.split("\n\n")[1:])
    one = "The foreign minister received the new ambassador of Norway and spoke with her about fish farms in Sevan. "
    two = "Shepherds near Noyemberyan lost eleven sheep to wolves, and the forestry office set traps on the slopes. "
    first = grouper.place(report("https://one.example/a", "New ambassador of Norway", one + background))
    second = grouper.place(report("https://one.example/b", "Wolves kill sheep", two + background, 50))
    assert first.story != second.story


def test_numbers_exchanged_within_a_day_are_an_update_of_the_same_story() -> None:
    grouper = Grouper()
    text = "A bus fell into the gorge near Jermuk; {n} people were injured, the rescue service said. A crane is coming."
    first = grouper.place(report("https://one.example/a", "Bus falls into gorge", text.format(n=14)))
    later = grouper.place(report("https://two.example/b", "Bus falls into gorge", text.format(n=19), 2, source="two"))
    assert later.story == first.story
    assert later.relation != "copy"


def test_an_address_that_cannot_be_read_is_placed_like_another() -> None:
    grouper = Grouper()
    for url in ("http://[::1", "not an address", "", "https://one.example:99999/x", "http://\ud800.example/"):
        assert grouper.place(Article(url=url, title=f"Item {url!r}", text="Nothing but this.")).story


def test_a_dateline_and_the_paper_s_own_name_are_no_facts_in_another_language() -> None:
    grouper = Grouper()
    text = """YEREVAN, NOVEMBER 23, ARAKS PRESS. The envoy spoke about the programme of the Gudauri meeting with the
    minister and about observers at the frontier, the press service wrote. She will go on to the coast next."""
    first = grouper.place(report("https://araks.example/e", "Envoy in Yerevan", text, source="araks"))
    other = """ТБИЛИСИ, 23 ноября - Вестник. Инженеры трёх стран встретились в Гудаури и обсудили железную дорогу,
    передаёт «Аракс Пресс». Это первая такая встреча с весны."""
    credit = Credit(name="Аракс Пресс", role="origin", evidence="передаёт «Аракс Пресс»")
    russian = report("https://v.example/g", "Инженеры", other, 1, source="vestnik", language="ru", credits=(credit,))
    assert grouper.place(russian).story != first.story


def test_words_that_most_reports_on_diplomacy_have_make_no_event_with_one_place_in_common() -> None:
    grouper = Grouper()
    text = """The European Union's special representative for the South Caucasus met Armenia's foreign minister in
    Yerevan to discuss the EU mission on the border with Azerbaijan. The sides also spoke about the peace agreement and
    about the programme of the Gudauri meeting of deputy ministers, the Foreign Ministry's press service said."""
    envoy = grouper.place(report("https://one.example/e", "EU representative in Yerevan discusses border", text))
    talks = """The deputy foreign ministers of Azerbaijan and Armenia held a meeting in Gudauri, the press service of
    the Azerbaijani Foreign Ministry said. Representatives of the two countries discussed the border and the peace
    agreement; the sides agreed to meet next month."""
    placed = grouper.place(report("https://two.example/g", "Deputy ministers meet in Gudauri", talks, 1, source="two"))
    assert placed.story != envoy.story


def test_desks_that_keep_other_numbers_of_one_long_text_are_one_story_where_times_are_unknown() -> None:
    grouper = Grouper()
    untimed = {"published": None, "fetched": None}
    whole = f"{MEETING}\n\n{RAILWAY}\n\n" + MEETING.replace("35", "thirty-five").replace("12.7", "more than twelve")
    first = grouper.place(report("https://one.example/a", "", f"{whole} It took 9 hours and 3 drafts.", **untimed))
    other = whole.replace("640 million", "7 billion").replace("ten freight", "11 freight")
    placed = grouper.place(report("https://two.example/b", "", other, source="two", **untimed))
    assert placed.story == first.story


def test_a_title_in_title_case_names_only_what_the_text_names_too() -> None:
    grouper = Grouper()
    first = grouper.place(report("https://one.example/a", "Four Orchards Lost As Villages Change Hands", MEETING))
    placed = grouper.place(
        report("https://two.example/b", "Gravel Bypass Planned After Marathon Border Talks", MEETING, 30, source="two")
    )
    assert placed.story == first.story


def test_headlines_with_other_numbers_and_one_formula_stay_apart() -> None:
    grouper = Grouper()
    first = grouper.place(
        report("https://one.example/a", "Drone attack on Tula depot leaves 24 hurt", "", source="one")
    )
    other = report("https://two.example/b", "Drone attack on Izmail leaves 4 children hurt", "", 1, source="two")
    assert grouper.place(other).story != first.story
