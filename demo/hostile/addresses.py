"""Hostile addresses: redirects, links and redirect targets that lead where no crawler may go; robots.txt; identity."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count

from demo.hostile.case import (
    ANY_FEED,
    GOOD_PAGE,
    HTML_TYPE,
    NOT_READ,
    NOT_TAKEN,
    SECRET,
    TAKEN,
    Reply,
    Site,
    Where,
    case,
    http,
    item,
    page,
    rss,
    stream,
)


def moved(target: str, status: str = "302 Found") -> bytes:
    """A redirect to ``target``, sent as it is."""
    return http(b"", HTML_TYPE, status, Location=target)


def links_of(*links: str, extra: str = "") -> Site:
    """A feed whose items lead to the links; a good page at every address of its own."""
    return {"/feed.xml": http(rss("".join(item(link, extra=extra) for link in links))), "*": GOOD_PAGE}


# --- redirects --------------------------------------------------------------------------------


@case("redirect-loop", "address", NOT_TAKEN)
def redirect_loop(where: Where) -> Site:
    """The feed's address redirects to itself."""
    return {"/feed.xml": moved(f"{where.root}/feed.xml")}


@case("redirect-for-ever", "address", NOT_TAKEN)
def redirect_for_ever(where: Where) -> Site:
    """Each address redirects to a new one."""
    numbers = count()

    async def send() -> AsyncIterator[bytes]:
        yield moved(f"{where.root}/step/{next(numbers)}")

    return {"/feed.xml": send, "*": send}


@case("redirect-to-guarded", "address", NOT_TAKEN)
def redirect_guarded(where: Where) -> Site:
    """The feed's address redirects to a guarded address."""
    return {"/feed.xml": moved(f"{where.guarded[0]}/feed.xml")}


@case("redirect-to-guarded-on-third-hop", "address", NOT_TAKEN)
def redirect_third_hop(where: Where) -> Site:
    """Two harmless redirects, then one to a guarded address."""
    return {
        "/feed.xml": moved(f"{where.root}/one", "301 Moved Permanently"),
        "/one": moved("/two", "307 Temporary Redirect"),
        "/two": moved(f"{where.guarded[0]}/feed.xml", "308 Permanent Redirect"),
    }


@case("story-redirects-to-guarded", "address", TAKEN, NOT_READ)
def story_redirect(where: Where) -> Site:
    """The story's page redirects to guarded addresses, in every spelling."""
    links = [f"{where.root}/story/{number}" for number in range(len(where.guarded))]
    redirects = {f"/story/{n}": moved(f"{root}/story") for n, root in enumerate(where.guarded)}
    return {**redirects, "/feed.xml": http(rss("".join(map(item, links))))}


@case("redirect-to-file", "address", NOT_TAKEN)
def redirect_file(_where: Where) -> Site:
    """The feed's address redirects to a file of the reader's machine."""
    return {"/feed.xml": moved("file:///etc/passwd")}


@case("story-redirects-to-schemes", "address", TAKEN, NOT_READ)
def redirect_schemes(where: Where) -> Site:
    """Stories redirect to javascript:, data:, ftp:, gopher: and file: addresses."""
    targets = [
        "javascript:alert(1)",
        "data:text/html,<h1>x</h1>",
        "ftp://h.example/",
        "gopher://h.example/",
        "file:///",
    ]
    links = [f"{where.root}/story/{number}" for number in range(len(targets))]
    redirects = {f"/story/{number}": moved(target) for number, target in enumerate(targets)}
    return {**redirects, "/feed.xml": http(rss("".join(map(item, links))))}


@case("redirect-with-password", "address", ANY_FEED)
def redirect_password(where: Where) -> Site:
    """A redirect that puts a name and password into the address."""
    target = where.root.replace("http://", f"http://user:{SECRET}@")
    return {
        "/feed.xml": moved(f"{target}/other.xml"),
        "/other.xml": http(rss(item(f"{where.root}/a"))),
        "/a": GOOD_PAGE,
    }


@case("redirect-without-target", "address", NOT_TAKEN)
def redirect_nowhere(_where: Where) -> Site:
    """A redirect without a Location."""
    return {"/feed.xml": http(b"", HTML_TYPE, "302 Found")}


@case("redirect-to-nonsense", "address", NOT_TAKEN)
def redirect_nonsense(_where: Where) -> Site:
    """Redirect targets that are no address: broken brackets, a port of 99999."""
    return {"/feed.xml": moved("http://[::1:99999/\\..\\%00")}


