"""Suffix rules of English, Russian, Azerbaijani, Turkish, Armenian, Georgian and Persian, on folded words.

A rule set is a list of layers; from the end of a word inwards each layer may take off one of its
suffixes (case, then possessive, then plural …). ``repairs`` undo the sound changes at the seam. What
is left at any depth is a possible root, if it is long enough and has a vowel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache


def _split(text: str) -> tuple[str, ...]:
    return tuple(sorted(text.split(), key=len, reverse=True))


@dataclass(frozen=True, eq=False)
class SuffixRules:
    """Suffixes in layers from the word's end inwards."""

    layers: tuple[tuple[str, ...], ...]
    shortest: int
    """Letters that a root has at least."""
    vowels: str
    repair: Callable[[str, str], Iterable[str]]
    """``repair(stem, suffix)``: further spellings of the stem that the suffix had changed."""
    query_suffixes: tuple[str, ...] = ()
    """Suffixes so sure that a query's own word is freed from them too."""
    shortest_sure: int = 5
    """Letters of a stem that a sure suffix leaves; one fewer before a suffix of three letters."""
    kept: frozenset[str] = frozenset()
    """Words that only look like a form of another."""
    bound: frozenset[str] = frozenset()
    """Suffixes before which the bare stem is no form of the word: only its repaired spellings are roots."""

    def roots(self, word: str) -> tuple[str, ...]:
        """All possible roots of a folded word, without itself."""
        if word in self.kept or len(word) <= self.shortest or word[0].isdigit():
            return ()
        found: dict[str, None] = {}
        stems = [word]
        for layer in self.layers:
            for stem in tuple(stems):
                for suffix in layer if stem.endswith(layer) and stem not in self.kept else ():
                    if stem.endswith(suffix) and len(stem) - len(suffix) >= self.shortest:
                        stems.extend(self._accept(stem[: -len(suffix)], suffix, found))
        found.pop(word, None)
        return tuple(found)

    def _accept(self, stem: str, suffix: str, found: dict[str, None]) -> list[str]:
        kept = [stem] if suffix not in self.bound and any(char in self.vowels for char in stem) else []
        kept.extend(repaired for repaired in self.repair(stem, suffix) if len(repaired) >= self.shortest)
        found.update(dict.fromkeys(kept))
        return kept

    @lru_cache(maxsize=50_000)  # noqa: B019 - six rule sets live as long as the process
    def query_roots(self, word: str) -> tuple[str, ...]:
        """Dictionary forms of a query's own word, by the sure suffixes only."""
        if word in self.kept or not word.endswith(self.query_suffixes):
            return ()
        found: dict[str, None] = {}
        for suffix in self.query_suffixes:
            stem = word[: -len(suffix)]
            shortest = self.shortest_sure - (len(suffix) > 2)
            if word.endswith(suffix) and len(stem) >= shortest and any(char in self.vowels for char in stem):
                found.update(dict.fromkeys((stem, *self.repair(stem, suffix))))
        return tuple(found)


# --- English: plurals, possessives and verb endings; nouns and verbs share most of them -------------------------

ENGLISH_IRREGULAR = {
    "met": "meet", "held": "hold", "said": "say", "men": "man", "women": "woman", "children": "child",
    "people": "person", "led": "lead", "left": "leave", "told": "tell", "sent": "send", "built": "build",
    "sought": "seek", "brought": "bring", "fought": "fight", "thought": "think", "bought": "buy", "made": "make",
    "paid": "pay", "spoke": "speak", "spoken": "speak", "took": "take", "taken": "take", "gave": "give",
    "given": "give", "went": "go", "gone": "go", "came": "come", "began": "begin", "begun": "begin",
    "broke": "break", "broken": "break", "chose": "choose", "chosen": "choose", "fell": "fall", "fallen": "fall",
    "grew": "grow", "grown": "grow", "knew": "know", "known": "know", "lost": "lose", "rose": "rise",
    "risen": "rise", "saw": "see", "seen": "see", "sold": "sell", "stood": "stand", "struck": "strike",
    "swore": "swear", "sworn": "swear", "won": "win", "withdrew": "withdraw", "withdrawn": "withdraw",
    "wrote": "write", "written": "write", "undertook": "undertake", "drew": "draw", "drawn": "draw",
    "crises": "crisis", "treaties": "treaty", "allies": "ally", "wives": "wife", "lives": "life",
    "halves": "half", "feet": "foot", "analyses": "analysis", "criteria": "criterion", "media": "medium",
}  # fmt: skip


