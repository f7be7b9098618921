"""Hostile addresses, continued: every way to write a redirect's target, a host, or another's identity."""

from __future__ import annotations

from demo.hostile.addresses import links_of, moved
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
)
from wirewatch.outcome import State

NOT_READ_OR_TWICE = NOT_READ | {State.KNOWN}
"""Some spellings are one address, which is announced twice then."""


def good(where: Where) -> bytes:
    """A feed with one item, as an answer."""
    return http(rss(item(f"{where.root}/story")))


def stories_to(*targets: str) -> Site:
    """A feed whose stories redirect to the targets."""
    site: dict[str, Reply] = {f"/story/{number}": moved(target) for number, target in enumerate(targets)}
    return {**site, "*": GOOD_PAGE}


def with_feed(where: Where, site: Site) -> Site:
    """The stories of ``site`` with a feed that announces them."""
    stories = [path for path in site if path.startswith("/story")]
    return {**site, "/feed.xml": http(rss("".join(item(where.root + path) for path in stories)))}


def bare(root: str) -> str:
    """Host and port of a root."""
    return root.split("//", 1)[1]


# --- ways to write a Location -----------------------------------------------------------------


@case("location-relative", "address", ANY_FEED)
def location_relative(where: Where) -> Site:
    """Redirects by relative paths, with dots that climb above the root."""
    return {"/feed.xml": moved("../../../../real.xml"), "/real.xml": good(where), "*": GOOD_PAGE}


@case("location-without-scheme", "address", NOT_TAKEN)
def location_no_scheme(where: Where) -> Site:
    """A redirect to //host of a guarded address."""
    return {"/feed.xml": moved(f"//{bare(where.guarded[0])}/feed.xml")}


@case("location-with-backslashes", "address")
def location_backslashes(where: Where) -> Site:
    """Redirects whose slashes are backslashes, which some readers turn into others."""
    guarded = bare(where.guarded[0])
    targets = (
        f"\\\\{guarded}\\x",
        f"http:\\\\{guarded}/x",
        f"/\\{guarded}/x",
        f"http:/{guarded}/x",
        f"http:{guarded}/x",
    )
    return with_feed(where, stories_to(*targets))


@case("location-with-userinfo", "address", TAKEN, NOT_READ)
def location_userinfo(where: Where) -> Site:
    """Redirects whose host only looks like the own one: it stands before an at-sign."""
    guarded, own = bare(where.guarded[0]), bare(where.root)
    targets = (f"http://{own}@{guarded}/x", f"http://{own}%40{guarded}/x", f"http://user:{SECRET}@{guarded}/x")
    return with_feed(where, stories_to(*targets))


@case("location-with-spaces", "address", TAKEN, NOT_READ)
def location_spaces(where: Where) -> Site:
    """Redirects with tabs, spaces and zero-width characters in scheme and host."""
    guarded = bare(where.guarded[0])
    targets = (f" http://{guarded}/x", f"ht\ttp://{guarded}/x", f"http://{guarded} /x", f"http://\u200b{guarded}/x")
    return with_feed(where, stories_to(*targets))


@case("location-twice", "address", ANY_FEED)
def location_twice(where: Where) -> Site:
    """Two Location headers: a harmless one and a guarded one."""
    lines = f"Location: {where.guarded[0]}/x\r\nConnection:".encode()
    return {"/feed.xml": moved(f"{where.root}/real.xml").replace(b"Connection:", lines, 1), "/real.xml": good(where)}


@case("location-with-fragment", "address", ANY_FEED)
def location_fragment(_where: Where) -> Site:
    """A redirect to the same address with another fragment, for ever."""
    return {"/feed.xml": moved("/feed.xml#again")}


@case("refresh-header", "address", NOT_TAKEN | TAKEN)
def refresh_header(where: Where) -> Site:
    """A Refresh header to a guarded address beside a good feed."""
    return {"/feed.xml": http(rss(item(f"{where.root}/a")), Refresh=f"0; url={where.guarded[0]}/x"), "*": GOOD_PAGE}


@case("redirect-with-status-300", "address", NOT_TAKEN)
def multiple_choices(where: Where) -> Site:
    """Status 300 with a guarded address."""
    return {"/feed.xml": moved(f"{where.guarded[0]}/x", "300 Multiple Choices")}


@case("use-proxy", "address", NOT_TAKEN)
def use_proxy(where: Where) -> Site:
    """Status 305: ask through that proxy."""
    return {"/feed.xml": moved(where.guarded[0], "305 Use Proxy")}


@case("upgrade-in-circles", "address", NOT_TAKEN)
def upgrade(where: Where) -> Site:
    """A redirect to https on a port where nobody speaks TLS."""
    return {"/feed.xml": moved(where.root.replace("http://", "https://") + "/feed.xml")}


@case("story-redirects-to-forbidden-ports", "address", TAKEN, NOT_READ)
def odd_ports(where: Where) -> Site:
    """Redirects to port 0, to a port of 70000, and to an empty one."""
    host = bare(where.root).split(":")[0]
    return with_feed(where, stories_to(f"http://{host}:0/x", f"http://{host}:70000/x", f"http://{host}:-1/x"))