@case("redirect-splits-header", "address", ANY_FEED)
def redirect_split(where: Where) -> Site:
    """A Location with encoded line breaks, which must not become a header of the next request."""
    target = "/next%0d%0aX-Injected:%20yes%0d%0a"
    return {"/feed.xml": moved(target), "*": http(rss(item(f"{where.root}/a")))}


@case("redirect-of-megabytes", "address", NOT_TAKEN)
def redirect_long(where: Where) -> Site:
    """A redirect to an address of 1 MB."""
    return {"/feed.xml": moved(f"{where.root}/{'x' * 1_000_000}")}


# --- links ------------------------------------------------------------------------------------


@case("links-to-guarded", "address", TAKEN, NOT_READ)
def links_guarded(where: Where) -> Site:
    """Items that lead straight to guarded addresses, in every spelling."""
    return links_of(*(f"{root}/story" for root in where.guarded))


@case("links-to-other-schemes", "address", ANY_FEED, NOT_READ)
def links_schemes(_where: Where) -> Site:
    """Items that lead to file:, javascript:, data:, ftp: and mailto: addresses."""
    return links_of(
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://h.example/x",
        "mailto:a@b.example",
    )


@case("links-with-password", "address")
def links_password(where: Where) -> Site:
    """Items whose addresses hold a name and password."""
    root = where.root.replace("http://", f"http://user:{SECRET}@")
    return links_of(f"{root}/story")


@case("links-that-are-none", "address", ANY_FEED)
def links_nonsense(_where: Where) -> Site:
    """Empty, relative, broken and endless addresses."""
    links = [
        "",
        " ",
        "///",
        "http://",
        "http://[",
        "http://a b/",
        "http://%zz/",
        "//",
        "?",
        "\u202ehttp://x",
        "/x" * 50_000,
    ]
    return links_of(*links)


@case("links-to-strangers", "address", TAKEN)
def links_strangers(where: Where) -> Site:
    """Items on the neighbour's host with paths that the neighbour never published."""
    return links_of(*(f"{where.neighbour}/never/{number}" for number in range(5)))


@case("enclosure-guarded", "address", TAKEN)
def enclosure(where: Where) -> Site:
    """Enclosures, pictures, comments and source links at guarded addresses, which nobody asked to fetch."""
    guarded = where.guarded[0]
    extra = (
        f'<enclosure url="{guarded}/a.mp3" length="1" type="audio/mpeg"/><comments>{guarded}/c</comments>'
        f'<source url="{guarded}/s">s</source><description>&lt;img src="{guarded}/i.png"&gt;</description>'
    )
    return links_of(f"{where.root}/story", extra=extra)


# --- identity ---------------------------------------------------------------------------------


@case("stolen-guid", "identity")
def stolen_guid(where: Where) -> Site:
    """An item under the neighbour's identifier with another title and an address of its own."""
    return {
        "/feed.xml": http(rss(item(f"{where.root}/story", "Retitled by a thief", guid=f"{where.neighbour}/story/1"))),
        "*": GOOD_PAGE,
    }


@case("stolen-link", "identity")
def stolen_link(where: Where) -> Site:
    """An item that leads to the neighbour's story under another title."""
    return links_of_titles({f"{where.neighbour}/story/1": "Retitled by a thief"})


@case("stolen-canonical", "identity")
def stolen_canonical(where: Where) -> Site:
    """A page of its own that names the neighbour's story as its canonical address."""
    extra = (
        f'<link rel="canonical" href="{where.neighbour}/story/1">'
        f'<meta property="og:url" content="{where.neighbour}/story/1">'
    )
    return {
        "/feed.xml": http(rss(item(f"{where.root}/story"))),
        "/story": http(page("Retitled by a thief", extra_head=extra), HTML_TYPE),
    }


@case("canonical-of-another-scheme", "identity")
def canonical_scheme(where: Where) -> Site:
    """A page whose canonical address is javascript:, and one whose is a guarded address."""
    first = page("First talks", extra_head='<link rel="canonical" href="javascript:alert(1)">')
    second = page("Second talks", extra_head=f'<link rel="canonical" href="{where.guarded[0]}/x">')
    return {
        "/feed.xml": http(rss(item(f"{where.root}/first") + item(f"{where.root}/second"))),
        "/first": http(first, HTML_TYPE),
        "/second": http(second, HTML_TYPE),
    }


