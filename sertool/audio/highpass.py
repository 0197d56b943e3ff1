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
    >>> highpass(Signal(np.full(4, 0.25, np.float32), 16_000)).samples
    array([0., 0., 0., 0.], dtype=float32)
    """
    return Signal(np.concatenate(list(highpass_blocks([signal.samples], signal.rate))), signal.rate)


def highpass_blocks(blocks: Iterable[np.ndarray], rate: int) -> Iterator[np.ndarray]:
    """The same of blocks in order, each of shape (n,), without holding more than one."""
    from scipy.signal import sosfilt  # takes .2 s to import

    sections, steady = _filter(rate)
    state: np.ndarray | None = None
    for block in blocks:
        if not block.size:
            continue
        if state is None:
            state = steady * float(block[0])
        filtered, state = sosfilt(sections, block.astype(np.float64), zi=state)
        yield filtered.astype(np.float32)


@lru_cache
def _filter(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """The filter as second-order sections, and its state after an endless 1."""
    from scipy.signal import butter, sosfilt_zi

    sections = butter(ORDER, CUTOFF_HZ, "highpass", fs=rate, output="sos")
    return sections, sosfilt_zi(sections)
