"""Jobs for reading processes, which load this module when they are given one."""

from __future__ import annotations

import os
import time
from typing import NoReturn


def die() -> NoReturn:
    """As a reader ends that a library of C breaks."""
    os._exit(11)


def hog() -> int:
    """As a page whose reading needs more memory than a reader may hold."""
    return len(bytearray(4 * 2**30))


def stumble() -> float:
    """As a reader in which there is a mistake."""
    return 1 / len("")


def whoami(number: int) -> tuple[int, int]:
    """The number given, and the process that had it."""
    time.sleep(0.01)
    return number, os.getpid()


def count_bytes(page: bytes, *_: object) -> tuple[int, int]:
    """How many bytes a page has, and their sum."""
    return len(page), sum(page)
