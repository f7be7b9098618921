"""Saved pages as publishers on loopback, as fast as Python serves.

    python -m benchmarks.path.site HOSTS PAGES FOLDER…

Host number n is at 127.1.x.y with ``/feed.xml`` and its share of the pages. The feed names at most ENTRIES
pages, those that have not been asked for: as a publisher's feed names its latest, and others an hour later.
There may be more pages than were saved: then a saved page comes again under an address of its own as another
story, with other words in place of its own. Short words and those that are common in its language stay; the
others are drawn from all saved pages in that language, names (with a capital) for names and numbers for
numbers. Prints its port, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from benchmarks.path.ways import A_RUN
from matching.languages import recognise_language

_TEXT = re.compile(rb">[^<]{3,}<")
_WORD = re.compile(r"(\w{3,}|\d+)")

ENTRIES = A_RUN
"""Entries of a feed at most."""
COMMON_SHARE, COMMON_PAGES = 0.1, 3
"""A word is common that stands in more than this share of the saved pages of a language, and in so many at least."""
LONG, FEW_PAGES = 5, 20
"""Letters of a word at least, names and numbers apart. In a language of fewer saved pages each page's own long words
are dealt out among each other: it remains the same event, told anew."""
MOST_HELD = 3000
"""Pages made before the race, so that serving one takes no time from who asks for it: 0.3 ms to make one later."""


def load_pages(folders: list[Path]) -> list[tuple[dict[str, str], bytes]]:
    """``pages.jsonl`` and ``html/ID.gz`` of each folder."""
    found = []
    for folder in folders:
        for line in (folder / "pages.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append((row, gzip.decompress((folder / "html" / f"{row['id']}.gz").read_bytes())))
    return found


class Vocabulary:
    """The words of the saved pages by language: which are dealt out, and what there is in their place."""

    def __init__(self, texts: list[str]) -> None:
        tongues = [recognise_language(text) for text in texts]
        self._words = [{word for word in _WORD.findall(text) if is_telling(word)} for text in texts]
        pages = Counter(tongues)
        seen: dict[str | None, Counter[str]] = defaultdict(Counter)
        for tongue, words in zip(tongues, self._words, strict=True):
            seen[tongue].update(words)
        common = {tongue: max(COMMON_PAGES, COMMON_SHARE * count) for tongue, count in pages.items()}
        pools = {
            tongue: sort_out(word for word, count in counts.items() if count < common[tongue])
            for tongue, counts in seen.items()
        }
        self._pools = [
            pools[tongue] if pages[tongue] >= FEW_PAGES else sort_out(word for word in words if len(word) >= LONG)
            for tongue, words in zip(tongues, self._words, strict=True)
        ]

    @cache  # noqa: B019 - one object a process
    def dealt(self, number: int) -> list[str]:
        """The words of a page that others take the place of, kind by kind."""
        return [word for pool in self._pools[number] for word in pool if word in self._words[number]]

    def deal(self, number: int, turn: int) -> list[bytes]:
        """So many others, each of the same kind; always the same for a page and turn."""
        dice, counts = random.Random(f"{number} {turn}"), Counter(map(kind_of, self.dealt(number)))
        return [
            word.encode() for kind, pool in enumerate(self._pools[number]) for word in dice.sample(pool, counts[kind])
        ]


def is_telling(word: str) -> bool:
    """False for the short words that make up the language."""
    return len(word) >= LONG or kind_of(word) < 2


def sort_out(words: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """The words by kind, each kind in order."""
    kinds: tuple[list[str], list[str], list[str]] = ([], [], [])
    for word in sorted(words):
        kinds[kind_of(word)].append(word)
    return kinds


def kind_of(word: str) -> int:
    """0 for a number, 1 for a name (or the first word of a sentence), 2 for another word."""
    return 0 if word[0].isdigit() else 1 if word[0].isupper() else 2


class Sites:
    """What each host answers."""

    def __init__(self, hosts: int, pages: int, saved: list[tuple[dict[str, str], bytes]]) -> None:
        self.pages, self.saved = pages, saved
        self.share = -(-pages // hosts)
        self.asked: set[int] = set()
        self.vocabulary = Vocabulary([row["text"] for row, _ in saved])
        self.dealt: dict[int, bytes] = {}
        for number in range(len(saved), min(pages, MOST_HELD)):
            self.dealt[number] = self.deal_out(number % len(saved), number // len(saved))

    def answer(self, host: str, port: int, path: str) -> tuple[int, bytes, bytes]:
        _, _, high, low = host.split(".")
        number = int(high) * 250 + int(low) - 1
        if path == "/feed.xml":
            return 200, b"application/rss+xml", self.feed(number, f"http://{host}:{port}")
        if path.startswith("/p/"):
            page = int(path[3:].split(".")[0])
            self.asked.add(page)
            return 200, b"text/html; charset=utf-8", self.page(page, f"http://{host}:{port}{path}")
        return 404, b"text/plain", b""

    def feed(self, number: int, home: str) -> bytes:
        """The next pages of a host."""
        mine = range(number * self.share, min(self.pages, (number + 1) * self.share))
        left = [page for page in mine if page not in self.asked][:ENTRIES]
        items = "".join(f"<item><title>Report {n}</title><link>{home}/p/{n}.html</link></item>" for n in left)
        start = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{home}</title>'
        return f"{start}{items}</channel></rss>".encode()

    def page(self, number: int, url: str) -> bytes:
        row, html = self.saved[number % len(self.saved)]
        turn = number // len(self.saved)
        if not turn:
            return html
        dealt = self.dealt.get(number) or self.deal_out(number % len(self.saved), turn)
        return dealt.replace(row["url"].encode(), url.encode())

    def deal_out(self, number: int, turn: int) -> bytes:
        """The page as another story."""
        words = self.vocabulary.deal(number, turn)
        return b"".join(part if isinstance(part, bytes) else words[part] for part in self.parts(number))

    @cache  # noqa: B019 - one object a process
    def parts(self, number: int) -> list[bytes | int]:
        """The page in pieces: what stays as it is, and the numbers of the words that are dealt out."""
        place = {word.encode(): at for at, word in enumerate(self.vocabulary.dealt(number))}
        html = self.saved[number][1]
        parts: list[bytes | int] = []
        kept, end = bytearray(), 0
        for found in _TEXT.finditer(html):
            kept += html[end : found.start()]
            end = found.end()
            for turn, piece in enumerate(_WORD.split(found[0].decode("utf-8", "replace"))):
                word = piece.encode()
                if turn % 2 and word in place:
                    parts += [bytes(kept), place[word]]
                    kept.clear()
                else:
                    kept += word
        parts.append(bytes(kept + html[end:]))
        return parts


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive; requests have no body."""

    def __init__(self, sites: Sites) -> None:
        self.sites, self.waiting = sites, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.host, self.port = transport.get_extra_info("sockname")[:2]

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, self.waiting = self.waiting.split(b"\r\n\r\n", 1)
            status, kind, body = self.sites.answer(self.host, self.port, head.split(b" ", 2)[1].decode())
            self.transport.write(
                b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (status, kind, len(body)) + body
            )


async def serve(sites: Sites) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(sites), "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Sites(int(sys.argv[1]), int(sys.argv[2]), load_pages([Path(name) for name in sys.argv[3:]]))))
