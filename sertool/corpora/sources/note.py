"""What reading a table counted or took for granted, to be said beside its clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Note:
    """Something to know of a table.

    Attributes:
        kind: what it is, for example "rows without emotion".
        severity: "worry" = labels or recordings may be wrong; "note" = good to know.
        says: what was found.
        advice: what to do, or what sertool does about it.
    """

    kind: str
    severity: Literal["worry", "note"]
    says: str
    advice: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.says}; {self.advice}"


def tally(words: Iterable[str], most: int = 8) -> str:
    """Words and how often each occurs, the most frequent first.

    >>> tally(["nan", "NA", "nan", ""])
    'nan 2, NA 1, blank 1'
    """
    counts = Counter(words).most_common()
    more = f" and {len(counts) - most} more" if len(counts) > most else ""
    return ", ".join(f"{word or 'blank'} {count:,}" for word, count in counts[:most]) + more
