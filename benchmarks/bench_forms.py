"""How well words are found in their grammatical forms, by language.

    python benchmarks/bench_forms.py [--errors]

Our own lists of words with their forms: ``tests/data/forms.yaml`` (the rules were corrected on it) and
``tests/data/forms_second.yaml`` (written afterwards). Recall is over the listed forms; precision over all pairs of a
word and a listed form of the language, where a pair that is found and not listed is wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import yaml

from matching.morphology import query_keys, word_keys

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
LANGUAGES = ("en", "ru", "az", "hy", "ka", "tr", "fa")


def measure(language: str, lists: Mapping[str, str]) -> tuple[int, list[str], list[str]]:
    """Number of forms in a list (word: its forms), those not found, and pairs found wrongly."""
    table = {word: forms.split() for word, forms in lists.items()}
    sought = {word: set(query_keys(word)) for word in table}
    keys = {form: set(word_keys(form, language)) for word, forms in table.items() for form in (word, *forms)}
    missed = [f"{word}: {form}" for word, forms in table.items() for form in forms if not sought[word] & keys[form]]
    wrong = [
        f"{word}: {form}"
        for word, forms in table.items()
        for form in keys
        if form != word and form not in forms and sought[word] & keys[form]
    ]
    return sum(map(len, table.values())), missed, wrong


def main() -> None:
    """Print a table for each list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="list what is missed and what is found wrongly")
    options = parser.parse_args()
    for name in ("forms.yaml", "forms_second.yaml"):
        lists = yaml.safe_load((DATA / name).read_text("utf-8"))
        print(f"{name}: language, forms, recall, precision")
        for language in LANGUAGES:
            count, missed, wrong = measure(language, lists[language])
            right = count - len(missed)
            print(f"  {language} {count:4} {right / count:.3f} {right / max(1, right + len(wrong)):.3f}")
            for line in (*missed, *(f"wrongly {pair}" for pair in wrong)) if options.errors else ():
                print("    ", line)


if __name__ == "__main__":
    main()
