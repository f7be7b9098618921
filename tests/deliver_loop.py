"""A small daemon for the crash tests: sends what a prepared outbox holds until it is told to stop.

python -m tests.deliver_loop DB fill [READERS] [STORIES]   make the outbox; prints one line a mail, for a checker
python -m tests.deliver_loop DB run PORT [KEY=VALUE…]      send until SIGTERM; further settings of 'mail' may follow;
                                                           makes the file DB.idle when nothing waits any more
python -m tests.deliver_loop DB die PORT                   send what is due, again and again, dying one commit later
                                                           each time; prints how often it died
python -m tests.deliver_loop DB idle                       exit 0 when nothing waits
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from alerts.deliver import deliver_due
from storage.database import open_database, open_for_reading
from storage.outbox import count_waiting
from tests.mailing import fill_outbox, make_config
from wirewatch import clock


def fill(file: Path, readers: int, stories: int) -> None:
    db = open_database(file)
    emails = [f"reader{number}@x.test" for number in range(readers)]
    fill_outbox(db, emails, stories, clock.now())
    for email in emails:
        for story in range(stories):
            print(json.dumps({"rcpt": email, "token": f"STORY-n{story}-x"}))


async def run(file: Path, port: int, settings: dict[str, str]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    db, config = open_database(file), make_config(file, port=port, **settings)
    while not stop.is_set():
        report = await deliver_due(db, config, stop=stop)
        if report.sent or report.problem or report.failed or report.deferred:
            print(report, flush=True)
        if report.next_due is None:
            Path(f"{file}.idle").touch()
        try:
            await asyncio.wait_for(stop.wait(), 0.2)
        except TimeoutError:
            continue


def die_before_commit(file: Path, port: int, number: int) -> None:
    """Send what is due once; end without any goodbye when the ``number``-th commit is about to be made."""
    db, left = open_database(file), number

    def count(statement: str) -> None:
        nonlocal left
        left -= statement == "COMMIT"
        if left == 0:
            os._exit(9)

    db.conn.set_trace_callback(count)
    asyncio.run(deliver_due(db, make_config(file, port=port, timeout="30s")))


def die_before_each_commit(file: Path, port: int) -> int:
    """Send in a process of its own that dies before its first commit, in one that dies before its second, and so
    on, until one lives to the end; returns how many died."""
    for deaths in range(30):
        child = os.fork()
        if child == 0:
            die_before_commit(file, port, deaths + 1)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            return deaths
        if code != 9:
            raise RuntimeError(f"the sender ended with {code}")
    raise RuntimeError("the sender never came to an end")


def main() -> int:
    file, command, *rest = Path(sys.argv[1]), *sys.argv[2:]
    if command == "fill":
        fill(file, *map(int, rest))
    elif command == "run":
        asyncio.run(run(file, int(rest[0]), dict(each.split("=", 1) for each in rest[1:])))
    elif command == "die":
        print(die_before_each_commit(file, int(rest[0])))
    else:
        return 1 if count_waiting(open_for_reading(file)) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
