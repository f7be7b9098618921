"""A whole run in one process, crawl and mail, which can be killed just before any of its durable steps.

python -m tests.whole_run CONFIG STEP    STEP 0: to the end. Exit code 0 at the end; SIGKILL before step number STEP.
A durable step is a commit, or a statement that changes the database outside a transaction. It is counted by SQLite's
own trace of the statements, so the program itself needs no hook for it.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlite_utils import Database

from scheduler.cli import cli
from storage import database

CHANGES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "VACUUM")


def die_before(step: int) -> None:
    """Let every connection that is opened from now on count its durable steps, all together."""
    left, set_pragmas = step, database._set_pragmas

    def trace(db: Database) -> None:
        def count(statement: str) -> None:
            nonlocal left
            words = statement.lstrip().upper()
            alone = words.startswith(CHANGES) and not db.conn.in_transaction
            left -= words.startswith("COMMIT") or alone
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        set_pragmas(db)
        db.conn.set_trace_callback(count)

    if step:
        database._set_pragmas = trace


def main() -> int:
    config, step = sys.argv[1], int(sys.argv[2])
    die_before(step)
    cli.main(["crawl", "--config", config], standalone_mode=False)
    return int(cli.main(["outbox", "drain", "--config", config], standalone_mode=False) or 0)


if __name__ == "__main__":
    sys.exit(main())
