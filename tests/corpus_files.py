"""The file names of complete corpora in their usual layouts, for tests that need no sound."""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable

from sertool.corpora import cremad, emodb, emovo, nemo, savee


def ravdess_files() -> list[str]:
    numbers = itertools.product(range(1, 25), range(1, 9), (1, 2), (1, 2), (1, 2))
    return [
        f"Actor_{actor:02}/03-01-{emotion:02}-{intensity:02}-{statement:02}-{take:02}-{actor:02}.wav"
        for actor, emotion, intensity, statement, take in numbers
        if emotion > 1 or intensity == 1
    ]


def cremad_files() -> list[str]:
    """All that the design calls for, less 3 of each emotion and 5 neutral, as in the release."""
    names = [
        f"AudioWAV/{actor}_{sentence}_{code}_{intensity}.wav"
        for code in cremad.CODES
        for actor in range(1001, 1092)
        for sentence in cremad.SENTENCES
        for intensity in (("LO", "MD", "HI") if sentence == "IEO" and code != "NEU" else ("XX",))
    ]
    missing = {code: 5 if code == "NEU" else 3 for code in cremad.CODES}
    return [
        name
        for code, number in missing.items()
        for name in [each for each in names if f"_{code}_" in each][number:]
    ]


def tess_files() -> list[str]:
    words = ["".join(pair) for pair in itertools.product(string.ascii_lowercase, "abcdefgh")][:200]
    emotions = ("angry", "disgust", "fear", "happy", "neutral", "ps", "sad")
    return [
        f"{speaker}_{emotion}/{speaker}_{word}_{emotion}.wav"
        for speaker, emotion, word in itertools.product(("OAF", "YAF"), emotions, words)
    ]


def savee_files() -> list[str]:
    return [
        f"ALL/{speaker}_{code}{number:02}.wav"
        for speaker in ("DC", "JE", "JK", "KL")
        for code in savee.CODES
        for number in range(1, 31 if code == "n" else 16)
    ]


def emodb_files() -> list[str]:
    """As many as there are, though not the same ones."""
    parts = itertools.product("ab", emodb.CODES, emodb.SENTENCES, emodb.GENDERS)
    return [f"wav/{speaker}{text}{code}{take}.wav" for take, code, text, speaker in parts][:535]


def emovo_files() -> list[str]:
    sentences = [
        f"{group}{number}"
        for group, count in {"b": 3, "d": 2, "l": 4, "n": 5}.items()
        for number in range(1, count + 1)
    ]
    speakers = [f"{sex}{number}" for sex in "fm" for number in (1, 2, 3)]
    return [
        f"{speaker}/{code}-{speaker}-{sentence}.wav"
        for speaker, code, sentence in itertools.product(speakers, emovo.CODES, sentences)
    ]


def urdu_files() -> list[str]:
    speakers = [f"SF{number}" for number in range(1, 12)]
    speakers += [f"SM{number}" for number in (*range(1, 8), *range(17, 28))]
    turns = itertools.cycle(speakers)
    return [
        f"{emotion}/{next(turns)}_F{number}_{emotion[0]}0{number}.wav"
        for emotion in ("Angry", "Happy", "Neutral", "Sad")
        for number in range(1, 101)
    ]


def nemo_files() -> list[str]:
    """As many as there are, though not the same ones."""
    parts = itertools.product(range(1, 91), nemo.CODES, nemo.GENDERS)
    return [f"samples/{who}_{emotion}_{number}.wav" for number, emotion, who in parts][:4481]


COMPLETE: dict[str, Callable[[], list[str]]] = {
    "ravdess": ravdess_files,
    "cremad": cremad_files,
    "tess": tess_files,
    "savee": savee_files,
    "emodb": emodb_files,
    "emovo": emovo_files,
    "urdu": urdu_files,
    "nemo": nemo_files,
}
