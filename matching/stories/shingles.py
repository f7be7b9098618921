"""Shingles of a text: a hash of each three words in a row, and a sample of them that two texts can be compared by."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FACTORS = (np.uint64(11400714785074694791), np.uint64(14029467366897019727))
_START, _LENGTH_SIGN = 2870177450012600261, 3527539
_LEFT, _RIGHT = np.uint64(31), np.uint64(33)


def shingle(terms: NDArray[Any]) -> NDArray[np.int64]:
    """Hashes of every three terms in a row (one of all where there are fewer), equal in every process.

    ``terms``: CRC-32s. The hash is that of a tuple in CPython since 3.8, which is xxHash's (XXH64) without its end.
    """
    size = min(3, len(terms))
    if not size:
        return np.zeros(0, np.int64)
    lanes = terms.astype(np.uint64) * _FACTORS[1]
    rows = len(terms) - size + 1
    found = np.full(rows, _START, np.uint64)
    for place in range(size):
        found += lanes[place : place + rows]
        found = ((found << _LEFT) | (found >> _RIGHT)) * _FACTORS[0]
    found += np.uint64(size ^ (_START ^ _LENGTH_SIGN))
    found[found == np.uint64(2**64 - 1)] = 1546275796
    return found.view(np.int64)


def sample(shingles: NDArray[np.int64], most: int) -> tuple[array[int], int]:
    """The shingles divisible by the smallest power of two that leaves ``most`` different ones, and that power."""
    different, modulus = dict.fromkeys(shingles.tolist()), 1
    if len(different) <= most:
        return array("q", different), modulus
    kept = np.fromiter(different, np.int64, len(different))
    while len(kept) > most:
        kept = kept[kept & modulus == 0]  # those left so far are divisible by it
        modulus *= 2
    return array("q", kept.tobytes()), modulus
