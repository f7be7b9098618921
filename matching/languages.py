"""Which language a text is in: scripts and telling letters first, a kept library only where they leave doubt."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache

_HYE, _KAT, _ARA, _CYR, _LAT, _GRE, _HEB = "hy", "ka", "arabic", "cyrillic", "latin", "el", "he"
_RANGES = (
    (0x0041, 0x024F, _LAT),
    (0x1E00, 0x1EFF, _LAT),
    (0x0370, 0x03FF, _GRE),
    (0x0400, 0x052F, _CYR),
    (0x0531, 0x058A, _HYE),
    (0xFB13, 0xFB17, _HYE),
    (0x0590, 0x05FF, _HEB),
    (0x0600, 0x06FF, _ARA),
    (0x0750, 0x077F, _ARA),
    (0xFB50, 0xFEFE, _ARA),
    (0x10A0, 0x10FF, _KAT),
    (0x1C90, 0x1CBF, _KAT),
    (0x2D00, 0x2D2F, _KAT),
    (0x4E00, 0x9FFF, "zh"),
)
_SAMPLE = 1200
"""Characters in which stop words and telling letters are counted; more change no answer."""
_SCRIPT_SAMPLE = 500
"""Characters in which letters are counted by script."""

_WORDS = {
    "en": "the of and to in is for on with that by as at from are was has have will be its his after over not",
    "tr": "ve bir bu için ile olarak da de olan ise daha çok gibi sonra kadar dedi olduğu ancak mi mı ne yeni",
    "az": "və bir bu üçün ilə da də olan isə daha çox kimi sonra qədər bildirib olub edib etdi edilib olacaq",
    "de": "der die das und ist von mit den im für auf nicht ein eine dem zu sich des",
    "fr": "le la les des et est dans pour sur une que qui au aux avec du par en",
    "es": "el la los las de y en que por con para una del se un su al",
    "it": "il la di che e per un una del con della nel non gli sono alla",
    "ru": "и в на с что по не для из о его от это как за к был он об",
    "uk": "і в на з що та не для із його від це як за до про він у й",
    "bg": "да се че са ще като това който беше",
    "az-cyrl": "вә бу үчүн илә олан даһа кими сонра едиб",
    "fa": "و در به از که این را با است برای آن می های شد یک",
    "ar": "في من على إلى أن عن مع هذا التي الذي بعد قال",
    "ur": "کے کی میں ہے اور سے کا کو نے پر",
}
_NEWS_WORDS = {
    "en": "new says said talks deal peace border war meets calls signs votes warns summons opens closes lands killed"
    " hits resumes continues named envoy minister president agree agrees agreed between against under more",
    "tr": "cumhurbaşkanı bakan bakanı bakanlığı başbakan başkanı barış savaş savunma sınır sınırda rusya suriye"
    " avrupa almanya italya ermenistan azerbaycan gürcistan bakü erivan tiflis moskova dolar okul okullar deprem"
    " depremde milletvekili istifa meclis mahkeme emekli etti ettiler geldi gitti ediyor geliyor gidiyor durum"
    " durumu yok cevap zirve zirvesi nasıl neden hangi şimdi karşı karşıya büyükelçi dışişleri haber haberler"
    " açıkladı açıklama konuştu görüştü koridoru mesaj verdi belli oldu kaza kazası ülke ülkesi yıl yılda günü saat"
    " saatler",
    "az": "nazir naziri nazirin nazirliyi nazirlik prezident prezidenti prezidentin sammit sammiti sülh sülhü saziş"
    " sazişi neft qaz manat tramp trampın makron rusiya rusiyanın ukraynanın ukraynada moskva vaşinqton bakı bakıda"
    " bakıya bakının bakıdan keçmiş deputat deputatı dollar dolları artır artırılır qarşı çıxış deyir niyə yox"
    " kimdir yoxdur avropa avropalı haqqı haqqında üçüncü yeddi sanksiya ordu istefa verib alıb gedib sabiq",
    "ru": "у же бы ли так все но только их мы она они при под над без или уже еще через между после перед",
}
"""Words of headlines, which have few of the others, that the neighbouring languages do not share."""
_STOPWORDS = {
    language: frozenset(f"{words} {_NEWS_WORDS.get(language, '')}".split()) for language, words in _WORDS.items()
}
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BY_SCRIPT = {
    _LAT: ("en", "tr", "az", "de", "fr", "es", "it"),
    _CYR: ("ru", "uk", "bg", "az-cyrl"),
    _ARA: ("fa", "ar", "ur"),
}
_TELLING = {
    _LAT: (
        ("az", "əƏǝ", 3),
        ("az", "İ", 0.3),
        ("az", "xqXQ", 0.05),
        ("tr", "ğĞıİşŞ", 0.6),
        ("az", "ğĞışŞ", 0.6),
        ("de", "ßäÄ", 1),
        ("tr", "wW", -1),
    ),
    _CYR: (("uk", "іїєґІЇЄҐ", 3), ("ru", "ыэёЫЭЁ", 1), ("az-cyrl", "әҹҝһӘҸҜҺ", 3), ("bg", "ъ", 0.3)),
    _ARA: (("fa", "پچژگکی\u200c", 0.5), ("ar", "ةيىكإأ", 0.4), ("ur", "ٹڈڑںےہھ", 3)),
}
_SIGNS = (
    ("tr", re.compile(r"['’](?:[dt][ae]n?|y?[aeıiuü]|[ny]?[ıiuü]n?|y?l[ae]|[ny]?[dt][ae]n?)\b"), 1.0),
    ("tr", re.compile(r"\w{2}(?:[ıiuü]yor|[ae]c[ae]k|[ıüi]p|(?<![aeiou])syon)(?:l[ae]r)?\b"), 0.8),
    ("az", re.compile(r"\w{2}(?:[ıü]b|[ıu]l[iu]b|acaq|lıq|[ıi]ya(?:nın|ya|da|dan|sı)?)\b"), 0.8),
    ("az", re.compile(r"(?=\w*[ığşçöü])\w*[qxQX]\w*"), 1.0),
    ("az", re.compile(r"(?!iraq|tariq)\b\w{3,}q\b", re.IGNORECASE), 0.8),
    ("az", re.compile(r"\w{2}şd[ıiuü](?:l[ae]r)?\b"), 1.0),
)
"""Endings by which Turkish and Azerbaijani are told in a few words: Roma'da, geliyor; Rusiya, gedib, ucuzlaşdı."""
_FEW = 400
"""Characters up to which these endings are looked for; longer texts have words enough."""
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]|[сцз]ьк")
_FALLBACK = {_LAT: "en", _CYR: "ru", _ARA: "fa"}


