"""A table's words for emotions -> emotions, and what to propose for words that are none."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sertool.corpora.sources import words
from sertool.corpora.sources.synonyms import AMBIGUOUS, NO_EMOTION, SYNONYMS, by_letters
from sertool.errors import BadChoice, BadLabel, choices
from sertool.types import Emotion

_PLAIN = re.compile(r"[\w=.+-]*")
"""What no shell takes for anything else."""
DROPPED = ""
"""What a word is mapped to whose rows are left out."""


@dataclass(frozen=True)
class Meanings:
    """What a table's words mean.

    Attributes:
        emotions: word -> emotion; `DROPPED` = rows with it are left out.
        blank: the words that say that there is no emotion.
    """

    emotions: Mapping[str, Emotion]
    blank: Collection[str]


def meanings(
    found: Sequence[str], mapping: Mapping[str, Emotion], vocabulary: Collection[Emotion] | None
) -> Meanings:
    """What each word of a table means.

    Args:
        found: the words, one for each row.
        mapping: word -> emotion, as the user has it; "" leaves the rows out.
        vocabulary: the emotions that are possible; None = any word, kept as it is.

    Raises:
        BadLabel: words outside the vocabulary, or that differ in nothing but case.
        BadChoice: a mapping to outside the vocabulary.

    >>> meanings(["Joy", "sad", "nan"], {"joy": "happy"}, ["happy", "sad"]).emotions
    {'Joy': 'happy', 'sad': 'sad', 'nan': ''}
    """
    mapped = {words.key(word): emotion for word, emotion in mapping.items()}
    counts = Counter(found)
    known = {words.key(emotion): emotion for emotion in vocabulary or ()} | mapped
    blank = {word for word in counts if words.is_unknown(word) and words.key(word) not in known}
    rest = {word: count for word, count in counts.items() if word not in blank}
    dropped = dict.fromkeys(blank, DROPPED)
    if vocabulary is None:
        emotions = {word: mapped.get(words.key(word), words.normal(word)) for word in rest}
        _refuse_same_but_case(emotions)
        return Meanings(emotions | dropped, blank)
    for emotion in mapped.values():
        if emotion not in {*vocabulary, DROPPED}:
            raise BadChoice(f"cannot map to {choices(emotion, vocabulary)}")
    unknown = {word: count for word, count in rest.items() if words.key(word) not in known}
    if unknown:
        raise BadLabel(_unknown(unknown, vocabulary, [*rest]))
    return Meanings({word: known[words.key(word)] for word in rest} | dropped, blank)


def proposals(
    unknown: Iterable[str], vocabulary: Collection[Emotion], beside: Sequence[str] = ()
) -> dict[str, Emotion]:
    """Word -> the emotion that it means beyond doubt; "" = it means none, leave its rows out.

    Args:
        unknown: words to propose something for; one of no clear meaning gets nothing.
        vocabulary: what may be proposed.
        beside: all words of the table, by which codes of one letter are understood.

    >>> proposals(["anger", "hap", "xxx", "rude"], ["angry", "happy"])
    {'anger': 'angry', 'hap': 'happy', 'xxx': ''}
    """
    letters = by_letters([words.key(word) for word in beside or unknown])
    found: dict[str, Emotion] = {}
    for word in unknown:
        key = words.key(word)
        emotion = DROPPED if key in NO_EMOTION else letters.get(key) or SYNONYMS.get(key)
        if key in letters:
            emotion = letters[key]
        if emotion is not None and (not emotion or emotion in vocabulary):
            found[word] = emotion
    return found


def line(proposed: Mapping[str, Emotion]) -> str:
    """Options to copy, each word once, whatever its case.

    >>> line({"anger": "angry", "Anger": "angry", "no agreement": ""})
    "--map anger=angry --map 'no agreement='"
    """
    pairs = {words.key(word): (word, emotion) for word, emotion in reversed([*proposed.items()])}
    return " ".join(_option(*pair) for pair in reversed([*pairs.values()]))


def _option(word: str, emotion: str) -> str:
    """An option as a shell takes it; letters of any language need no quotes."""
    text = f"{word}={emotion}"
    return f"--map {text if _PLAIN.fullmatch(text) else shlex.quote(text)}"


def _unknown(
    counts: Mapping[str, int], vocabulary: Collection[Emotion], all_: Sequence[str]
) -> str:
    """The words that are not known, and what to write for each."""
    listed = ", ".join(f"{word} ({count})" for word, count in sorted(counts.items()))
    proposed = proposals(sorted(counts), vocabulary, all_)
    asked = [word for word in sorted(counts) if word not in proposed]
    remedies = [f"map them with {line(proposed)}"] if proposed else []
    if asked:
        remedies.append(
            f"say what {', '.join(asked)} mean: {_option(asked[0], 'EMOTION')}, or leave the rows "
            f"out with {_option(asked[0], DROPPED)}"
        )
    return (
        f"unknown emotions: {listed}; known: {', '.join(vocabulary)}; {', and '.join(remedies)}"
        f"{_doubts(counts)}; or keep the table's words with --own-labels"
    )


def _doubts(counts: Mapping[str, int]) -> str:
    """What is left out by the proposal and that others count to an emotion."""
    doubtful = {word: AMBIGUOUS[words.key(word)] for word in counts if words.key(word) in AMBIGUOUS}
    return "".join(
        f" ({word} is not {emotion}, though some count it so: {_option(word, emotion)})"
        for word, emotion in sorted(doubtful.items())
    )


def _refuse_same_but_case(emotions: Mapping[str, Emotion]) -> None:
    seen: dict[str, Emotion] = {}
    for emotion in sorted({*emotions.values()} - {DROPPED}):
        other = seen.setdefault(words.key(emotion), emotion)
        if other != emotion:
            plain = _option(words.key(emotion), words.key(emotion))
            raise BadLabel(
                f"{other} and {emotion} differ in case only: write them alike or map them with "
                f"{plain}"
            )
