"""Take a constant and rumble off a sound: what lies below every voice and nobody hears.

Cheap sound cards add a constant of a few tenths of a percent, and a hand on the microphone rumbles.
Neither changes what is said, and both would change the features of soft frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from sertool.types import Signal

CUTOFF_HZ = 30.0
"""3 dB are taken off here and nearly all below; the deepest voices begin at 60 Hz."""
ORDER = 2


def highpass(signal: Signal) -> Signal:
    """The same sound without its constant and what lies below 30 Hz; float32.

    A Butterworth filter of second order that begins as if the first sample had always been there:
    a constant leaves no trace, not even at the beginning.

    >>> from sertool.types import Signal
    >>> bool(np.abs(highpass(Signal(np.full(4, 0.25, np.float32), 16_000)).samples).max() < 1e-9)
    True
    """
    from scipy.signal import sosfilt  # takes .2 s to import

    sections, steady = _filter(signal.rate)
    samples = signal.samples.astype(np.float64)
    filtered, _ = sosfilt(sections, samples, zi=steady * samples[:1])
    return Signal(filtered.astype(np.float32), signal.rate)


def from_zero(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The same sound, moved by a constant so that its first sample is 0.

    Resampling takes what lies around a recording for silence, and would make a click of the step
    from there to a constant.

    Args:
        blocks: samples in order, each of shape (n,).

    >>> [block.tolist() for block in from_zero([np.array([0.5, 0.75]), np.array([0.25])])]
    [[0.0, 0.25], [-0.25]]
    """
    first = None
    for block in blocks:
        if first is None and block.size:
            first = block[0]
        yield block if first is None else block - first


@lru_cache
def _filter(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """The filter as second-order sections, and its state after an endless 1."""
    from scipy.signal import butter, sosfilt_zi

    sections = butter(ORDER, CUTOFF_HZ, "highpass", fs=rate, output="sos")
    return sections, sosfilt_zi(sections)