@case("one-guid-for-all", "identity")
def one_guid(where: Where) -> Site:
    """Five stories under one identifier; all five are news."""
    items = "".join(item(f"{where.root}/story/{n}", f"Talks, day {n}", guid="same") for n in range(5))
    pages: dict[str, Reply] = {
        f"/story/{n}": http(page(f"Talks, day {n}", f"<p>Day {n} had talks of its own in Tbilisi.</p>"), HTML_TYPE)
        for n in range(5)
    }
    return {"/feed.xml": http(rss(items)), **pages}


@case("changing-guids", "identity")
def changing_guids(where: Where) -> Site:
    """The same story under a new identifier at every request."""
    return _changing(lambda number: item(f"{where.root}/story", guid=f"id-{number}"))


@case("changing-links", "identity")
def changing_links(where: Where) -> Site:
    """The same story under a new session address at every request; its page names one canonical address."""
    site = dict(_changing(lambda number: item(f"{where.root}/story?PHPSESSID={number}")))
    site["*"] = http(page(extra_head=f'<link rel="canonical" href="{where.root}/story">'), HTML_TYPE)
    return site


@case("doubled-items", "identity")
def doubled(where: Where) -> Site:
    """One story a thousand times in one feed."""
    return {"/feed.xml": http(rss(item(f"{where.root}/story") * 1000)), "*": GOOD_PAGE}


# --- robots.txt -------------------------------------------------------------------------------


@case("robots-endless", "robots", ANY_FEED)
def robots_endless(where: Where) -> Site:
    """A robots.txt without end."""

    def chunks() -> Iterator[bytes]:
        yield b"User-agent: *\n"
        while True:
            yield b"Disallow: /x\n" * 5000

    return {"/robots.txt": stream(chunks, "text/plain"), **links_of(f"{where.root}/story")}


@case("robots-wildcards", "robots", ANY_FEED)
def robots_wildcards(where: Where) -> Site:
    """Rules of wildcards that make a backtracking matcher run for years."""
    rule = f"Disallow: /{'*a' * 2000}b$\n"
    site = links_of(f"{where.root}/{'a' * 2000}")
    return {"/robots.txt": http(f"User-agent: *\n{rule * 5}", "text/plain"), **site}


@case("robots-redirects-to-guarded", "robots", ANY_FEED)
def robots_redirect(where: Where) -> Site:
    """A robots.txt that redirects to a guarded address."""
    return {"/robots.txt": moved(f"{where.guarded[0]}/robots.txt"), **links_of(f"{where.root}/story")}


@case("robots-fails", "robots", ANY_FEED)
def robots_fails(where: Where) -> Site:
    """A robots.txt that answers 500, which by the standard means: stay away."""
    site = links_of(f"{where.root}/story")
    return {"/robots.txt": http("", status="500 Internal Server Error"), **site}


@case("robots-delay-of-years", "robots", ANY_FEED)
def robots_delay(where: Where) -> Site:
    """A Crawl-delay of ten years."""
    text = "User-agent: *\nCrawl-delay: 315360000\n"
    return {"/robots.txt": http(text, "text/plain"), **links_of(f"{where.root}/story")}


@case("robots-sitemaps", "robots", ANY_FEED)
def robots_sitemaps(where: Where) -> Site:
    """A robots.txt that names guarded addresses and files as sitemaps."""
    lines = "".join(f"Sitemap: {target}/map.xml\n" for target in (*where.guarded, "file://"))
    return {
        "/robots.txt": http("User-agent: *\nDisallow:\n" + lines, "text/plain"),
        **links_of(f"{where.root}/story"),
    }


@case("robots-forbids", "robots", frozenset(NOT_TAKEN), NOT_READ)
def robots_forbids(where: Where) -> Site:
    """A robots.txt that forbids everything; nothing but robots.txt may be asked."""
    return {"/robots.txt": http("User-agent: *\nDisallow: /\n", "text/plain"), **links_of(f"{where.root}/story")}


def links_of_titles(titles: dict[str, str]) -> Site:
    """A feed whose items have these titles by address."""
    return {"/feed.xml": http(rss("".join(item(link, title) for link, title in titles.items()))), "*": GOOD_PAGE}


def _changing(one_item: Callable[[int], str]) -> Site:
    numbers = count()

    async def send() -> AsyncIterator[bytes]:
        yield http(rss(one_item(next(numbers))))

    return {"/feed.xml": send, "*": GOOD_PAGE}
