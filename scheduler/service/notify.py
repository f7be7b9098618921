"""Telling systemd how the service is: the protocol of sd_notify(3), one datagram a message.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import MutableMapping

_LONGEST_STATUS = 500


class Notifier:
    """Speaks to the socket named in ``NOTIFY_SOCKET``; without one every call does nothing.

    The variables are taken out of ``environ``, so that child processes do not speak in our name.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        address = environ.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.ping_seconds = _ping_seconds(environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", ""))
        """How often to ping: half of what systemd waits; None where it keeps no watch."""

    def ready(self, status: str = "") -> None:
        """The service works (again, after a reload)."""
        self._send("READY=1", f"STATUS={status[:_LONGEST_STATUS]}")

    def reloading(self) -> None:
        """The configuration is read anew; ``ready`` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The service is on its way out."""
        self._send("STOPPING=1", "STATUS=stopping")

    def ping(self) -> None:
        """The service is alive; systemd kills it when these stay away."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send(f"STATUS={text[:_LONGEST_STATUS]}")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        message = "\n".join(line.replace("\n", " ") for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(1)
                channel.sendto(message.encode(), self._address)
        except OSError:  # systemd is being restarted: the next message will arrive
            return


def _ping_seconds(usec: str, pid: str) -> float | None:
    if not usec.isdecimal() or int(usec) == 0 or pid not in ("", str(os.getpid())):
        return None
    return int(usec) / 2_000_000
