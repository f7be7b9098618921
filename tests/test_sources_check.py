"""`sources check` and `sources find` against real servers on loopback, one for each kind of trouble."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.certificates import make_certificate
from tests.small_site import Reply, serve

NOW = datetime.now(UTC)


def rss(*ages: timedelta) -> str:
    items = "".join(
        f"<item><title>Talks {number}</title><link>{{root}}/a/{number}</link>"
        f"<pubDate>{(NOW - age).strftime('%a, %d %b %Y %H:%M:%S +0000')}</pubDate></item>"
        for number, age in enumerate(ages)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


HOURS = [timedelta(hours=hour) for hour in (1, 3, 5)]
MONTHS = [timedelta(days=day) for day in (90, 91, 92)]
CHALLENGE = (
    "<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>"
)
PAGES: dict[str, str | Reply] = {
    "/robots.txt": Reply("User-agent: *\nDisallow: /private/\n", kind="text/plain"),
    "/well": rss(*HOURS),
    "/gone": Reply("gone", 410),
    "/old": Reply("", 301, headers={"Location": "{root}/well"}),
    "/circle": Reply("", 302, headers={"Location": "{root}/circle"}),
    "/challenge": Reply(CHALLENGE, 403),
    "/challenge-200": CHALLENGE,
    "/private/rss": rss(*HOURS),
    "/empty": rss(),
    "/stale": rss(*MONTHS),
    "/page": "<html><head><title>Front page</title></head><body><p>News.</p></body></html>",
    "/typed": Reply(rss(*HOURS), kind="text/html"),
    "/cut": rss(*HOURS)[:-40],
    "/busy": Reply("", 503),
    "/often": Reply("", 429, headers={"Retry-After": "600"}),
    "/login": "<html><body><form>Log in <input type='password'></form></body></html>",
    "/big": '<?xml version="1.0"?><rss version="2.0"><channel>' + "<item><title>x</title></item>" * 60_000,
}
EXPECTED = {
    "well": ("ok", "3 entries, newest 1 h ago"),
    "missing": ("gone", "there is nothing at this address (404)"),
    "gone": ("gone", "taken down for good (410)"),
    "old": ("ok", "moved to"),
    "circle": ("failed", "redirects in a circle"),
    "challenge": ("blocked", "a challenge page of Cloudflare (403)"),
    "challenge-200": ("blocked", "a challenge page of Cloudflare"),
    "private/rss": ("refused", "robots.txt forbids it"),
    "empty": ("empty", "a feed without entries"),
    "stale": ("stale", f"nothing new since {(NOW - MONTHS[0]).date().isoformat()}"),
    "page": ("not-a-feed", "a web page titled «Front page»"),
    "typed": ("ok", "a feed, but served as text/html"),
    "cut": ("partial", "damaged"),
    "busy": ("failed", "the publisher's server fails (503)"),
    "often": ("failed", "asked too often (429)"),
    "login": ("blocked", "a page that asks to log in"),
    "big": ("refused", "larger than crawl.max_feed_bytes"),
}
OTHER_HOSTS = {
    "certificate": ("failed", "its certificate cannot be verified"),
    "closed": ("failed", "the host refuses the connection"),
    "slow": ("failed", "it did not answer in time"),
    "nowhere": ("failed", "the host name does not exist"),
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scheduler.cli", *arguments],
        env={**os.environ, "WIREWATCH_CONFIG": str(folder / "config.yaml")},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def configure(folder: Path, feeds: dict[str, str]) -> None:
    sources = [{"id": name.replace("/", "-"), "name": name, "feeds": [url]} for name, url in feeds.items()]
    crawl = {"allow_private": ["127.0.0.0/8"], "timeout": "3s", "delay": 0, "max_feed_bytes": 1_000_000}
    config = {"catalogue": {"none": True}, "sources": sources, "crawl": crawl}
    (folder / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")


@contextmanager
def self_signed(folder: Path) -> Iterator[str]:
    """An https server whose certificate nobody vouches for."""
    pair = make_certificate("localhost", NOW - timedelta(days=1), NOW + timedelta(days=1))
    (folder / "cert.pem").write_bytes(b"".join(pair))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem")
    with serve({"/rss": rss(*HOURS)}, tls=context) as root:
        yield f"{root}/rss"


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def hold() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=hold, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/rss"
        for each in held:
            each.close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `sources check --json` says of each source, and its exit code."""
    folder = tmp_path_factory.mktemp("check")
    with serve(PAGES) as root, serve(PAGES) as waits, self_signed(folder) as secure, silent() as slow:
        feeds = {name: f"{root}/{name}" for name in EXPECTED}
        feeds |= {"certificate": secure, "slow": slow, "nowhere": "http://feeds.wirewatch.invalid/rss"}
        feeds["often"] = f"{waits}/often"  # a host of its own: it is not asked again after that
        feeds["closed"] = f"http://127.0.0.1:{closed_port()}/rss"
        configure(folder, feeds)
        done = run(folder, "sources", "check", "--json")
        said = run(folder, "sources", "check", "private-rss")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {"code": done.returncode, "said": said.stdout, **{row["source"]: row for row in found}}


@pytest.mark.parametrize("name", [*EXPECTED, *OTHER_HOSTS])
def test_each_trouble_is_said_in_words(rows: dict[str, Any], name: str) -> None:
    state, words = {**EXPECTED, **OTHER_HOSTS}[name]
    row = rows[name.replace("/", "-")]
    assert row["state"] == state
    assert words in row["words"]


def test_the_exit_code_tells_that_one_gives_nothing(rows: dict[str, Any]) -> None:
    assert rows["code"] == 1
    assert "not asked by rule: robots.txt forbids it" in rows["said"]


def test_find_asks_what_the_page_names_then_robots_then_the_usual_addresses(tmp_path: Path) -> None:
    pages = {
        "/": '<html><head><link rel="alternate" type="application/rss+xml" href="/named"></head><body>'
        '<a href="/feeds/linked.rss">RSS</a></body></html>',
        "/robots.txt": Reply("Sitemap: {root}/news-map.xml\n", kind="text/plain"),
        "/named": rss(*HOURS),
        "/feeds/linked.rss": rss(*HOURS),
        "/news-map.xml": '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>'
        "<loc>{root}/a/1</loc></url></urlset>",
        "/en/rss": rss(*HOURS),
    }
    configure(tmp_path, {})
    with serve(pages) as root:
        done = run(tmp_path, "sources", "find", root, "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [row["feed"].removeprefix(root) for row in found] == [
        "/named",
        "/feeds/linked.rss",
        "/news-map.xml",
        "/en/rss",
    ]
    assert {row["state"] for row in found} == {"ok"}


def test_find_looks_on_where_the_front_page_is_walled_off(tmp_path: Path) -> None:
    configure(tmp_path, {})
    with serve({"/": Reply(CHALLENGE, 403), "/rss": rss(*HOURS)}) as root:
        done = run(tmp_path, "sources", "find", root, "--json")
    found = {row["feed"].removeprefix(root): row["state"] for row in map(json.loads, done.stdout.splitlines())}
    assert found == {"": "blocked", "/rss": "ok"}


def test_find_says_where_there_is_nothing(tmp_path: Path) -> None:
    configure(tmp_path, {})
    with serve({"/": "<html><body>Hello</body></html>"}) as root:
        done = run(tmp_path, "sources", "find", root)
    assert done.returncode == 1
    assert "no feed found" in done.stderr
