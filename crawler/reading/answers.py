"""What an answer is, when a feed was asked for: a feed, or in words what stands there instead."""

from __future__ import annotations

import re

from crawler.reading.feed_bytes import decode
from crawler.reading.feed_repair import drop_prolog, find_root, trim_junk
from crawler.reading.plain_text import strip_markup
from wirewatch.outcome import FeedState

_LOOKED_AT = 100_000
"""Characters of an answer in which a wall shows itself."""
_SHORT_PAGE = 2_500
"""Characters of visible text up to which a page may be a wall; articles are longer."""

_CHALLENGES = (
    ("Cloudflare", r"cf_chl_|cf-chl-|<title>Just a moment\.\.\.|Attention Required! \| Cloudflare|cf-error-details"),
    ("DDoS-Guard", r"ddos-guard"),
    ("Incapsula", r"_Incapsula_Resource|Incapsula incident ID"),
    ("Akamai", r"errors\.edgesuite\.net|akam/\d+/"),
    ("DataDome", r"captcha-delivery\.com|datadome"),
    ("PerimeterX", r"px-captcha|_pxAppId"),
    ("AWS WAF", r"awswaf\.com|gokuProps"),
    ("Sucuri", r"sucuri_cloudproxy|Sucuri WebSite Firewall"),
    ("Qrator", r"qrator"),
    ("StormWall", r"stormwall"),
    ("ArvanCloud", r"arvancloud|arcaptcha"),
    ("Anubis", r"within\.website|Making sure you(?:'|&#39;|’)re not a bot"),
    (
        "a bot check",
        r"g-recaptcha|hcaptcha\.com|verify (?:that )?you are (?:a )?human|checking your browser|"
        r"enable javascript and cookies to continue|are you a robot|проверка браузера|проверяем ваш браузер",
    ),
)
_WALLS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _CHALLENGES)
_PARKED = re.compile(
    r"this domain (?:name )?(?:is|may be) for sale|buy this domain|domain (?:has )?expired|sedoparking|parkingcrew|"
    r"bodis\.com|hugedomains|dan\.com/buy|домен (?:продаётся|продается|припаркован)|domain is parked",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input[^<>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN_WORDS = re.compile(r"log ?in|sign ?in|giriş|войти|вход|մուտք|შესვლა|ورود|subscribe", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:[\w.-]{1,30}:)?(?:item|entry|url|sitemap)[\s>/]", re.IGNORECASE)
_REFUSALS = {
    401: "asks for a password (401)",
    402: "asks for payment (402)",
    403: "refuses us (403)",
    407: "a proxy asks for a password (407)",
    451: "not served here for legal reasons (451)",
}


def classify_answer(status: int, content_type: str | None, body: bytes) -> tuple[FeedState, str]:
    """What an HTTP answer to a request for a feed is, and the reason in words ('' for a good feed).

    Args:
        status: the HTTP status after redirects.
        content_type: the Content-Type header; used for its charset only, since feeds lie about their kind.
        body: the answer decompressed, perhaps cut.
    """
    if status == 304:
        return FeedState.UNCHANGED, ""
    text = decode(body[: 4 * _LOOKED_AT], content_type)
    wall = find_wall(text)
    if status >= 400 or status < 200:
        return _classify_failure(status, wall)
    if status >= 300:
        return FeedState.FAILED, f"redirects without an end ({status})"
    return _classify_document(text, wall)


def _classify_failure(status: int, wall: str) -> tuple[FeedState, str]:
    if wall and status not in (404, 410):
        return FeedState.BLOCKED, f"{wall} ({status})"
    if status in (404, 410):
        return (
            FeedState.GONE,
            "there is nothing at this address (404)" if status == 404 else "taken down for good (410)",
        )
    if status in _REFUSALS:
        return FeedState.BLOCKED, _REFUSALS[status]
    if status == 429:
        return FeedState.FAILED, "asked too often (429)"
    kind = "the publisher's server fails" if status >= 500 else "the publisher's server does not take the request"
    return FeedState.FAILED, f"{kind} ({status})"


def _classify_document(text: str, wall: str) -> tuple[FeedState, str]:
    document = trim_junk(drop_prolog(text.lstrip("\ufeff \t\r\n\x00")))
    if not document.strip():
        return FeedState.NOT_A_FEED, "the answer is empty" if not text.strip() else "a document without an element"
    root = find_root(document)
    if root in ("rss", "rdf", "feed", "channel", "urlset", "sitemapindex"):
        return (FeedState.OK, "") if _ENTRY.search(document) else (FeedState.EMPTY, "a feed without entries")
    if document[0] == "{" and '"items"' in document:
        empty = re.search(r'"items"\s*:\s*\[\s*\]', document)
        return (FeedState.EMPTY, "a feed without entries") if empty else (FeedState.OK, "")
    if wall:
        return FeedState.BLOCKED, wall
    return FeedState.NOT_A_FEED, describe_document(document, root)


def find_wall(text: str) -> str:
    """The wall that a page is, in words (``a challenge page of Cloudflare``, ``a page that asks to log in``), or ''.

    Only pages with little visible text are walls: articles may tell of Cloudflare, too, and carry its scripts.
    """
    head = text[:_LOOKED_AT]
    if find_root(head) in ("rss", "rdf", "feed", "urlset", "sitemapindex") or len(strip_markup(head)) > _SHORT_PAGE:
        return ""
    for name, pattern in _WALLS:
        if pattern.search(head):
            return f"a challenge page of {name}" if not name.startswith("a ") else f"a challenge page: {name}"
    if _PASSWORD.search(head) and _LOGIN_WORDS.search(head):
        return "a page that asks to log in"
    return ""


def describe_document(document: str, root: str) -> str:
    """A document that is no feed, in words for a person."""
    if _PARKED.search(document[:_LOOKED_AT]):
        return "a parked domain: the publisher is gone or moved"
    title = _TITLE.search(document[:_LOOKED_AT])
    named = f" titled «{strip_markup(title[1])[:80]}»" if title and title[1].strip() else ""
    if root in ("html", "body") or named:
        return f"a web page{named}, not a feed"
    if root:
        return f"{root.upper()}, not a feed"
    return "JSON, but not a JSON Feed" if document[0] in "{[" else "neither XML nor JSON"
