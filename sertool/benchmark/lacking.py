"""Emotions that were asked for and are not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sertool.types import SIX_EMOTIONS


def sentence(
    name: str, declared: Sequence[str] | str, n_clips: Mapping[tuple[str, str], int]
) -> str:
    """Which emotions were asked for, which there are, and how to ask for these.

    Args:
        name: of the corpora.
        declared: "six", "all" or emotions.
        n_clips: clips of each corpus and emotion.

    >>> print(sentence("mine", ["sad", "calm"], {("mine", "joy"): 3, ("mine", "sad"): 2})[:61])
    mine has fewer than 2 of the emotions sad,calm; it has joy 3,
    """
    given = declared if isinstance(declared, str) else ",".join(declared)
    asked = f"{given} ({', '.join(SIX_EMOTIONS)})" if given == "six" else given
    counts: Counter[str] = Counter()
    for (_, emotion), count in n_clips.items():
        counts[emotion] += count
    there = ", ".join(f"{emotion} {count:,}" for emotion, count in counts.most_common())
    return (
        f"{name} has fewer than 2 of the emotions {asked}; it has {there}: take all with "
        "--emotions all, or name some, --emotions A,B"
    )
