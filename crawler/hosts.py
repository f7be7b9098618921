"""Hosts of a job: which of them may be asked in this process, how long each wants to be left in peace.

A host is asked by one process at a time. A job that is one of several names the hosts that are its own;
what leads elsewhere is handed back. What was learned of a host goes out with the results and comes in
again with the next job that asks it, so that manners outlive a process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from crawler.job import CrawlJob, HostState
from wirewatch import clock
from wirewatch.urls import host_of


@dataclass(slots=True)
class _Host:
    pause: float
    until: datetime | None = None
    told: bool = False


class HostBook:
    """What is known of the hosts that a job has asked; ``news`` names those that changed."""

    def __init__(self, job: CrawlJob) -> None:
        self._own = job.own
        self._pause = job.crawl.delay
        self._hosts = {state.site: _Host(state.pause, state.until, told=True) for state in job.hosts}

    def is_ours(self, host: str) -> bool:
        """True when this process may ask ``host``."""
        return self._own is None or fold_host(host) in self._own

    def prepare(self, downloader: Any) -> None:
        """Hosts that another process has just asked are left alone for their pause first."""
        from scrapy import Request

        for host, state in self._hosts.items():
            downloader.per_slot_settings[host] = {"delay": state.pause, "jitter": 0.0}
            _, slot = downloader._get_slot(Request("http://host.invalid/", meta={"download_slot": host}))
            slot.lastseen = monotonic()

    def note_asked(self, host: str) -> None:
        """A request to ``host`` is on its way."""
        if host not in self._hosts:
            self._hosts[host] = _Host(self._pause)

    def note_pause(self, host: str, seconds: float) -> None:
        """``host`` wants so long a pause between two requests (Crawl-delay)."""
        self.note_asked(host)
        self._hosts[host].pause = max(self._hosts[host].pause, seconds)
        self._hosts[host].told = False

    def note_wait(self, host: str, until: datetime) -> None:
        """``host`` wants not to be asked before ``until`` (Retry-After)."""
        self.note_asked(host)
        self._hosts[host].until = until
        self._hosts[host].told = False

    def waits(self, host: str) -> bool:
        """True while ``host`` wants not to be asked."""
        known = self._hosts.get(host)
        return known is not None and known.until is not None and known.until > clock.now()

    def news(self) -> tuple[HostState, ...]:
        """The hosts of which something was learned since the last call."""
        found = []
        for host, known in self._hosts.items():
            if not known.told:
                known.told = True
                found.append(HostState(host, known.pause, known.until))
        return tuple(found)


def fold_host(host: str) -> str:
    """A host without ``www.``: both names are one publisher's, and go to one process."""
    return host.lower().removeprefix("www.")


def fold_hosts(urls: Iterable[str]) -> frozenset[str]:
    """The folded hosts of some addresses."""
    return frozenset(fold_host(host) for url in urls if (host := host_of(url)))