def _repair_english(stem: str, suffix: str) -> Iterable[str]:
    if suffix in ("ies", "ied"):
        return (stem + "y",)
    if suffix in ("ed", "ing", "er", "es"):
        doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "aeiouslz"
        return (stem + "e", stem[:-1]) if doubled else (stem + "e",)
    return ()


class _English(SuffixRules):
    def roots(self, word: str) -> tuple[str, ...]:
        if word in ENGLISH_IRREGULAR:
            return (ENGLISH_IRREGULAR[word],)
        if word.endswith(("ss", "us", "is")):
            return ()
        return super().roots(word)


_ENGLISH_KEPT = (
    "news means united arms series species politics economics physics athletics mathematics gas has was does this "
    "thus paris brussels texas wales netherlands philippines always besides perhaps thing king ring bring spring "
    "string during morning evening nothing something anything everything red bed need seed speed feed hundred "
    "sacred indeed wedding ceiling building being"
)
ENGLISH = _English(
    layers=(_split("s es ies ed ied ing"),),
    shortest=3,
    vowels="aeiouy",
    repair=_repair_english,
    query_suffixes=_split("ies s"),
    shortest_sure=3,
    kept=frozenset(_ENGLISH_KEPT.split()),
)

# --- Russian: names and other words that pymorphy3's dictionary does not have ----------------------------------------


def _repair_russian(stem: str, suffix: str) -> Iterable[str]:
    if suffix in _RUSSIAN_ADJECTIVE:
        return (stem + "ий", stem + "ый", stem + "ой")
    return (stem + "а", stem + "я") if suffix in _RUSSIAN_FEMININE else ()


_RUSSIAN_ADJECTIVE = _split("ого его ому ему ым им ом ем ая яя ую юю ой ей ые ие ых их ыми ими ое ее")
_RUSSIAN_FEMININE = _split("ы и е у ю ой ей ою ею ам ям ами ями ах ях")
RUSSIAN = SuffixRules(
    layers=(_split("а я у ю ом ем е ы и ой ей ою ею ов ев ам ям ами ями ах ях ь " + " ".join(_RUSSIAN_ADJECTIVE)),),
    shortest=3,
    vowels="аеиоуыэюя",
    repair=_repair_russian,
    query_suffixes=_split("ая ое ые ого ому ой ую ых ым ыми ими ами ями ах ях ом ем а у е"),
)

# --- Azerbaijani and Turkish: plural, possessive, case, copula, in this order from the root -----------------------

_VOWEL_SEAMS = {"b": "p", "c": "c", "d": "t", "g": "k", "y": "k"}


def _repair_turkic(stem: str, suffix: str) -> Iterable[str]:
    if suffix[0] not in "aeiou":
        return ()
    last = stem[-1:]
    if last == "g":
        return (stem[:-1] + "k", stem[:-1] + "q")
    if 3 <= len(stem) <= 4 and last == stem[-2]:  # hat → hattı, üs → üssü
        return (stem[:-1],)
    return (stem[:-1] + _VOWEL_SEAMS[last],) if last in _VOWEL_SEAMS else ()


_CASES = (
    "a e ya ye na ne i u yi yu ni nu in un nin nun da de ta te nda nde dan den tan ten ndan nden la le yla yle "
    "ca ce daki deki taki teki ndaki ndeki daka dakilar dekiler ki"
)


class _Turkic(SuffixRules):
    def roots(self, word: str) -> tuple[str, ...]:
        """Nouns by the layers; a verb's endings give its infinitive (görüşdü, görüşüb → görüşmək)."""
        found = dict.fromkeys(super().roots(word))
        for ending in _VERB_ENDINGS if word.endswith(_VERB_ENDINGS) else ():
            stem = word[: -len(ending)]
            if word.endswith(ending) and len(stem) >= self.shortest:
                bases = (stem, stem[:-1] + "t") if stem[-1] == "d" else (stem,)
                found.update(dict.fromkeys(base + end for base in bases for end in ("mek", "mak", "maq")))
        return tuple(found)


_VERB_ENDINGS = _split(
    "di du ti tu dilar diler tiler dular ib ub yib yub iblar ibler ublar yir yur ir ur iyor uyor irlar irler urlar "
    "acak acaq ecek yacaq yecek yacak acaqlar ecekler ar er mis mus misdir musdur mali meli maqda mekde makta mekte"
)
TURKIC = _Turkic(
    layers=(
        _split("dir dur tir tur dirlar durlar yam yem idi imis"),
        _split(_CASES),
        _split("i u si su im um in un imiz umuz iniz unuz miz muz niz nuz lari leri"),
        _split("lar ler"),
    ),
    shortest=2,
    vowels="aeiou",
    repair=_repair_turkic,
    kept=frozenset(("turkiye",)),
    query_suffixes=_split(
        "larin lerin larinin lerinin larda lerde lardan lerden larini lerini lari leri lar ler daki deki "
        "nin nun dan den tan ten da de in un"
    ),
)

