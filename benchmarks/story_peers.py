"""What others do for the same task, written from their descriptions, for comparison in one run.

``group_by_minhash``: MinHash over runs of words with banding and a check of the estimate (datasketch, rensa).
``group_by_centroid``: online TF-IDF, join the story with the nearest centroid (Miranda et al.), with the rarity of
words taken from all articles beforehand, which a stream does not have.
"""

from __future__ import annotations

import hashlib
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from wirewatch.article import Article

_WORD = re.compile(r"\w\w+")
_PRIME = (1 << 61) - 1
PERMUTATIONS = 128


def group_by_minhash(articles: Sequence[Article], threshold: float, run: int = 3, bands: int = 32) -> list[int]:
    """Labels by MinHash with 128 permutations; ``threshold`` is on the estimated Jaccard similarity."""
    rng = random.Random(1)
    seeds = [(rng.randrange(1, _PRIME), rng.randrange(_PRIME)) for _ in range(PERMUTATIONS)]
    buckets: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    signatures: list[list[int]] = []
    parent = list(range(len(articles)))
    rows = PERMUTATIONS // bands
    for place, article in enumerate(articles):
        signature = _sign(article.text, run, seeds)
        for band in range(bands):
            bucket = buckets[band, tuple(signature[band * rows : (band + 1) * rows])]
            for other in bucket:
                same = sum(a == b for a, b in zip(signature, signatures[other], strict=True))
                if same / PERMUTATIONS >= threshold:
                    parent[_root(parent, place)] = _root(parent, other)
            bucket.append(place)
        signatures.append(signature)
    return [_root(parent, place) for place in range(len(articles))]


def _sign(text: str, run: int, seeds: list[tuple[int, int]]) -> list[int]:
    words = re.findall(r"\w+", text.lower())
    runs = {" ".join(words[place : place + run]) for place in range(max(1, len(words) - run + 1))}
    values = [int.from_bytes(hashlib.blake2b(r.encode(), digest_size=7).digest(), "big") for r in runs]
    return [min((a * value + b) % _PRIME for value in values) for a, b in seeds]


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


def group_by_centroid(articles: Sequence[Article], threshold: float, stop: frozenset[str] = frozenset()) -> list[int]:
    """Labels by online TF-IDF centroids of title and text: join where the cosine reaches ``threshold``."""
    counts = [_count(f"{article.title} {article.text}", stop) for article in articles]
    frequency = Counter(word for words in counts for word in words)
    inverted: dict[str, dict[int, float]] = defaultdict(dict)
    squares: list[float] = []
    labels = []
    for words in counts:
        vector = _weigh(words, frequency, len(articles))
        scores: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for story, other in inverted[word].items():
                scores[story] += weight * other
        best = max(scores, key=lambda story: scores[story] / math.sqrt(squares[story]), default=None)
        if best is None or scores[best] / math.sqrt(squares[best]) < threshold:
            best = len(squares)
            squares.append(0.0)
        for word, weight in vector.items():
            old = inverted[word].get(best, 0.0)
            inverted[word][best] = old + weight
            squares[best] += (old + weight) ** 2 - old * old
        labels.append(best)
    return labels


def _count(text: str, stop: frozenset[str]) -> Counter[str]:
    return Counter(word for word in _WORD.findall(text.lower()) if word not in stop)


def _weigh(words: Counter[str], frequency: Counter[str], articles: int) -> dict[str, float]:
    vector = {
        word: (1 + math.log(count)) * (math.log((1 + articles) / (1 + frequency[word])) + 1)
        for word, count in words.items()
    }
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {word: weight / length for word, weight in vector.items()}
