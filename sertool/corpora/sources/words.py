"""Words as tables write them: what means unknown, and what is one in any spelling."""

from __future__ import annotations

import re
import unicodedata

_NOTHING = "nan na n/a n.a. #n/a <na> nat none null nil unknown unk undefined missing - -- ?"
UNKNOWN = frozenset(["", "not available", *_NOTHING.split()])
"""What stands in a cell of which nothing is known, in small letters."""

_GENDERS = {
    "female": (
        "f female fem w woman women girl weiblich frau femmina femminile donna féminin feminin "
        "femme femenino femenina mujer kobieta"
    ),
    "male": (
        "m male man men boy männlich maennlich mann maschio maschile uomo masculin masculino homme "
        "hombre mężczyzna"
    ),
}
GENDERS = {word: name for name, spellings in _GENDERS.items() for word in spellings.split()}
"""Words for a speaker's sex, in small letters."""

_LANGUAGES = {
    "ar": "ara arabic", "bn": "ben bengali bangla", "cs": "ces cze czech", "da": "dan danish",
    "de": "deu ger german deutsch", "el": "ell gre greek", "en": "eng english englisch",
    "es": "spa spanish español espanol spanisch", "et": "est estonian",
    "fa": "fas per persian farsi", "fi": "fin finnish",
    "fr": "fra fre french français francais französisch", "he": "heb hebrew", "hi": "hin hindi",
    "hu": "hun hungarian", "id": "ind indonesian", "it": "ita italian italiano italienisch",
    "ja": "jpn japanese", "ko": "kor korean", "ku": "kur kurdish",
    "nl": "nld dut dutch nederlands", "no": "nor norwegian", "pl": "pol polish polski",
    "pt": "por portuguese português portugues", "ro": "ron rum romanian", "ru": "rus russian",
    "sk": "slk slo slovak", "sv": "swe swedish svenska", "ta": "tam tamil", "te": "tel telugu",
    "th": "tha thai", "tr": "tur turkish türkçe", "uk": "ukr ukrainian", "ur": "urd urdu",
    "vi": "vie vietnamese", "zh": "zho chi cmn chinese mandarin",
}  # fmt: skip
_CODES = {word: code for code, names in _LANGUAGES.items() for word in (code, *names.split())}


def normal(text: str) -> str:
    """A text in one Unicode form (NFC), so that `ä` is one letter whoever wrote it."""
    return unicodedata.normalize("NFC", text)


def key(word: str) -> str:
    """What is alike in spellings of one word: no case, one Unicode form, single spaces.

    >>> key("  No  Agreement ") == key("no agreement")
    True
    """
    return " ".join(normal(normal(word).casefold()).split())


def is_unknown(text: str) -> bool:
    """Whether a cell says that nothing is known.

    >>> [is_unknown(text) for text in ("NaN", "N/A", "-", "", "Nadia")]
    [True, True, True, True, False]
    """
    return key(text) in UNKNOWN


def known(text: str) -> str:
    """A text in one Unicode form, "" where it says that nothing is known."""
    return "" if is_unknown(text) else normal(text)


def gender(text: str) -> str | None:
    """A speaker's sex, female or male, "" = unknown; None for a word that means neither.

    >>> gender("W"), gender("männlich"), gender("Unknown"), gender("x") is None
    ('female', 'male', '', True)
    """
    return "" if is_unknown(text) else GENDERS.get(key(text))


def language(text: str) -> str:
    """The code of BCP 47 for a language, by its name or any of its codes; else the text itself.

    >>> language("German"), language("deu"), language("EN_us"), language("tlh")
    ('de', 'de', 'en-US', 'tlh')
    """
    word = known(text)
    code = _CODES.get(key(word))
    if code:
        return code
    region = re.fullmatch(r"([A-Za-z]{2,3})[-_]([A-Za-z]{2})", word)
    if region and region[1].lower() in _CODES:
        return f"{_CODES[region[1].lower()]}-{region[2].upper()}"
    return word


def likeness(name: str) -> str:
    """What is alike in names that may be one speaker's: case, spaces, zeros in front, ".0".

    >>> likeness("ann") == likeness("ANN "), likeness("1.0") == likeness("01"), likeness("10")
    (True, True, '10')
    """
    plain = re.sub(r"[\s_-]", "", key(name))
    plain = re.sub(r"^(\d+)\.0+$", r"\1", plain)
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)