# --- Armenian: case, article, plural --------------------------------------------------------------------------------


def _repair_armenian(stem: str, suffix: str) -> Iterable[str]:
    if suffix.startswith("ութ"):
        return (stem + "ություն", stem + "ութիւն")
    spellings = [stem + "ում"] if suffix.startswith(("ման", "մամ")) else []
    if stem.endswith("վ"):  # Բաքու → Բաքվում, լեզու → լեզվի
        spellings.append(stem[:-1] + "ու")
    if suffix in ("ու", "ուց"):  # Իվանիշվիլի → Իվանիշվիլու, գինի → գինուց
        spellings.append(stem + "ի")
    if suffix in _ARMENIAN_STRESS and len(stem) > 2 and not any(char in _ARMENIAN_VOWELS for char in stem[-2:]):
        # a stressed ու or ի is lost before an ending: խումբ → խմբի, երկիր → երկրի, ժողովուրդ → ժողովրդի
        spellings += [stem[:at] + vowel + stem[at:] for at in (-1, -2) for vowel in ("ու", "ի")]
    return spellings


_ARMENIAN_VOWELS = "աեէըիոօւ"
_ARMENIAN_STRESS = _split("ի ից ով ին իս իդ ում եր ներ երի ների երից ներից երով ներով երում ներում երին ներին")
_ARMENIAN_BOUND = "ութեան ության ությանը ությունից ությամբ ությունում ությունն ութեամբ ութիւնը ման մանը մանն մանից մամբ"
ARMENIAN = SuffixRules(
    layers=(
        _split("ը ն ս դ"),
        _split("ի ու ում ից ով ին իս իդ յի յում յից յով յին վա վան ուց ոջ " + _ARMENIAN_BOUND + " էն է մէջ"),
        _split("եր ներ երի ների երից ներից երով ներով երում ներում երին ներին"),
    ),
    shortest=3,
    vowels=_ARMENIAN_VOWELS,
    repair=_repair_armenian,
    bound=frozenset(_ARMENIAN_BOUND.split()),
    query_suffixes=_split("ների ներին ներից ներով ներում ները ներն ներ երում երից երով ությունը ում ից ին ով ի"),
)

# --- Georgian: the nominative -ი comes back when a case is taken off -------------------------------------------------


def _repair_georgian(stem: str, suffix: str) -> Iterable[str]:
    if suffix == "ი":
        return ()
    spellings = [stem + "ი"]
    if stem.endswith(("ლ", "რ", "ნ", "მ")) and len(stem) > 3 and stem[-2] not in "აეიოუ":
        # თბილისი keeps its vowels, but მინისტრი, ქალაქი … lose one before -ის: ქვეყნის → ქვეყანა, წყლის → წყალი
        spellings += [stem[:-1] + vowel + stem[-1] + "ი" for vowel in "აეო"]
        spellings += [stem[:-1] + vowel + stem[-1] + "ა" for vowel in "აეო"]
    if suffix[0] in "იე":
        spellings += [stem + "ა", stem + "ე"]
    return spellings


GEORGIAN = SuffixRules(
    layers=(
        _split("ც ვე ღა"),
        _split("თან ზე ში თვის კენ გან დან მდე ვით თანავე"),
        _split("მა ს ის ისას ით ად მ ო ის ისა ით დ სა ისგან იდან ისთვის ისკენ ამდე იმდე ებმა თა ი"),
        _split("ებ ებს ების ებით ებად ებმა ებში ებზე ებთან ები"),
    ),
    shortest=2,
    vowels="აეიოუ",
    repair=_repair_georgian,
    query_suffixes=_split("ებისთვის ებთან ებში ებზე ებს ების ებით ები ისთვის იდან ისგან თან ში ზე ის მა ს"),
)

# --- Persian: plural, indefinite and possessive endings (the non-joiner is already folded away) ---------------------


PERSIAN = SuffixRules(
    layers=(
        _split("ی م ت ش مان تان شان یی ای ام اش یها یهای"),
        _split("ها های هایی ان ات جات ین ون گان یان"),
    ),
    shortest=3,
    vowels="ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
    repair=lambda stem, suffix: (stem + "ه",) if suffix in ("گان", "ات") else (),
    query_suffixes=_split("های ها هایی"),
)
