"""What ``search`` and ``backtest`` show of a receipt."""

from __future__ import annotations

from matching.query import compile_query
from scheduler.commands.archive import show_terms
from wirewatch.article import Article

FILLER = "They spoke at length about other matters, which need not concern anybody who reads this line. " * 3


def shown(query: str, title: str, text: str = "", **fields: str) -> list[str]:
    article = Article("https://example.org/", title, text, **fields)  # type: ignore[arg-type]
    terms = compile_query(query).match(article)
    assert terms is not None
    return show_terms(article, terms)


def test_every_term_that_fired_is_shown() -> None:
    lines = shown(
        "armenia AND railway AND @tbilisi", "Armenia votes", f"A railway was opened. {FILLER}Тбилиси is content."
    )
    assert [line.split(":")[0] for line in lines] == ["title", "text", "text"]
    assert [line[line.index("›") : line.index("‹") + 1] for line in lines] == ["›Armenia‹", "›railway‹", "›Тбилиси‹"]


def test_terms_near_each_other_share_a_line() -> None:
    assert shown("armenia NEAR/9 azerbaijan AND talks", "Talks of Armenia and Azerbaijan end") == [
        "title: ›Talks‹ of ›Armenia‹ and ›Azerbaijan‹ end"
    ]


def test_a_term_inside_another_is_not_shown_twice() -> None:
    for query in ('"peace treaty" AND treaty', 'treaty AND "peace treaty"'):
        assert shown(query, "A peace treaty is near") == ["title: A ›peace treaty‹ is near"]
    assert shown('peace AND "peace treaty"', "A peace treaty") == ["title: A ›peace treaty‹"]


def test_what_is_cut_off_is_marked_and_what_is_whole_is_not() -> None:
    (line,) = shown("railway", "", f"{FILLER}The railway opens. {FILLER}")
    assert line.startswith("text: …")
    assert line.endswith("…")
    assert shown("railway", "The railway opens") == ["title: The ›railway‹ opens"]


def test_terms_of_other_fields_are_shown_by_themselves() -> None:
    assert shown("agency:APA AND railway", "The railway", agency="APA") == ["title: The ›railway‹", "agency: ›APA‹"]


def test_a_long_receipt_is_shortened() -> None:
    words = ("railway", "port", "visit", "treaty", "summit", "gas", "oil", "border")
    lines = shown(" AND ".join(words), "", FILLER.join(f"{word} " for word in words))
    assert len(lines) == 7
    assert lines[-1] == "… and 2 more"
