"""An environment apart for the peers of a benchmark, so that what they need never meets what we need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def make_environment(folder: Path, pins: Path) -> Path:
    """The Python of ``folder``, with the packages that ``pins`` names; made where it is not there yet.

    Raises:
        subprocess.CalledProcessError: a package could not be installed.
    """
    python, mark = folder / "bin" / "python", folder / "pins"
    if not mark.exists() or mark.read_text() != pins.read_text():
        print(f"installing the peers into {folder} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(pins)], check=True)
        mark.write_text(pins.read_text())
    return python
