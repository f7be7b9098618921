"""Publishers whose encryption is wrong: certificates that vouch for nothing, and handshakes that lead nowhere."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import warnings
from datetime import datetime, timedelta
from pathlib import Path

from demo.certificates import make_certificate
from demo.hostile.case import GOOD_PAGE, NOT_TAKEN, Encryption, Site, Where, case, http, item, rss
from wirewatch import clock

YEAR = timedelta(days=365)


# --- certificates -----------------------------------------------------------------------------


def _make_context(name: str, begins: datetime, ends: datetime) -> ssl.SSLContext:
    """A server's context with a certificate that nobody signed but itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        file.write_bytes(b"".join(make_certificate(name, begins, ends)))
        context.load_cert_chain(file)
    return context


def sign_itself(host: str) -> ssl.SSLContext:
    """A certificate for the host, in date, that nobody vouches for."""
    return _make_context(host, clock.now() - YEAR, clock.now() + YEAR)


def expire(host: str) -> ssl.SSLContext:
    """One that ran out a year ago."""
    return _make_context(host, clock.now() - 2 * YEAR, clock.now() - YEAR)


def name_another(_host: str) -> ssl.SSLContext:
    """One for another host."""
    return _make_context("another.test", clock.now() - YEAR, clock.now() + YEAR)


def speak_old(host: str) -> ssl.SSLContext:
    """A server that knows nothing newer than TLS 1.1 (RFC 8996: not to be used)."""
    context = _make_context(host, clock.now() - YEAR, clock.now() + YEAR)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is why it is here
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


# --- handshakes -------------------------------------------------------------------------------


async def never_answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take all that the reader says and say nothing."""
    while await reader.read(65536):
        pass


async def answer_in_plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """HTTP where a handshake was asked for."""
    await reader.read(65536)
    writer.write(http(rss(item("http://127.0.0.1/a"))))
    await writer.drain()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close after the first words."""
    await reader.read(65536)
    writer.close()


async def send_records_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A handshake message of 16 MB, of which each TLS record brings one byte (RFC 8446, 5.1)."""
    await reader.read(65536)
    writer.write(b"\x16\x03\x03\x00\x04\x02\xff\xff\xff")
    while True:
        writer.write(b"\x16\x03\x03\x00\x01\x00" * 100)
        await writer.drain()
        await asyncio.sleep(0.01)


def _good(where: Where) -> Site:
    return {"/feed.xml": http(rss(item(f"{where.root}/a"))), "*": GOOD_PAGE}


@case("certificate-of-nobody", "transport", NOT_TAKEN, encryption=Encryption(sign_itself))
def certificate_of_nobody(where: Where) -> Site:
    """A certificate that the site signed itself."""
    return _good(where)


@case("certificate-of-last-year", "transport", NOT_TAKEN, encryption=Encryption(expire))
def certificate_of_last_year(where: Where) -> Site:
    """A certificate that has run out."""
    return _good(where)


@case("certificate-of-another", "transport", NOT_TAKEN, encryption=Encryption(name_another))
def certificate_of_another(where: Where) -> Site:
    """A certificate for another host."""
    return _good(where)


@case("tls-of-2006", "transport", NOT_TAKEN, encryption=Encryption(speak_old))
def tls_of_2006(where: Where) -> Site:
    """A server that speaks TLS 1.1 at most."""
    return _good(where)


@case("handshake-never", "transport", NOT_TAKEN, encryption=Encryption(answer=never_answer))
def handshake_never(where: Where) -> Site:
    """The handshake is never answered."""
    return _good(where)


@case("handshake-in-plain", "transport", NOT_TAKEN, encryption=Encryption(answer=answer_in_plain))
def handshake_in_plain(where: Where) -> Site:
    """HTTP in plain on an https address."""
    return _good(where)


@case("handshake-cut", "transport", NOT_TAKEN, encryption=Encryption(answer=hang_up))
def handshake_cut(where: Where) -> Site:
    """The connection is closed in the handshake."""
    return _good(where)


@case("handshake-for-ever", "transport", NOT_TAKEN, encryption=Encryption(answer=send_records_for_ever))
def handshake_for_ever(where: Where) -> Site:
    """A handshake that comes a byte at a time and does not end."""
    return _good(where)
