"""The rooms of docs/structure.md: who imports whom, and how long modules and functions get."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
NO_IO = {
    "aiohttp", "asyncio", "ctypes", "fileinput", "glob", "http", "io", "mmap", "multiprocessing", "os", "pathlib",
    "pysqlite3", "requests", "scrapy", "shutil", "socket", "sqlite3", "sqlite_utils", "ssl", "subprocess", "tempfile",
    "threading", "urllib.request",
}  # fmt: skip
"""What matching/ has no use for: its functions depend on their arguments alone."""
OPENS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "Path"}


def read_table() -> dict[str, set[str]]:
    """Room → rooms it may import, from the table of docs/structure.md."""
    text = (ROOT / "docs/structure.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)/` \|.*\| ([^|]+) \|$", text, re.MULTILINE)
    return {room: set() if may == "nothing of ours" else set(may.split(", ")) for room, may in rows}


ROOMS = read_table()


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Full names of imported modules with their lines; a relative import counts as the room itself."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (file.relative_to(ROOT).parts[0] if node.level else str(node.module)), node.lineno


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_the_table_names_every_package_of_the_project():
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert set(ROOMS) == packages


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_the_table_allows(room):
    allowed = ROOMS[room] | {room}
    wrong = [
        f"{name_of(file)}:{line} imports {name}"
        for file in modules(room)
        for name, line in imports(file)
        if (top := name.split(".")[0]) in ROOMS and top not in allowed
    ]
    assert wrong == []


def test_no_room_imports_the_tests_or_the_benchmarks():
    names = {name.split(".")[0] for room in ROOMS for file in modules(room) for name, _ in imports(file)}
    assert not names & {"tests", "benchmarks"}


def test_matching_imports_nothing_that_reads_or_writes():
    wrong = [
        f"{name_of(file)}:{line} imports {name}"
        for file in modules("matching")
        for name, line in imports(file)
        if name in NO_IO or name.split(".")[0] in NO_IO
    ]
    assert wrong == []


def test_matching_opens_files_through_importlib_resources_only():
    wrong = [
        f"{name_of(file)}:{node.lineno}: {ast.unparse(node)}"
        for file in modules("matching")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and called(node) in OPENS
        and "files('matching" not in ast.unparse(node).replace('"', "'")
    ]
    assert wrong == []


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


WATCHED = """
import sys
seen = []
watched = ("socket.connect", "socket.bind", "subprocess.Popen", "sqlite3.connect", "open")
sys.addaudithook(lambda event, args: seen.append((event, args)) if event in watched else None)
from matching.matcher import Matcher
from wirewatch.article import Article
from wirewatch.search import Search
article = Article(url="https://news.example/1", title="Talks in Baku", text="The ministers met in Baku.", language="en")
matcher = Matcher([Search("s", "baku AND minister")])
assert matcher.match([article])[0]
written = [args for event, args in seen if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")]
other = sorted({event for event, _ in seen} - {"open"})
del seen[:]
matcher.match([article.with_changes(title="Talks in Yerevan")])
print([written, other, [args[0] for _, args in seen]])
"""


def test_matching_an_article_touches_no_file_socket_or_process():
    done = subprocess.run([sys.executable, "-B", "-c", WATCHED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[[], [], []]"


@pytest.mark.parametrize("room", ROOMS)
def test_modules_and_functions_stay_short(room):
    long = []
    for file in modules(room):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_MODULE:
            long.append(f"{name_of(file)}: {lines} lines")
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno
                if node.end_lineno - node.lineno >= LONGEST_FUNCTION:
                    long.append(f"{name_of(file)}:{node.lineno}: {node.name} is too long")
    assert long == []
