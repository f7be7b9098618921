"""A host that stops answering is not waited for; who gives up waiting by himself is no sign of that."""

from __future__ import annotations

import asyncio

import pytest

from crawler.exchange import Answer, Ask
from crawler.patience import PatientFetch
from wirewatch.outcome import State


def ask(name: str) -> Ask:
    return Ask(f"http://wire.test/{name}", 1000)


async def fetch(asked: Ask) -> Answer:
    """The first two run out of time; what comes after waits for its turn without end."""
    if not asked.url.endswith(("/a", "/b")):
        await asyncio.Event().wait()
    return Answer(asked.url, failure=State.FAILED, reason="timeout")


async def test_what_waits_for_a_silent_host_is_left_for_the_next_run_and_what_comes_later_too() -> None:
    patient = PatientFetch(fetch)
    waiting = asyncio.ensure_future(patient(ask("waiting")))
    for name in ("a", "b"):
        assert (await patient(ask(name))).reason == "timeout"
    assert (await asyncio.wait_for(waiting, 5)).failure is State.DEFERRED
    assert (await asyncio.wait_for(patient(ask("later")), 5)).failure is State.DEFERRED


async def test_other_hosts_are_waited_for() -> None:
    patient = PatientFetch(fetch)
    other = asyncio.ensure_future(patient(Ask("http://other.test/waiting", 1000)))
    for name in ("a", "b"):
        await patient(ask(name))
    await asyncio.sleep(0)
    assert not other.done()
    other.cancel()


async def test_who_no_longer_waits_is_cancelled_and_takes_the_request_with_him() -> None:
    ended = asyncio.Event()

    async def hang(_: Ask) -> Answer:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    patient = PatientFetch(hang)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(patient(ask("waiting")), 0.05)
    await asyncio.wait_for(ended.wait(), 5)
