"""Who reads first: of the sources that wait for a reading process, the first of the run."""

from __future__ import annotations

import asyncio

from crawler.readers import Turns


def test_the_lowest_number_that_waits_comes_first() -> None:
    order: list[int] = []

    async def read(turns: Turns, number: int) -> None:
        async with turns.take(number):
            order.append(number)
            await asyncio.sleep(0)

    async def main() -> None:
        turns = Turns(1)
        async with asyncio.TaskGroup() as group:
            for number in (3, 9, 1, 5, 1):
                group.create_task(read(turns, number))

    asyncio.run(main())
    assert order == [3, 1, 1, 5, 9]  # the first found the place free


def test_no_place_is_lost_with_one_who_no_longer_waits() -> None:
    async def main() -> list[str]:
        turns, said = Turns(1), list[str]()
        gate = asyncio.Event()

        async def hold() -> None:
            async with turns.take(0):
                await gate.wait()

        async def read(name: str) -> None:
            async with turns.take(1):
                said.append(name)

        first = asyncio.ensure_future(hold())
        await asyncio.sleep(0)
        early, late = asyncio.ensure_future(read("early")), asyncio.ensure_future(read("late"))
        await asyncio.sleep(0)
        early.cancel()
        gate.set()
        await asyncio.sleep(0)  # the place may have been handed to the one who is cancelled in the same turn
        await asyncio.wait_for(late, 5)
        await first
        async with turns.take(7):
            said.append("free again")
        return said

    assert asyncio.run(main()) == ["late", "free again"]


def test_a_place_handed_to_one_who_was_cancelled_at_that_moment_goes_further() -> None:
    async def main() -> bool:
        turns = Turns(1)
        holder = turns.take(0)
        await holder.__aenter__()

        async def read() -> bool:
            async with turns.take(1):
                return True

        unlucky, lucky = asyncio.ensure_future(read()), asyncio.ensure_future(read())
        await asyncio.sleep(0)
        await holder.__aexit__(None, None, None)  # hands its place to the first
        unlucky.cancel()  # before it has run
        return await asyncio.wait_for(lucky, 5)

    assert asyncio.run(main())
