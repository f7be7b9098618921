"""Make the pictures of docs/pictures/ anew: ``python docs/make_pictures.py`` (needs Chromium and the dev lock).

The sample newsroom of ``wirewatch demo`` is crawled into a temporary folder and served from there; a browser without
a window takes the pictures.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PICTURES = (
    ("front", "/", "light", 1100, 820),
    ("search", "/search?q=Gudauri", "light", 1100, 820),
    ("story", "/story/{story}", "light", 1100, 900),
    ("story-dark", "/story/{story}", "dark", 1100, 900),
    ("front-narrow", "/", "light", 400, 800),
)
"""File, page, colours, width, height."""


def main() -> None:
    """Run the demo, serve it, take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium here: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wirewatch = [sys.executable, "-m", "scheduler.cli"]
        subprocess.run([*wirewatch, "demo", "--folder", folder], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        server = subprocess.Popen([*wirewatch, "serve", "--config", f"{folder}/config.yaml", "--port", str(port)])  # noqa: S603
        try:
            site = f"http://127.0.0.1:{port}"
            take_pictures(site, longest_story(site), chromium)
        finally:
            server.terminate()
            server.wait()


def longest_story(site: str) -> str:
    """The id of the story with the most reports."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{site}/stories.json") as answer:  # noqa: S310 - our own server
                stories: list[Any] = json.load(answer)["items"]
                return str(max(stories, key=lambda story: story["reports"])["story"])
        except OSError:
            time.sleep(0.2)
    sys.exit("the pages did not come up")


def take_pictures(site: str, story: str, chromium: str) -> None:
    """One PNG each."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, path, scheme, width, height in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(site + path.format(story=story))
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
            print(f"docs/pictures/{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