# --- ways to write a host ---------------------------------------------------------------------


@case("hosts-that-map-inside", "address", TAKEN, NOT_READ_OR_TWICE)
def mapped_hosts(where: Where) -> Site:
    """Addresses of IPv6 that lead into IPv4: mapped, compatible, NAT64, 6to4, Teredo, ISATAP."""
    port = where.guarded[0].rsplit(":", 1)[1]
    hosts = (
        "::ffff:7f01:203",
        "::127.1.2.3",
        "64:ff9b::7f01:203",
        "64:ff9b:1::7f01:203",
        "2002:7f01:203::1",
        "2001:0:7f01:203::1",
        "fe80::5efe:7f01:203",
        "::1",
        "::",
        "0:0:0:0:0:ffff:127.1.2.3",
        "fd00::1",
        "fec0::1",
        "ff02::1",
    )
    return links_of(*(f"http://[{host}]:{port}/story" for host in hosts))


@case("hosts-by-numbers", "address", TAKEN, NOT_READ_OR_TWICE)
def numbered_hosts(where: Where) -> Site:
    """The guarded address in decimal, octal, hexadecimal and mixed parts, with noughts before and full-width digits."""
    port = where.guarded[0].rsplit(":", 1)[1]
    hosts = (
        "0x7f.0x1.0x2.0x3",
        "0177.01.02.03",
        "0x7f.1.515",
        "127.000.000.001",
        "00000177.0000001.02.03",
        "127.1.2.3.",
        "１２７.１.２.３",
        "127。1。2。3",
        "①②⑦.1.2.3",
        "0x7F010203",
        "017700401003",
        "4294967295",
        "0",
    )
    return links_of(*(f"http://{host}:{port}/story" for host in hosts))


@case("hosts-of-the-machine", "address", TAKEN, NOT_READ)
def machine_names(where: Where) -> Site:
    """Names of the reader's own machine and of clouds' inner services."""
    port = where.guarded[0].rsplit(":", 1)[1]
    hosts = (
        "ip6-localhost",
        "ip6-loopback",
        "metadata.google.internal",
        "host.docker.internal",
        "localhost.localdomain",
    )
    literals = ("http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://192.0.0.192/")
    return links_of(*(f"http://{host}:{port}/story" for host in hosts), *literals)


@case("hosts-that-are-no-names", "address", ANY_FEED, NOT_READ)
def odd_names(_where: Where) -> Site:
    """Hosts with labels of a kilobyte, empty labels, emoji, bidi controls, per cent signs and look-alike letters."""
    return links_of(
        f"http://{'a' * 1000}.example/x",
        f"http://{'a.' * 800}example/x",
        "http://a..b.example/x",
        "http://\U0001f600.invalid/x",
        "http://xn--.invalid/x",
        "http://xn--zzzzzzzzzzzzzzzzzz99999.invalid/x",
        "http://exa\u202emple.invalid/x",
        "http://%6c%6f%63alhost/x",
        "http://аzertag.invalid/x",
        "http://-bad-.invalid/x",
        "http://[::1%25lo]/x",
        "http://[v1.x]/x",
        "http://1.2.3.4.5/x",
    )


@case("schemes-in-disguise", "address", ANY_FEED, NOT_READ)
def disguised_schemes(_where: Where) -> Site:
    """javascript:, file: and data: with line breaks, capitals, escapes and blanks inside."""
    return links_of(
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&#58;alert(1)",
        " file:///etc/passwd",
        "FILE:///etc/passwd",
        "file:\\\\host\\share",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:x",
        "view-source:http://x.example/",
        "blob:http://x.example/1",
        "feed:javascript:alert(1)",
        "jar:http://x.example!/y",
        "about:blank",
    )


@case("base-of-the-feed", "address", ANY_FEED)
def xml_base(where: Where) -> Site:
    """xml:base and atom:link that make every relative link a guarded one."""
    guarded = where.guarded[0]
    entry = '<entry><title>Talks</title><id>1</id><link href="story"/><updated>2026-11-01T00:00:00Z</updated></entry>'
    text = (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="{guarded}/">'
        f'<title>x</title><link rel="self" href="{guarded}/self.xml"/><link rel="next" href="{guarded}/next.xml"/>'
        f'<link rel="hub" href="{guarded}/hub"/>{entry}</feed>'
    )
    return {"/feed.xml": http(text, "application/atom+xml"), "*": GOOD_PAGE}


@case("sitemap-to-guarded", "address", ANY_FEED)
def sitemap_guarded(where: Where) -> Site:
    """A sitemap index that names guarded addresses, files and the neighbour as its parts."""
    targets = (*where.guarded[:3], "file:///etc", where.neighbour)
    parts = "".join(f"<sitemap><loc>{target}/map.xml</loc></sitemap>" for target in targets)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return {"*": http(f'<?xml version="1.0"?><sitemapindex xmlns="{space}">{parts}</sitemapindex>', "application/xml")}