def recognise_language(text: str, hint: str | None = None) -> str | None:
    """The ISO 639-1 code of the language ``text`` is written in, None where it has no letters.

    ``hint`` is what a feed or page states (``en``, ``az-AZ``); it decides only where the text itself
    leaves doubt, since publishers often state the language of their site and not of the story.
    """
    stated = (hint or "").replace("_", "-").split("-")[0].lower() or None
    script = main_script(text)
    if script is None:
        return stated
    if script not in _BY_SCRIPT:
        return script
    ranked = _score(text[:_SAMPLE], script)
    (best, language), (second, _) = ranked[:2]
    if any(name == stated and best - score < 1.0 for score, name in ranked):
        return stated
    if best - second >= 1.0 or best >= 2 * second > 0:
        return _plain(language)
    if script == _LAT and stated is None:
        return "en" if text.isascii() and len(text) < 200 else _ask_library(text)
    return stated if stated and _same_script(stated, script) else _plain(language if best > 0 else _FALLBACK[script])


def main_script(text: str) -> str | None:
    """The script most letters of ``text`` belong to (a language code where the script has only one)."""
    counts: Counter[str] = Counter()
    for char, count in Counter(text[:_SCRIPT_SAMPLE]).items():
        script = _script_of(char) if char.isalpha() else None
        if script:
            counts[script] += count
    return counts.most_common(1)[0][0] if counts else None


@lru_cache(maxsize=2048)
def _script_of(char: str) -> str | None:
    code = ord(char)
    return next((script for low, high, script in _RANGES if low <= code <= high), None)


@cache
def _languages_of(script: str) -> dict[str, tuple[str, ...]]:
    """Stop word → the languages of the script that have it."""
    words = {word for language in _BY_SCRIPT[script] for word in _STOPWORDS[language]}
    return {word: tuple(name for name in _BY_SCRIPT[script] if word in _STOPWORDS[name]) for word in words}


def _score(text: str, script: str) -> list[tuple[float, str]]:
    """Languages of the script with their stop words and telling letters counted, the best first."""
    scores = dict.fromkeys(_BY_SCRIPT[script], 0.0)
    languages_of = _languages_of(script)
    counts = Counter(map(str.lower, _LETTERS.findall(text)))
    for word in counts.keys() & languages_of.keys():
        for language in languages_of[word]:
            scores[language] += counts[word]
    for language, letters, weight in _TELLING[script]:
        scores[language] += weight * sum(text.count(letter) for letter in letters)
    if script == _LAT and len(text) <= _FEW:
        for language, sign, weight in _SIGNS:
            scores[language] += weight * len(sign.findall(text))
    if script == _CYR and not _UKRAINIAN.search(text):
        scores["uk"] = 0.0  # words alone prove nothing: half of them are Russian, too
    return sorted(((score, language) for language, score in scores.items()), key=lambda pair: -pair[0])


def _same_script(language: str, script: str) -> bool:
    return all(language not in members or name == script for name, members in _BY_SCRIPT.items())


def _plain(language: str) -> str:
    return language.split("-")[0]


def _ask_library(text: str) -> str:
    """py3langid's opinion among Latin-script languages; loaded only when scripts and letters leave doubt."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    global _identifier
    if _identifier is None:
        _identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
        _identifier.set_languages(["en", "tr", "az", "de", "fr", "es", "it", "pl", "nl", "ro"])
    language: str = _identifier.classify(text)[0]
    return language


_identifier = None
