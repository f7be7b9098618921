"""Saved pages as publishers on loopback, as fast as Python serves.

    python -m benchmarks.path.site HOSTS PAGES FOLDER…

Host number n is at 127.1.x.y with ``/feed.xml`` and its share of the pages. There may be more pages than
were saved: then a saved page comes again as another story, its longer words dealt out anew among each
other, under an address of its own. Prints its port, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import sys
from functools import cache
from pathlib import Path

_TEXT = re.compile(rb">[^<]{3,}<")
_WORD = re.compile(r"(\w{5,})")


MOST_HELD = 3000
"""Pages made before the race, so that serving one takes no time from who asks for it; it takes 10 ms to make one."""


def load_pages(folders: list[Path]) -> list[tuple[dict[str, str], bytes]]:
    """``pages.jsonl`` and ``html/ID.gz`` of each folder."""
    found = []
    for folder in folders:
        for line in (folder / "pages.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append((row, gzip.decompress((folder / "html" / f"{row['id']}.gz").read_bytes())))
    return found


def host_name(number: int) -> str:
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Sites:
    """What each host answers."""

    def __init__(self, hosts: int, pages: int, saved: list[tuple[dict[str, str], bytes]]) -> None:
        self.pages, self.saved = pages, saved
        self.share = -(-pages // hosts)
        self.dealt: dict[int, bytes] = {}
        for number in range(len(saved), min(pages, MOST_HELD)):
            self.dealt[number] = self.deal_out(number % len(saved), number // len(saved))

    def answer(self, host: str, port: int, path: str) -> tuple[int, bytes, bytes]:
        _, _, high, low = host.split(".")
        number = int(high) * 250 + int(low) - 1
        if path == "/feed.xml":
            mine = range(number * self.share, min(self.pages, (number + 1) * self.share))
            items = "".join(
                f"<item><title>Report {n}</title><link>http://{host}:{port}/p/{n}.html</link></item>" for n in mine
            )
            feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
            return 200, b"application/rss+xml", feed.encode()
        if path.startswith("/p/"):
            return (
                200,
                b"text/html; charset=utf-8",
                self.page(int(path[3:].split(".")[0]), f"http://{host}:{port}{path}"),
            )
        return 404, b"text/plain", b""

    def page(self, number: int, url: str) -> bytes:
        row, html = self.saved[number % len(self.saved)]
        turn = number // len(self.saved)
        if not turn:
            return html
        dealt = self.dealt.get(number) or self.deal_out(number % len(self.saved), turn)
        return dealt.replace(row["url"].encode(), url.encode())

    def deal_out(self, number: int, turn: int) -> bytes:
        """The page as another story."""
        words, parts = self.words(number), self.parts(number)
        if len(words) < 20:
            return self.saved[number][1]
        ways = [words[(at * (2 * turn + 1) + 7 * turn) % len(words)] for at in range(len(words))]
        return b"".join(part if isinstance(part, bytes) else ways[part] for part in parts)

    @cache  # noqa: B019 - one object a process
    def parts(self, number: int) -> list[bytes | int]:
        """The page in pieces: what stays as it is, and the numbers of the words that are dealt out."""
        html, place = self.saved[number][1], {word: at for at, word in enumerate(self.words(number))}
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

    @cache  # noqa: B019 - one object a process
    def words(self, number: int) -> list[bytes]:
        return [word.encode() for word in sorted(set(_WORD.findall(self.saved[number][0]["text"])))]


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
