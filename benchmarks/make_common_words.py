"""Make ``matching/stories/common.txt``: how much the common words of four languages tell, from the lists of wordfreq.

    pip install wordfreq==3.1.1
    python -m benchmarks.make_common_words > matching/stories/common.txt

The share of a word is the square root of its rarity, which is the negative logarithm of the chance that a text of
WORDS words has it, on a scale on which a word that wordfreq does not list has 1. So it goes with the inverse document
frequency (Spärck Jones 1972) that a large window would give.
"""

from __future__ import annotations

import importlib
import math
import re
from collections import defaultdict

from matching.stories.reading import cut_word, fold_word

WORDS = 200
UNHEARD = 5e-7
"""Frequency a word is taken to have that the lists leave out (they begin at about one in a million)."""
FULL = 0.825
"""Shares from here on are left out: such words tell nearly as much as an unheard one."""
LANGUAGES = {"en": "[a-z]+", "ru": "[а-яё]+", "fa": "[\u0600-\u06ff]+", "tr": "[a-zçğıöşüâîû]+"}
"""Language → what its words look like; the lists hold foreign ones as well."""
HEAD = """# How much common words tell of an event: language, share (in hundredths) of what an unheard word does, stems.
# Made, not written: python -m benchmarks.make_common_words. Frequencies: wordfreq 3.1.1 by Robyn Speer
# (doi 10.5281/zenodo.7199437), CC BY-SA 4.0, and so is this list."""


def rate(frequency: float) -> float:
    """The share (0–1) of a word with this frequency among all words."""
    return math.sqrt(_log_chance(max(frequency, UNHEARD)) / _log_chance(UNHEARD))


def _log_chance(frequency: float) -> float:
    return math.log(1.0 - math.exp(-WORDS * frequency))


def main() -> None:
    """Print the file."""
    wordfreq = importlib.import_module("wordfreq")
    print(HEAD)
    for language, letters in LANGUAGES.items():
        stems: dict[str, float] = defaultdict(float)
        for word, frequency in wordfreq.get_frequency_dict(language, "small").items():
            if re.fullmatch(letters, word) and len(word) > 1:
                stems[cut_word(fold_word(word), language == "tr")] += frequency
        classes: dict[int, list[str]] = defaultdict(list)
        for stem, frequency in stems.items():
            if (share := rate(frequency)) < FULL:
                classes[round(share * 20) * 5].append(stem)
        for share, members in sorted(classes.items()):
            print(language, share, " ".join(sorted(members)))


if __name__ == "__main__":
    main()
