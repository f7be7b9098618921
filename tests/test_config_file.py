"""config.yaml: what is right is read, every mistake is named at once with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.searches import load_checked
from wirewatch.config_file import load_config
from wirewatch.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]


def write(folder: Path, text: str) -> Path:
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_checked(file)
    return [problem.removeprefix(f"{file}") for problem in caught.value.problems]


def test_the_shipped_configuration_is_right_and_asks_the_whole_catalogue() -> None:
    config = load_checked(ROOT / "config.yaml")
    assert len(config.sources) > 100
    assert config.database == ROOT / "data/wirewatch.db"
    assert config.settings.schedule.every == timedelta(hours=1)


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "")).settings.mail.host is None


def test_every_mistake_is_reported_at_once_with_its_line_and_path(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "topics: [nope]\n"
        "crawll: {}\n"
        "searches:\n"
        "  - name: a\n"
        "    query: 'a AND ('\n"
        "schedule: {every: 5x}\n"
        "mail: {port: abc}\n"
        "sources:\n"
        "  - id: X Y\n"
        "    feeds: [ftp://x]\n"
        "subscribers:\n"
        "  - email: nobody\n"
        "    searches: [b]\n",
    )
    found = mistakes(file)
    for line, words in (
        (1, "topics.0: no topic 'nope'"),
        (2, "crawll: unknown setting; did you mean 'crawl'?"),
        (5, "searches.0.query: character 8"),
        (6, "schedule.every: must be a span of time"),
        (7, "mail.port"),
        (9, "'X Y' is not a short name"),
        (10, "not an http or https address"),
        (12, "subscribers.0.email"),
        (13, "subscribers.0.searches.0: no search 'b'"),
    ):
        assert any(each.startswith(f":{line}: ") and words in each for each in found), (line, words, found)


@pytest.mark.parametrize("text", ["- a list", "just words", "a: [", "\tx: 1", "a: 1\na: &x *x\n"])
def test_what_is_no_mapping_is_refused_in_words(tmp_path: Path, text: str) -> None:
    assert mistakes(write(tmp_path, text))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    assert "copy config.yaml" in mistakes(tmp_path / "none.yaml")[0]


def test_sources_of_ones_own_join_or_replace_the_catalogue(tmp_path: Path) -> None:
    own = "sources:\n  - {id: mine, name: Mine, feeds: [https://mine.example/rss]}\n"
    assert "mine" in load_config(write(tmp_path, own)).sources
    assert list(load_config(write(tmp_path, own + "catalogue: {none: true}\n")).sources) == ["mine"]
    assert list(load_config(write(tmp_path, own + "catalogue: {only: [azertag]}\n")).sources) == ["azertag", "mine"]
    assert "azertag" not in load_config(write(tmp_path, "catalogue: {without: [azertag]}\n")).sources


def test_an_unknown_id_of_the_catalogue_is_named_with_a_suggestion(tmp_path: Path) -> None:
    assert "did you mean 'azertag'" in mistakes(write(tmp_path, "catalogue: {only: [azertga]}\n"))[0]


def test_the_password_comes_from_the_environment_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(write(tmp_path, "mail: {host: localhost, password: in-file}\n"))
    assert config.mail_password() == "in-file"
    assert "in-file" not in repr(config)
    monkeypatch.setenv("WIREWATCH_MAIL_PASSWORD", "from-environment")
    assert config.mail_password() == "from-environment"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subscribers: [{email: a@x.test, tz: Asia/Bakuu}]", "subscribers.0.tz: must be a time zone"),
        ("mail: {sender: nobody}", "mail.sender: must be an address"),
        ("mail: {base_url: ftp://x}", "mail.base_url: must be an address"),
        ("crawl: {allow_private: [here]}", "crawl.allow_private.0: must be an address or network"),
        ("schedule: {every: 0s}", "schedule.every: must be a span"),
    ],
)
def test_a_value_that_would_fail_later_is_refused_at_once(tmp_path: Path, text: str, words: str) -> None:
    assert words in mistakes(write(tmp_path, text))[0]


def test_a_password_file_stands_beside_the_configuration(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, "mail: {host: localhost, password_file: secret}\n"))
    with pytest.raises(ConfigError, match="holds no password"):
        config.mail_password()
    (tmp_path / "secret").write_text("word\nrest\n", encoding="utf-8")
    assert config.mail_password() == "word"
