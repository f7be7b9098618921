"""The services that channels name most: apprise's own code for each, against servers on the loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

import pytest
from aiohttp import web
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from alerts.carriers import Channels
from alerts.deliver import deliver_due
from tests.mailing import Clock, free_port, make_config, tell, wish, with_channel

TELEGRAM_LIMIT = 4096
"""Characters of one message, by Telegram's documentation of sendMessage."""
ANSWER = {
    "ok": True,
    "access_token": "t",
    "home_server": "x.test",
    "user_id": "@w:x.test",
    "device_id": "d",
    "room_id": "!r:x.test",
    "event_id": "$e",
    "joined_rooms": [],
}
"""What satisfies all of the services."""


@dataclass
class Service:
    """A server that answers any request; ``told`` holds those that carry a message, as (path, words)."""

    port: int
    told: list[tuple[str, str]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


def read_words(body: str) -> str:
    """What a request says, whether it is JSON or a form."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return unquote_plus(body)


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """Slack and Telegram have one address for all the world: here it is the loopback."""
    here = Service(free_port())

    async def take(request: web.Request) -> web.Response:
        words = read_words(await request.text())
        if "Title of s1" not in words and "Part" not in words:
            return web.json_response(ANSWER)  # a login, or the like
        if here.codes:
            return web.Response(status=here.codes.pop(0))
        here.told.append((request.path, words))
        return web.json_response(ANSWER) if "hooks" not in request.path else web.Response(text="ok")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", here.port).start()
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{here.port}/hooks")
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{here.port}/bot")
    yield here
    await runner.cleanup()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk", "/hooks/T1JJ3T3L2/A1BRTD4JD/"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "/bot123456789:abcdefg_hijklmnop/sendMessage"),
        ("matrix://wirewatch:secret@127.0.0.1:{port}/!room:x.test", "/_matrix/client/"),
        ("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", "/hooks/3ccdd113474722377935511fc85d3dd4"),
        ("ntfy://127.0.0.1:{port}/desk", "/"),
        ("gotify://127.0.0.1:{port}/token", "/message"),
        ("form://127.0.0.1:{port}/hook", "/hook"),
    ],
    ids=lambda value: value.split(":")[0],
)
async def test_each_service_is_told_once_also_where_it_says_no_at_first(db, tmp_path, service, url, path):
    tell(db, "s1", wish(db, "channel:desk", "Border"))
    config = with_channel(make_config(tmp_path, host=None), url.format(port=service.port))
    clock = Clock()
    service.codes.append(503)
    first = await deliver_due(db, config, now=clock)
    assert (first.sent, first.deferred, service.told) == (0, 1, [])
    clock.pass_by(60)
    second = await deliver_due(db, config, now=clock)
    clock.pass_by(60)
    third = await deliver_due(db, config, now=clock)
    assert (second.sent, third.sent) == (1, 0)
    ((asked, words),) = service.told
    assert asked.startswith(path)
    for expected in ("Title of s1", "Hill Post", "https://hillpost.test/s1-1"):
        assert expected in words


async def test_what_is_too_long_for_a_service_comes_in_parts_and_whole(service):
    lines = [f"Part {number}: envoys meet at the border crossing" for number in range(300)]
    mail = "Subject: A long digest\r\nContent-Type: text/plain\r\n\r\n" + "\r\n".join(lines)
    channels = Channels({"desk": "tgram://123456789:abcdefg_hijklmnop/12315544/"}, 20)
    attempt = await channels.send("channel:desk", mail.encode(), "alerts@wirewatch.test")
    assert attempt.answer.name == "ACCEPTED"
    texts = [json.loads(words)["text"] for _, words in service.told]
    assert len(texts) > 1
    assert max(map(len, texts)) <= TELEGRAM_LIMIT
    assert all(any(line in text for text in texts) for line in lines[::37])
