"""A finding as data, and the words that all kinds of them are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["worry", "note"]
"""A worry says that recordings or labels are wrong or mislead; a note is good to know."""


@dataclass(frozen=True)
class Finding:
    """Something to know of a corpus.

    Attributes:
        kind: what it is, for example "clipping".
        severity: "worry" or "note".
        says: what was found, one sentence.
        advice: what to do, or what sertool does about it.
        recordings: the paths that it names -> what there is to say of each, "" = nothing more.
    """

    kind: str
    severity: Severity
    says: str
    advice: str
    recordings: Mapping[str, str] = field(default_factory=dict)


def finding(
    kind: str, severity: Severity, recordings: Mapping[str, str], says: str, advice: str
) -> Iterator[Finding]:
    """A finding, where there are recordings that it is about."""
    if recordings:
        says = f"{number(len(recordings), 'recording')}: {says}"
        yield Finding(kind, severity, says, advice, dict(sorted(recordings.items())))


def number(count: int, what: str) -> str:
    """How many of what.

    >>> number(1, "sample"), number(1200, "sample")
    ('1 sample', '1,200 samples')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"


def counts(emotions: Iterable[str]) -> str:
    """How often each occurs, the most frequent first.

    >>> counts(["sad", "angry", "angry"])
    'angry 2, sad 1'
    """
    return ", ".join(f"{emotion} {count}" for emotion, count in Counter(emotions).most_common())
