"""Answers kept for a moment, because many ask the same."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Values by key for ``seconds`` each, at most ``most``; may be used from several threads."""

    def __init__(self, seconds: float, most: int = 300) -> None:
        self._seconds = seconds
        self._most = most
        self._known: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of ``key``; made anew where there is none or it is too old."""
        with self._lock:
            known = self._known.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        value = make()
        with self._lock:
            self._known[key] = (time.monotonic() + self._seconds, value)
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return value
