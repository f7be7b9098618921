"""The documentation is true: commands, options, settings, links and examples are held against the program."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import yaml

from scheduler.cli import cli
from wirewatch import __version__
from wirewatch.catalogue import load_catalogue
from wirewatch.config import Settings
from wirewatch.outcome import FeedState, State

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS_PAGE = ROOT / "docs/commands.md"
SETTINGS_PAGE = ROOT / "docs/configuration.md"
STRUCTURE_PAGE = ROOT / "docs/structure.md"
PLANNED = {"stories.md"}
"""Pages that are linked and may still be missing."""
ROOMS = ("wirewatch", "matching", "storage", "crawler", "alerts", "web", "demo", "scheduler")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def walk_commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """All commands and subcommands by their full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from walk_commands(command, (*path, name))


COMMANDS = dict(walk_commands())


def options_of(command: click.Command) -> list[str]:
    return [name for each in command.params if isinstance(each, click.Option) for name in each.opts]


def section(page: Path, heading: str) -> str:
    """The text under a heading, to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", read(page), re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL)


# ---- commands


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section(name):
    assert section(COMMANDS_PAGE, name) or isinstance(COMMANDS[name], click.Group), f"docs/commands.md: no '{name}'"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_stands_in_the_section_of_its_command(name):
    shared = section(COMMANDS_PAGE, "For all commands")
    text = section(COMMANDS_PAGE, name)
    missing = [each for each in options_of(COMMANDS[name]) if f"`{each}" not in text and f"`{each}" not in shared]
    assert missing == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_in_the_page_and_in_its_help(name):
    command = COMMANDS[name]
    assert f"wirewatch {name}" in (command.help or "")
    if not isinstance(command, click.Group):
        assert f"wirewatch {name}" in section(COMMANDS_PAGE, name)


def test_the_page_has_no_command_that_does_not_exist():
    words = set(re.findall(r"^#{2,3} ([a-z]+(?: [a-z]+)?)$", read(COMMANDS_PAGE), re.MULTILINE))
    assert words - set(COMMANDS) == set()


def shell_lines() -> list[tuple[str, str]]:
    """Every line of a ``sh`` block that calls the program, joined with its continuation."""
    lines = []
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in block.replace("\\\n", " ").splitlines():
                for part in re.split(r"\s\|\s|\s&&\s", line.strip()):
                    if re.match(r"(sudo )?(wirewatch|python3 ww|\./ww|\S+/wirewatch) ", part):
                        lines.append((name_of(page), part))
    return lines


@pytest.mark.parametrize(("page", "line"), shell_lines())
def test_every_shell_line_of_the_pages_names_a_command_and_options_that_exist(page, line):
    check_call(line)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_of_a_help_text_names_a_command_and_options_that_exist(name):
    for line in (COMMANDS[name].help or "").splitlines():
        for part in re.split(r"\s\|\s", line.strip()):
            if part.startswith("wirewatch "):
                check_call(part)


def inline_calls() -> list[tuple[str, str]]:
    """Calls in running text: `wirewatch ledger --source ID`."""
    found = []
    for page in PAGES:
        text = re.sub(r"^```.*?^```", "", read(page), flags=re.MULTILINE | re.DOTALL)
        found += [(name_of(page), call) for call in re.findall(r"`(wirewatch [a-z][^`|]*)`", text)]
    return sorted(set(found))


@pytest.mark.parametrize(("page", "line"), inline_calls())
def test_every_call_in_running_text_names_a_command_and_options_that_exist(page, line):
    check_call(line)


def check_call(line: str) -> None:
    words = shlex.split(re.split(r"\s[<>]{1,2}\s", line)[0], comments=True)
    words = words[words.index("ww") + 1 :] if "ww" in words else words[1 + (words[0] == "sudo") :]
    if words[0] in ("test", "--help", "--version"):
        return
    name = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
    assert name in COMMANDS, f"no command {name!r}"
    known = {*options_of(COMMANDS[name]), "--help", "-h"}
    if " " in name:
        known |= set(options_of(COMMANDS[words[0]]))
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= known


def call(*words: str) -> str:
    """Standard output of a call that must end well."""
    line = [sys.executable, "-m", "scheduler.cli", *words]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> tuple[str, str]:
    """The folder and the output of one demo."""
    folder = str(tmp_path_factory.mktemp("demo"))
    return folder, call("demo", "--folder", folder)


@pytest.mark.parametrize(
    "words",
    [
        ("status", "--json"),
        ("outbox", "--json"),
        ("ledger", "--json"),
        ("subscribers", "--json"),
        ("sources", "list", "--json"),
        ("search", "gudauri", "--json"),
        ("backtest", "gudauri", "--json"),
    ],
    ids=" ".join,
)
def test_every_field_of_a_commands_json_stands_in_the_page(demo, words):
    name = words[0] if words[1].startswith("-") or words[0] in ("search", "backtest") else " ".join(words[:2])
    text = section(COMMANDS_PAGE, name) + section(COMMANDS_PAGE, "The article in JSON")
    rows = [json.loads(line) for line in call(*words, "--config", f"{demo[0]}/config.yaml").splitlines()]
    assert rows
    states = {state.value for state in State}  # the ledger's table of states has them
    keys = {key for row in rows for key in row} - states
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_the_demo_ends_as_the_pages_say(demo):
    output = demo[1]
    [sum_up] = re.findall(r"^run 1: .*found.*$", output, re.MULTILINE)
    for page in (ROOT / "README.md", COMMANDS_PAGE):
        assert sum_up in read(page)
        rows = re.findall(r"^ ([\w-]+ +\d+ +\d+ +\d+ .*?) *$", "".join(blocks(page, "text")), re.MULTILINE)
        shown = [" ".join(line.split()) for line in output.splitlines()]
        assert rows
        assert [row for row in rows if " ".join(row.split()) not in shown] == []


def test_the_number_of_publishers_is_that_of_the_catalogue():
    numbers = {
        int(number)
        for page in PAGES
        for number in re.findall(
            r"(?:catalogue of |from |All |holds )(\d+)(?= publishers| of them)", read(page), re.IGNORECASE
        )
    }
    assert numbers == {len(load_catalogue())}


# ---- error lines


def error_lines() -> list[str]:
    """The code spans of the first column of the tables under "What an error line means"."""
    text = read(ROOT / "docs/operation.md").split("## What an error line means")[1].split("## One process")[0]
    cells = re.findall(r"^\| (`[^|]*?) \|", text, re.MULTILINE)
    return [line for cell in cells for line in re.findall(r"`([^`]+)`", cell) if "…" in line or ": " in line]


@cache
def all_messages() -> str:
    """The source of all rooms, with literals that continue on the next line joined."""
    source = "\n".join(read(file) for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")))
    return re.sub(r"""["']\s+f?["']""", "", source)


@pytest.mark.parametrize("line", error_lines())
def test_every_error_line_of_the_page_can_come_from_the_program(line):
    if line.startswith("config.yaml:5"):
        return  # the words of pydantic
    source = all_messages()
    state, _, reason = line.partition(": ")
    parts = [part.strip(" :;()") for part in (reason if state in set(FeedState) else line).split("…")]
    assert [part for part in parts if part and part not in source] == []


# ---- promises


def named_tests() -> list[str]:
    """``test_x.py::test_y`` in the tables of docs/promises.md."""
    return sorted(set(re.findall(r"`(test_\w+\.py::test_\w+)`", read(ROOT / "docs/promises.md"))))


@pytest.mark.parametrize("name", named_tests())
def test_every_promise_has_its_test(name):
    file, function = name.split("::")
    assert re.search(rf"^(?:async )?def {function}\(", read(ROOT / "tests" / file), re.MULTILINE), name


def test_no_promise_is_without_a_test():
    rows = re.findall(r"^\| (?!promise|---)(.+?) \| (.*) \|$", read(ROOT / "docs/promises.md"), re.MULTILINE)
    assert len(rows) > 15
    assert [promise for promise, proof in rows if "::" not in proof] == []


# ---- settings


def test_the_tables_of_the_settings_are_those_of_the_models():
    renew = runpy.run_path(str(ROOT / "docs/make_settings.py"))["renew"]
    assert renew(read(SETTINGS_PAGE)) == read(SETTINGS_PAGE), "run: python docs/make_settings.py"


def setting_names(model: type = Settings, prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if hasattr(inner, "model_fields"):
            yield from setting_names(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


@pytest.mark.parametrize("name", list(setting_names()))
def test_every_setting_stands_in_the_page_and_says_what_it_is(name):
    assert f"| `{name}` |" in read(SETTINGS_PAGE)


def yaml_blocks() -> list[tuple[str, str]]:
    return [
        (name_of(page), block)
        for page in (ROOT / "README.md", SETTINGS_PAGE, ROOT / "docs/operation.md", ROOT / "docs/sources.md")
        if page.exists()
        for block in blocks(page, "yaml")
    ]


@pytest.mark.parametrize(("page", "text"), yaml_blocks())
def test_every_example_of_a_configuration_is_right(page, text, tmp_path, monkeypatch):
    from storage.searches import load_checked

    if isinstance(yaml.safe_load(text), list):  # entries of 'sources:' shown alone
        text = "sources:\n" + text
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    load_checked(file)


def test_the_shipped_configuration_is_right_and_so_is_each_part_that_is_commented_out(tmp_path):
    from storage.searches import load_checked

    shipped = read(ROOT / "config.yaml")
    file = tmp_path / "config.yaml"
    for text in (shipped, re.sub(r"^# (?=\w+:$| {2,}(?:\w+:|- ))", "", shipped, flags=re.MULTILINE)):
        file.write_text(text, encoding="utf-8")
        config = load_checked(file)
    assert config.settings.mail.host, "the parts that are commented out were read"
    assert config.settings.subscribers


# ---- links and names


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def links() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = re.sub(r"^```.*?^```", "", read(page), flags=re.MULTILINE | re.DOTALL)
        found += [(name_of(page), link) for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    return found


@pytest.mark.parametrize(("page", "link"), links())
def test_every_relative_link_leads_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    assert target.exists() or target.name in PLANNED, f"{page}: {link}"
    if anchor and target.exists():
        assert anchor in anchors(target), f"{page}: {link}"


def test_the_index_names_every_page():
    index = read(ROOT / "docs/README.md")
    pages = [page.relative_to(ROOT / "docs") for page in PAGES if page.is_relative_to(ROOT / "docs")]
    missing = [str(page) for page in pages if str(page) != "README.md" and f"]({page})" not in index]
    assert missing == []


@pytest.mark.parametrize(
    "name",
    sorted(set(re.findall(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)`", STRUCTURE_PAGE.read_text(encoding="utf-8")))),
)
def test_every_function_named_in_the_structure_exists(name):
    import pkgutil

    assert pkgutil.resolve_name(name) is not None


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:\w+/)+[\w.]*)`", STRUCTURE_PAGE.read_text(encoding="utf-8"))))
)
def test_every_file_named_in_the_structure_exists(path):
    assert (ROOT / path).exists()


def test_the_spider_shown_in_the_structure_runs_as_written():
    [spider, *_] = blocks(STRUCTURE_PAGE, "python")
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(spider, "docs/structure.md", "exec"), names)
    assert names["ExampleSpider"].collector_class is names["ExampleCollector"]  # type: ignore[attr-defined]


def test_the_changelog_has_the_current_version():
    assert re.search(rf"^## {re.escape(__version__)}\b", read(ROOT / "CHANGELOG.md"), re.MULTILINE)


def test_no_page_names_a_machine_or_a_registry():
    bad = re.compile(r"/(?:work|home|tmp)/|pypi|pythonhosted", re.IGNORECASE)
    assert [name_of(page) for page in PAGES if bad.search(read(page))] == []