@case("json-feed-to-guarded", "address", ANY_FEED)
def json_guarded(where: Where) -> Site:
    """A JSON Feed whose next_url, hubs, icons and items are guarded addresses, files and addresses with a password."""
    guarded = where.guarded[0]
    secret = where.root.replace("//", f"//user:{SECRET}@")
    text = (
        f'{{"version": "https://jsonfeed.org/version/1.1", "title": "x", "next_url": "{guarded}/next",'
        f' "hubs": [{{"type": "WebSub", "url": "{guarded}/hub"}}], "icon": "{guarded}/icon", "items": ['
        f'{{"id": "1", "url": "{guarded}/story", "title": "Talks"}},'
        f'{{"id": "2", "url": "file:///etc/passwd", "title": "Talks"}},'
        f'{{"id": "3", "url": "{secret}/story", "title": "Talks", "image": "{guarded}/image"}}]}}'
    )
    return {"/feed.xml": http(text, "application/feed+json"), "*": GOOD_PAGE}


@case("listing-of-guarded", "address", ANY_FEED, NOT_READ, kind="listing")
def listing_guarded(where: Where) -> Site:
    """A listing whose base address is guarded, with a password and a next page there."""
    secret = where.guarded[0].replace("//", f"//user:{SECRET}@")
    text = (
        f'<!DOCTYPE html><base href="{where.guarded[0]}/"><a class="news-link" href="story">x</a>'
        f'<a class="news-link" href="{secret}/story">y</a><a class="next" href="next">next</a>'
    )
    return {"/feed.xml": http(text, HTML_TYPE)}


# --- whose story it is ------------------------------------------------------------------------

THIEF = "Retitled by a thief"
STOLEN_TEXT = "".join(f"<p>Sentence {number} of a text that the neighbour never wrote.</p>" for number in range(200))


@case("stolen-text", "identity", never=("that the neighbour never wrote",))
def stolen_text(where: Where) -> Site:
    """An item that leads to the neighbour's story, with a title, an author, a date and a long text of its own."""
    extra = (
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA['
        f"{STOLEN_TEXT}]]></content:encoded><dc:creator>A Thief</dc:creator>"
        "<pubDate>Mon, 01 Jan 2001 00:00:00 GMT</pubDate>"
    )
    return {"/feed.xml": http(rss(item(f"{where.neighbour}/story/1", THIEF, extra)))}


@case("stolen-by-redirect", "identity")
def stolen_by_redirect(where: Where) -> Site:
    """A story of its own that redirects to the neighbour's."""
    return {"/feed.xml": http(rss(item(f"{where.root}/story", THIEF))), "/story": moved(f"{where.neighbour}/story/2")}


@case("stolen-in-disguise", "identity")
def stolen_in_disguise(where: Where) -> Site:
    """The neighbour's stories with tracking parameters, fragments, doubled slashes and capitals."""
    story = f"{where.neighbour}/story/3"
    links = (f"{story}?utm_source=x", f"{story}#x", f"{story}/", story.replace("/story", "/./story"), story + "?amp=1")
    return {"/feed.xml": http(rss("".join(item(link, THIEF) for link in links)))}


@case("stolen-structured-data", "identity")
def stolen_structured(where: Where) -> Site:
    """A page whose JSON-LD, og:url, AMP link and refresh all say that it is the neighbour's story."""
    url = f"{where.neighbour}/story/1"
    extra = (
        f'<meta property="og:url" content="{url}"><link rel="amphtml" href="{url}"><link rel="shortlink" href="{url}">'
        f'<meta http-equiv="refresh" content="0;url={url}"><script type="application/ld+json">{{"@type":"NewsArticle",'
        f'"@id":"{url}","url":"{url}","mainEntityOfPage":"{url}","headline":"{THIEF}"}}</script>'
    )
    return {
        "/feed.xml": http(rss(item(f"{where.root}/story"))),
        "/story": http(page(THIEF, extra_head=extra), HTML_TYPE),
    }


@case("stolen-feed", "identity")
def stolen_feed(where: Where) -> Site:
    """A feed that says it is the neighbour's: its self link, home, identifiers and base are all the neighbour's."""
    self_link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="{where.neighbour}/feed.xml"/>'
    items = "".join(item(f"{where.root}/story/{n}", THIEF, guid=f"{where.neighbour}/story/{n}") for n in (1, 2, 3))
    text = rss(self_link + items, attributes=f' xml:base="{where.neighbour}/"').replace(
        "http://hostile.example/", f"{where.neighbour}/"
    )
    return {"/feed.xml": http(text), "*": http(page(THIEF), HTML_TYPE)}


@case("stolen-host-by-header", "identity")
def stolen_host(where: Where) -> Site:
    """Link and Content-Location headers that name the neighbour's story as canonical."""
    url = f"{where.neighbour}/story/1"
    story = http(page(THIEF), HTML_TYPE, Link=f'<{url}>; rel="canonical"', Content_Location=url)
    return {"/feed.xml": http(rss(item(f"{where.root}/story"))), "/story": story}
