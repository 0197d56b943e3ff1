"""Speakers who utter one emotion only: to know the voice is then to know the emotion.

Where most speakers of a corpus do, normalisation by speaker removes the emotion with the speaker,
and folds over clips reward recognising voices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

Speaker = TypeVar("Speaker", bound=Hashable)


def of_one_emotion(speakers: Iterable[Speaker], emotions: Iterable[Hashable]) -> set[Speaker]:
    """The speakers all of whose clips have the same emotion.

    Args:
        speakers: of each clip; where corpora are pooled, unique over all of them.
        emotions: of each clip, as many.

    >>> of_one_emotion(["f", "f", "m", "m"], ["sad", "happy", "sad", "sad"])
    {'m'}
    """
    uttered: defaultdict[Speaker, set[Hashable]] = defaultdict(set)
    for speaker, emotion in zip(speakers, emotions, strict=True):
        uttered[speaker].add(emotion)
    return {speaker for speaker, each in uttered.items() if len(each) == 1}


def is_confounded(speakers: Iterable[Hashable], emotions: Iterable[Hashable]) -> bool:
    """Whether most speakers utter one emotion only.

    Args:
        speakers: as above.
        emotions: as above.

    >>> is_confounded(["f", "f", "m", "m"], ["sad", "happy", "sad", "happy"])
    False
    >>> is_confounded(["f", "f", "m", "m"], ["sad", "sad", "happy", "happy"])
    True
    """
    speakers = list(speakers)
    return 2 * len(of_one_emotion(speakers, emotions)) > len({*speakers})
