"""The link by which a copy names its original: its words say no more than «source», its address says whose."""

from __future__ import annotations

from crawler.reading.canonical import split_address
from crawler.reading.document import Document
from crawler.reading.wire_forms.houses import house_of_host

_WORDS = frozenset(
    """source|source link|original source|original article|read the original|read the original article|via|
    источник|ссылка на источник|оригинал|mənbə|mənbəyə keçid|kaynak|haberin kaynağı|աղբյուր|աղբյուրը|
    წყარო|ორიგინალი|منبع|لینک خبر""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_LONGEST = max(map(len, _WORDS))
_AROUND = " \t\r\n\xa0:>»→"


def find_source_line(document: Document, url: str) -> str:
    """The link as a line such as ``Source link: https://wire.example/1``; '' where no known house is linked so."""
    own = split_address(url).hostname or ""
    for link in document.all("a"):
        first = link.first_child
        words = first.text_content if first is not None else None
        if not words or len(words) > 60:
            continue
        words = words.strip(_AROUND)
        if len(words) > _LONGEST or words.casefold() not in _WORDS:
            continue
        address = link.attributes.get("href") or ""
        host = (split_address(address).hostname or "").removeprefix("www.")
        if address.startswith(("http://", "https://")) and host not in own and house_of_host(host):
            return f"{words}: {address}"
    return ""
