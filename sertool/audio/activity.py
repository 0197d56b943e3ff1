"""Whether somebody may be speaking: a gate by level that keeps silence and steady noise out."""

from __future__ import annotations

from collections import deque

import numpy as np

from sertool.types import Signal

FRAME_S = 0.02
QUIETEST_DB = -60.0
"""Level below which nothing counts as speech, in dB re full scale."""
ABOVE_BACKGROUND_DB = 6.0
"""How far above the background a frame must be."""
BELOW_LOUDEST_DB = 40.0
"""How far below the loudest frame of late a frame may be."""
MEMORY = 30
"""Windows that are remembered for background and loudest frame."""
LEAST_S = 0.3
"""Active frames that a window must hold; of a shorter one, half."""


def levels(signal: Signal) -> np.ndarray:
    """Level of each whole 20 ms frame in dB re full scale, at least -120; shape (n_frames,).

    >>> levels(Signal(np.full(320, 0.1, np.float32), 16_000)).round(2).tolist()
    [-20.0]
    """
    length = round(FRAME_S * signal.rate)
    n_frames = signal.samples.size // length
    frames = signal.samples[: n_frames * length].reshape(n_frames, length).astype(np.float64)
    decibels: np.ndarray = 10 * np.log10(np.maximum(np.square(frames).mean(axis=1), 1e-12))
    return decibels


class Gate:
    """Decides window by window, in order; the background is the quietest of the last 30 windows.

    A frame is active where it is louder than -60 dB, than the background plus 6 dB (the 10th
    percentile of the frames of the quietest window) and than the loudest frame less 40 dB.
    """

    def __init__(self) -> None:
        self._background: deque[float] = deque(maxlen=MEMORY)
        self._loudest: deque[float] = deque(maxlen=MEMORY)

    def passes(self, signal: Signal) -> bool:
        """Whether 0.3 s of this window (half of a shorter one) are active."""
        frames = levels(signal)
        if not frames.size:
            return False
        self._background.append(float(np.percentile(frames, 10)))
        self._loudest.append(float(frames.max()))
        bound = max(
            QUIETEST_DB,
            min(self._background) + ABOVE_BACKGROUND_DB,
            max(self._loudest) - BELOW_LOUDEST_DB,
        )
        active_s = FRAME_S * np.count_nonzero(frames > bound)
        return bool(active_s >= min(LEAST_S, FRAME_S * frames.size / 2))
