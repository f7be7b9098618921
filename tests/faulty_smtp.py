"""A mail server of a few lines that misbehaves at a chosen step, for the tests of delivery."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

STEPS = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "dot")


@dataclass
class FaultySMTP:
    """Misbehaves at ``step`` in the way ``fault`` for the first ``times`` times, then serves.

    ``fault``: ``drop`` (reset), ``close`` (orderly), ``hang``, ``garbage``, ``flood`` (an endless answer), or an
    answer such as ``451 try later``. ``keep`` stores the mail before misbehaving at ``dot``.
    """

    step: str
    fault: str
    times: int = 1
    keep: bool = False
    port: int = 0
    connections: int = 0
    stored: list[tuple[str, bytes]] = field(default_factory=list)
    commands: Counter[str] = field(default_factory=Counter)
    out_of_step: list[str] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort() if task.cancelling() else writer.close()
            self.tasks.discard(task)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        alive, recipient, open_mail = await self._answer("connect", "220 ready", writer), "", False
        while alive and (line := await reader.readline()):
            verb = line.split(b" ")[0].split(b":")[0].strip().decode("latin-1").upper()
            self._watch(verb, open_mail)
            if verb == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            if verb == "RCPT":
                recipient = line.split(b"<")[1].split(b">")[0].decode()
            open_mail = verb not in ("RSET", "DATA") and (open_mail or verb == "MAIL")
            alive = await self._answer(verb, "354 go on" if verb == "DATA" else "250 fine", writer)
            if self._last == "354 go on":
                alive = await self._take(reader, writer, recipient)

    def _watch(self, verb: str, open_mail: bool) -> None:
        """Note what a client that has lost its step would say."""
        self.commands[verb] += 1
        if verb not in ("EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "QUIT"):
            self.out_of_step.append(verb[:40])
        if verb == "MAIL" and open_mail:
            self.out_of_step.append("MAIL inside a transaction")

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recipient: str) -> bool:
        message = await reader.readuntil(b"\r\n.\r\n")
        faulty = self.step == "dot" and self.times > 0
        if not faulty or self.keep:
            self.stored.append((recipient, message))
        return await self._answer("dot", "250 taken", writer)

    async def _answer(self, step: str, good: str, writer: asyncio.StreamWriter) -> bool:
        """Answer a step; False when the connection is over."""
        self._last = good
        if step != self.step or self.times <= 0:
            writer.write(f"{good}\r\n".encode())
            return True
        self.times -= 1
        self._last = self.fault
        match self.fault:
            case "drop":
                writer.transport.abort()
                return False
            case "close":
                return False
            case "hang":
                await asyncio.sleep(30)
            case "garbage":
                writer.write(b"\xff\x00 hello there\r\n")
            case "flood":
                writer.write(b"250-" + b"x" * 100_000 + b"\r\n")
            case answer:
                writer.write(f"{answer}\r\n".encode())
                return not answer.startswith("421")
        return True


@asynccontextmanager
async def faulty_server(step: str, fault: str, times: int = 1, keep: bool = False) -> AsyncIterator[FaultySMTP]:
    """The server on a free port of the loopback."""
    smtp = FaultySMTP(step, fault, times, keep)
    server = await asyncio.start_server(smtp.serve, "127.0.0.1", 0)
    smtp.port = server.sockets[0].getsockname()[1]
    try:
        yield smtp
    finally:
        server.close()
        for task in list(smtp.tasks):
            task.cancel()
        await asyncio.sleep(0.01)
