"""Clipping, counted on samples as they were decoded: each channel, before any resampling.

Resampling makes ripples of flat tops, and a mix hides that one channel is clipped.
"""

from __future__ import annotations

import numpy as np

FULL_SCALE = 32_767 / 32_768
"""The largest positive sample of 16 bits; from here on a sample is at full scale."""
SHORTEST_CLIPPING = 3
"""So many equal samples in a row at full scale are clipping: Audacity's "Find Clipping" has the
same default. Recordings that were scaled to full scale touch it with one or two samples a peak:
265 of EmoDB's 535 do, and none of them is called clipped."""
NEAR_LARGEST = 0.97
"""Samples from this share of the largest on lie near it, wherever the level was cut off."""
BIN_S = 0.1
"""Peaks are kept of parts of so many seconds: memory for a day is 14 MB a channel."""


def n_clipped(samples: np.ndarray) -> int:
    """Samples in runs of at least `SHORTEST_CLIPPING` equal ones at full scale.

    A peak that was cut off is flat; one that was scaled to full scale is not. What was clipped and
    then made softer, or stored with loss (MP3), is no longer flat at full scale and not found.

    Args:
        samples: shape (n_samples, n_channels), 1 = full scale.

    >>> n_clipped(np.array([[0.2], [1.0], [1.0], [1.0], [0.3], [-1.0], [-1.0]]))
    3
    """
    return int(_clipped(samples).sum())


def _clipped(samples: np.ndarray) -> np.ndarray:
    """Which samples are in such runs, shape kept, bool."""
    clipped = np.zeros(samples.shape, bool)
    if samples.max(initial=0) < FULL_SCALE and samples.min(initial=0) > -FULL_SCALE:
        return clipped
    same = samples[1:] == samples[:-1]
    at_full_scale = np.abs(samples[2:]) >= FULL_SCALE
    runs = same[1:] & same[:-1] & at_full_scale
    for shift in range(SHORTEST_CLIPPING):
        clipped[shift : shift + len(runs)] |= runs
    return clipped


def near_largest(samples: np.ndarray) -> float:
    """The share of samples near the largest, of the channel with most, in [0, 1].

    Args:
        samples: shape (n, n_channels).

    >>> near_largest(np.array([[0.1], [-1.0], [0.98], [0.0]]))
    0.5
    """
    largest, counts = _peaks(samples[None])
    return float((counts * (largest > 0)).max(initial=0) / max(1, len(samples)))


class Peaks:
    """How much of any part of a recording lies near its largest sample, while it is decoded.

    Args:
        rate: of the samples, in Hz.
        n_channels: of each block.

    >>> peaks = Peaks(1_000, 1)
    >>> peaks.add(np.repeat([0.1, 1.0, 0.1], 100)[:, None])
    >>> round(peaks.near_largest(0.0, 0.3), 3), round(peaks.near_largest(0.0, 0.2), 3)
    (0.333, 0.5)
    """

    def __init__(self, rate: int, n_channels: int) -> None:
        self._length = max(1, round(BIN_S * rate))
        self._bin_s = self._length / rate
        self._largest = np.zeros((64, n_channels), np.float32)
        self._counts = np.zeros((64, n_channels), np.uint32)
        self._n_bins = 0
        self._rest = np.zeros((0, n_channels), np.float32)
        self._before = np.zeros((0, n_channels), np.float32)
        self._undecided = 0
        self._n_clipped = 0

    @property
    def n_clipped(self) -> int:
        """Samples in runs of clipping so far, all channels together, as `n_clipped` counts them."""
        open_end = _clipped(self._before)[len(self._before) - self._undecided :]
        return self._n_clipped + int(open_end.sum())

    def add(self, samples: np.ndarray) -> None:
        """Take in the next block, shape (n, n_channels)."""
        self._add_clipped(samples)
        if len(self._rest):
            samples = np.concatenate([self._rest, samples])
        n_bins, n_rest = divmod(len(samples), self._length)
        self._rest = samples[len(samples) - n_rest :].copy()
        if n_bins:
            parts = samples[: len(samples) - n_rest].reshape(n_bins, self._length, -1)
            self._keep(*_peaks(parts))

    def near_largest(self, start_s: float, end_s: float) -> float:
        """The share of a part's samples near its largest, of the channel with most, in [0, 1]."""
        part = slice(int(start_s / self._bin_s), -int(-end_s // self._bin_s))
        largest, counts = self._largest[: self._n_bins][part], self._counts[: self._n_bins][part]
        n_samples = len(largest) * self._length
        if part.stop > self._n_bins and len(self._rest):
            ends = _peaks(self._rest[None])
            largest, counts = np.concatenate([largest, ends[0]]), np.concatenate([counts, ends[1]])
            n_samples += len(self._rest)
        if not largest.any():
            return 0.0
        near = (largest >= NEAR_LARGEST * largest.max(axis=0)) & (largest > 0)
        return float((counts * near).sum(axis=0).max() / n_samples)

    def _add_clipped(self, samples: np.ndarray) -> None:
        """Count where a run cannot reach any further; the last samples wait for those to come."""
        both = np.concatenate([self._before, samples])
        open_end = SHORTEST_CLIPPING - 1
        first = len(self._before) - self._undecided
        self._n_clipped += int(_clipped(both)[first : max(first, len(both) - open_end)].sum())
        self._undecided = min(open_end, len(both) - first)
        self._before = both[max(0, len(both) - 2 * open_end) :].copy()

    def _keep(self, largest: np.ndarray, counts: np.ndarray) -> None:
        end = self._n_bins + len(largest)
        if end > len(self._largest):
            more = ((0, max(end, 2 * len(self._largest)) - len(self._largest)), (0, 0))
            self._largest, self._counts = np.pad(self._largest, more), np.pad(self._counts, more)
        self._largest[self._n_bins : end], self._counts[self._n_bins : end] = largest, counts
        self._n_bins = end


def _peaks(parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest size and samples near it of parts; (n, length, channels) -> (n, channels) each."""
    size = np.abs(parts)
    largest = size.max(axis=1)
    counts = (size >= NEAR_LARGEST * largest[:, None]).sum(axis=1, dtype=np.uint32)
    return largest, counts
