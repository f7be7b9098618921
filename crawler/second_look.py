"""Asking stored pages again: politely, conditionally, and only for what they say now."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from typing import Any

from crawler.exchange import Answer, ElsewhereHostError, conditional_headers
from crawler.job import Recheck, SourceJob, Validators
from crawler.reading.answers import find_wall
from crawler.reading.decode import decode_page
from crawler.reading.feed_model import FeedEntry
from wirewatch.article import Article
from wirewatch.errors import UnreadableError
from wirewatch.outcome import Answered, PageMark, RecheckResult, SourceResult
from wirewatch.urls import host_of, link_key

Ask = Callable[..., Awaitable[Answer]]
Read = Callable[[Answer, FeedEntry], Awaitable[Article]]
_GONE = (404, 410)


@cache
def form_of_reader() -> str:
    """A short hash of the code and tables that read pages: where it differs, a page may read otherwise unchanged."""
    digest = hashlib.sha256()
    for package in ("crawler.reading", "crawler.publishers"):
        for file in _list_files(files(package)):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _list_files(folder: Any) -> list[Any]:
    found: list[Any] = []
    for item in sorted(folder.iterdir(), key=lambda each: str(each.name)):
        if item.is_dir() and item.name != "__pycache__":
            found += _list_files(item)
        elif item.name.endswith((".py", ".txt", ".yaml")):
            found.append(item)
    return found


def mark_page(answer: Answer) -> PageMark:
    """By what the page of an answer is known again."""
    headers, digest = answer.headers, hashlib.sha256(answer.body).hexdigest()
    return PageMark(headers.get("etag"), headers.get("last-modified"), digest, form_of_reader())


async def ask_stored(job: SourceJob, result: SourceResult, ask: Ask, max_bytes: int, read: Read) -> None:
    """Ask the stored pages of a job one after the other; what the source's time does not reach stays due."""
    done = {each.article_id for each in result.rechecks}
    for recheck in job.rechecks:
        if recheck.article_id in done:
            continue
        try:
            answer = await ask_again(recheck, ask, max_bytes, read)
        except ElsewhereHostError as error:
            reason = f"{error.host} is asked by another process of this run"
            answer = RecheckResult(recheck.article_id, recheck.article.url, Answered.NOT, reason)
        result.rechecks.append(answer)


async def ask_again(recheck: Recheck, ask: Ask, max_bytes: int, read: Read) -> RecheckResult:
    """What a stored page answers now."""
    url = recheck.article.url
    mark = recheck.mark
    answer = await ask(url, max_bytes, **_headers(mark))
    answered, reason = _judge(answer, mark, url)
    if answered is not None:
        return RecheckResult(recheck.article_id, url, answered, reason)
    try:
        article = await read(answer, _entry_of(recheck.article))
    except UnreadableError as error:
        return RecheckResult(recheck.article_id, url, Answered.NOT, str(error))
    return RecheckResult(recheck.article_id, url, Answered.READ, "", article, mark_page(answer))


def _headers(mark: PageMark) -> dict[str, str]:
    """Conditional only where the page was read by this form of the reader: else it is to be read anew."""
    if mark.reader != form_of_reader():
        return {}
    return conditional_headers(Validators(mark.etag, mark.last_modified))


def _judge(answer: Answer, mark: PageMark, url: str) -> tuple[Answered | None, str]:
    """How the page answered where that can be said without reading it; None: it is to be read."""
    if answer.failure:
        return Answered.NOT, answer.reason
    if answer.status == 304:
        return Answered.UNCHANGED, ""
    wall = find_wall(decode_page(answer.body, answer.content_type)) if answer.body else ""
    if answer.status in _GONE and not wall:
        return Answered.GONE, f"HTTP {answer.status}"
    if answer.status != 200 or wall:
        return Answered.NOT, wall or f"HTTP {answer.status}"
    if mark.reader == form_of_reader() and hashlib.sha256(answer.body).hexdigest() == mark.body_hash:
        return Answered.UNCHANGED, "same bytes as before"
    if _is_elsewhere(answer.url, url):
        return Answered.NOT, f"leads to {answer.url}"
    return None, ""


def _is_elsewhere(answered: str, asked: str) -> bool:
    """A redirect to another host or to a front page says nothing of the story."""
    if link_key(answered) == link_key(asked):
        return False
    path = answered.split("?", 1)[0].split("://", 1)[-1].partition("/")[2]
    return host_of(answered) != host_of(asked) or not path.strip("/")


def _entry_of(article: Article) -> FeedEntry:
    """What the feed had said of the page, as far as it was stored: it fills again what the page does not state."""
    return FeedEntry(
        link=article.url,
        title=article.title,
        published=article.published,
        published_precision=article.published_precision,
        summary=article.summary or "",
        authors=article.authors,
    )
