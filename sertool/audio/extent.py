"""How much of a recording is there, beside what its header says."""

from __future__ import annotations

from dataclasses import dataclass

NOTICEABLE_S = 0.1
"""So many seconds less than a header says are worth a remark ..."""
NOTICEABLE_SHARE = 0.01
"""... or this share of them, whichever is less: 30 ms of a clip of 3 s, 0.1 s of an hour."""
LONGEST_CLAIM_S = 7 * 24 * 3600.0
"""A header that says more is not believed: writers to a pipe put the largest number there."""


@dataclass
class Extent:
    """How much there is; known once the recording was decoded to its end.

    Attributes:
        there_s: seconds that were decoded.
        said_s: seconds that the header says; 0 = it does not say.
        slack_s: how much less is no loss, as codecs pad and cut their ends.
        n_damaged: how often the decoder lost its way.

    >>> Extent(5.98, 6.0).remarks(), Extent(0.0, 6.0).remarks()
    ((), ('incomplete: 0.0 of 6.0 seconds are there',))
    """

    there_s: float = 0.0
    said_s: float = 0.0
    slack_s: float = 0.0
    n_damaged: int = 0

    @property
    def is_incomplete(self) -> bool:
        """Whether a noticeable part is missing: over 1 % or over 0.1 s, whichever is less.

        >>> Extent(2.96, 3.0).is_incomplete, Extent(2.98, 3.0).is_incomplete
        (True, False)
        >>> Extent(1.0, 1e9).is_incomplete  # no recording is as long as that
        False
        """
        noticeable_s = min(NOTICEABLE_S, NOTICEABLE_SHARE * self.said_s) + self.slack_s
        return self.said_s <= LONGEST_CLAIM_S and self.said_s - self.there_s > noticeable_s

    def remarks(self) -> tuple[str, ...]:
        """What to say of it, a phrase each; () = nothing."""
        if self.is_incomplete:
            return (f"incomplete: {self.there_s:.1f} of {self.said_s:.1f} seconds are there",)
        if self.n_damaged:
            return ("damaged: some of it could not be decoded",)
        return ()
