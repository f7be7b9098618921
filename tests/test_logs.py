"""The log: plain lines or JSON, fields kept, secrets and readers' tokens left out."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from scheduler.service.logs import hide, start_logs
from wirewatch.config import Log
from wirewatch.secrets import read_secret, remember

log = logging.getLogger("wirewatch")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    for name in ("wirewatch", "alerts", "crawler", "storage", "web", "apscheduler", "distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(form: str, level: str = "info") -> io.StringIO:
    out = io.StringIO()
    start_logs(Log(format=form, level=level), out)  # type: ignore[arg-type]
    return out


def test_json_has_time_level_event_and_the_fields_of_the_caller():
    out = lines("json")
    log.info("run %s: done", 7, extra={"run": 7, "place": "Ереван"})
    row = json.loads(out.getvalue())
    assert row["time"].endswith("Z")
    assert (row["level"], row["event"], row["run"]) == ("info", "run 7: done", 7)
    assert "Ереван" in out.getvalue()


def test_a_line_of_json_is_one_line_even_with_a_traceback():
    out = lines("json")
    log.error("failed", exc_info=ValueError("two\nlines"))
    [line] = out.getvalue().splitlines()
    assert "ValueError: two" in json.loads(line)["exception"]


def test_plain_is_for_a_person():
    out = lines("plain")
    log.warning("the disk is full")
    assert out.getvalue().endswith("Z warning: the disk is full\n")


def test_the_level_is_that_of_the_settings_and_libraries_are_quiet():
    out = lines("plain", "warning")
    log.info("not said")
    logging.getLogger("apscheduler").warning("not said")
    logging.getLogger("somebody").warning("said")
    assert out.getvalue().count("said") == 1


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("asks https://anna:pa55word@feeds.example/rss", "pa55word"),
        ("GET /unsubscribe/1.abcdefghijklmnopq0", "abcdefghijklmnopq0"),
        ("login refused for correct-horse", "correct-horse"),
    ],
)
def test_no_secret_stands_in_a_log(text, without):
    remember("correct-horse")
    out = lines("json")
    log.error("%s", text, extra={"also": text})
    assert without not in out.getvalue()
    assert without not in hide(text)


# ---- secrets


def test_a_secret_comes_from_the_first_place_that_names_it(tmp_path):
    for name in ("by-variable", "credential", "by-setting"):
        (tmp_path / name).write_text(f"{name}\nsecond line\n")
    (tmp_path / "credential").rename(tmp_path / "mail-password")
    everywhere = {
        "WIREWATCH_MAIL_PASSWORD": "direct",
        "WIREWATCH_MAIL_PASSWORD_FILE": str(tmp_path / "by-variable"),
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }
    found = []
    for name in [*everywhere, None]:
        found.append(read_secret("WIREWATCH_MAIL_PASSWORD", tmp_path / "by-setting", "mail.password_file", everywhere))
        everywhere.pop(name, None)
    assert found == ["direct", "by-variable", "credential", "by-setting"]
    assert read_secret("WIREWATCH_MAIL_PASSWORD", None, "mail.password_file", {}) is None


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_named(tmp_path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r"\$WIREWATCH_X_FILE: .*secret holds no password"):
        read_secret("WIREWATCH_X", None, "x", {"WIREWATCH_X_FILE": str(file)})
