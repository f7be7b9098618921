"""Sharing out sources: those that ask the same host stay together, so that a host is asked by one process at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crawler.hosts import fold_host, fold_hosts
from crawler.job import SourceJob


@dataclass(slots=True)
class Group:
    """Sources that are asked in one process. ``hosts`` are theirs alone while it runs; None: all hosts."""

    jobs: tuple[SourceJob, ...]
    hosts: frozenset[str] | None
    region: str = ""
    not_before: float = 0.0
    """Time (monotonic, seconds) before which it must not be started."""

    def meets(self, other: Group) -> bool:
        """True when the two must not run side by side: a host is in both."""
        return self.hosts is None or other.hosts is None or not self.hosts.isdisjoint(other.hosts)


@dataclass(slots=True)
class _Cluster:
    jobs: list[SourceJob] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


def hosts_of(job: SourceJob) -> frozenset[str]:
    """The hosts that a source is known to ask, without ``www.``."""
    source = job.source
    listings = (listing.url for listing in source.listings)
    return fold_hosts((*source.feeds, *listings, *source.pages, source.home)) | {*map(fold_host, source.hosts)}


def share_out(jobs: Iterable[tuple[SourceJob, frozenset[str]]], parts: int) -> list[Group]:
    """Groups of ``jobs``, each job with the hosts it asks: about ``parts`` a region, alike in size.

    Sources that share a host are in one group, unless they are to be asked from different regions: such groups
    have the host in common and must not run at the same time (:meth:`Group.meets`).
    """
    regions: dict[str, list[tuple[SourceJob, frozenset[str]]]] = {}
    for job, hosts in jobs:
        regions.setdefault(job.source.region, []).append((job, hosts))
    return [group for region, some in regions.items() for group in _share_out_region(some, parts, region)]


def _share_out_region(jobs: Sequence[tuple[SourceJob, frozenset[str]]], parts: int, region: str) -> list[Group]:
    bins: list[_Cluster] = [_Cluster() for _ in range(parts)]
    for cluster in sorted(_find_clusters(jobs), key=lambda each: -len(each.jobs)):
        smallest = min(bins, key=lambda each: len(each.jobs))
        smallest.jobs += cluster.jobs
        smallest.hosts |= cluster.hosts
    return [Group(tuple(each.jobs), frozenset(each.hosts), region) for each in bins if each.jobs]


def _find_clusters(jobs: Sequence[tuple[SourceJob, frozenset[str]]]) -> list[_Cluster]:
    """Jobs joined through the hosts that they have in common."""
    leader = list(range(len(jobs)))

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    first: dict[str, int] = {}
    for number, (_, hosts) in enumerate(jobs):
        for host in hosts:
            leader[find(number)] = find(first.setdefault(host, number))
    clusters: dict[int, _Cluster] = {}
    for number, (job, hosts) in enumerate(jobs):
        cluster = clusters.setdefault(find(number), _Cluster())
        cluster.jobs.append(job)
        cluster.hosts |= hosts
    return list(clusters.values())
