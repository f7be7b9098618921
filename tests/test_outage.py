"""A mail server that is away for a day: nothing is lost, and its return is no stampede."""

from __future__ import annotations

from pathlib import Path

from alerts.deliver import deliver_due
from storage.database import open_database
from tests.mailing import Clock, free_port, mail_server, make_config, states, tell, wish


async def test_a_day_without_the_server_loses_nothing_and_ends_with_one_connection_first(tmp_path: Path) -> None:
    db, clock, port = open_database(tmp_path / "w.db"), Clock(), free_port()
    readers = [wish(db, f"r{number}@x.test", "Border") for number in range(3)]
    config = make_config(tmp_path, port=port, retry="1m", retry_max="4h", connections=4)
    attempts = 0
    for hour in range(24):
        tell(db, f"s{hour}", *readers, at=clock())
        for _ in range(12):
            before = db.execute("SELECT value FROM meta WHERE key = 'mail-pause'").fetchone()
            await deliver_due(db, config, now=clock)
            attempts += db.execute("SELECT value FROM meta WHERE key = 'mail-pause'").fetchone() != before
            clock.pass_by(300)
    assert attempts <= 24 * 4 + 10, "the server is asked every quarter of an hour, by one connection"
    assert db.execute("SELECT max(attempts) FROM outbox").fetchone()[0] == 0, "no mail's attempts are spent"
    alone: list[int] = []
    async with mail_server(port) as box:
        box.before_data = lambda: alone.append(box.sessions)
        clock.pass_by(900)
        report = await deliver_due(db, config, now=clock)
    assert states(db) == {"sent": 72}
    assert alone[0] == 1, "the first mail is answered before a second connection is made"
    assert report.connections <= 4
    assert len({message["Message-ID"] for message in box.messages}) == len(box.messages) == 72
