"""Plain requests to the sample newsroom, for tests; no crawler is involved."""

import json
import urllib.error
import urllib.request

import feedparser
from lxml import etree, html


class KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


OPENER = urllib.request.build_opener(KeepRedirects, urllib.request.ProxyHandler({}))


def get(url, **headers):
    request = urllib.request.Request(url, headers={key.replace("_", "-"): value for key, value in headers.items()})
    try:
        with OPENER.open(request, timeout=5) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers, answer.read()


def read_feed(url):
    _, headers, body = get(url)
    return feedparser.parse(body, response_headers={"content-type": headers["content-type"], "content-location": url})


def sources(newsroom):
    return {source.id: source for source in newsroom.sources()}


def page_of(fact):
    return html.fromstring(get(fact.url)[2], parser=html.HTMLParser(encoding=charset_of(fact)))


def charset_of(fact):
    return "windows-1251" if fact.site == "daryal" else "utf-8"


def announced(source):
    links = set()
    for url in source.feeds:
        body = get(url)[2]
        if url.endswith(".json"):
            links |= {item["url"] for item in json.loads(body)["items"]}
        elif "sitemap" in url:
            links |= set(etree.fromstring(body).xpath("//*[local-name()='loc']/text()"))
        else:
            links |= {entry.link for entry in read_feed(url).entries}
    return links
