"""How long to wait: after a refusal, on a server's word, and so that not too many mails go out in a minute."""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from wirewatch.config import Mail

MINUTE = timedelta(minutes=1)


class Pace:
    """At most ``most`` mails in any minute (None: no limit). ``earlier`` are those of the last minute, as seconds."""

    def __init__(self, most: int | None, earlier: Iterable[int]) -> None:
        self._most = most
        self._times = deque(datetime.fromtimestamp(each, UTC) for each in earlier)

    def next_free(self, now: datetime) -> datetime:
        """When the next mail may go: ``now`` itself, or when the oldest of the last minute has left it."""
        while self._times and (self._times[0] <= now - MINUTE or self._times[0] > now + MINUTE):
            self._times.popleft()
        if self._most is None or len(self._times) < self._most:
            return now
        return self._times[-self._most] + MINUTE

    def note(self, now: datetime) -> None:
        """A mail goes out at ``now``."""
        self._times.append(now)


def retry_delay(mail: Mail, attempts: int) -> timedelta:
    """The wait after ``attempts`` earlier failures: ``mail.retry`` doubled each time up to ``mail.retry_max``,
    plus up to a fifth by chance, so that mails refused together do not come back together."""
    doubled: timedelta = mail.retry * 2 ** min(attempts, 30)
    return min(doubled, mail.retry_max) * random.uniform(1.0, 1.2)  # noqa: S311 - no secret


_HINT = re.compile(
    r"(?:try again|retry|come back|wait|greylisted)\D{0,60}?(\d{1,6}) ?(s|sec|second|m|min|minute|h|hour)s?\b",
    re.IGNORECASE,
)
_HINT_UNITS = {"s": 1, "m": 60, "h": 3600}


def read_hint(answer: str, mail: Mail) -> timedelta:
    """The wait that a temporary refusal asks for in words (``try again in 300 seconds``), at most
    ``mail.retry_max``; none where it says nothing."""
    found = _HINT.search(answer)
    if not found:
        return timedelta()
    return min(timedelta(seconds=int(found[1]) * _HINT_UNITS[found[2][0].lower()]), mail.retry_max)
