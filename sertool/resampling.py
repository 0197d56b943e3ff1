"""Change the sampling rate of samples as librosa does: soxr at its setting HQ."""

from __future__ import annotations

import numpy as np
import soxr


def resampled(samples: np.ndarray, rate: float, new_rate: float) -> np.ndarray:
    """Exactly ceil(n * new_rate / rate) samples; shape (n,) to (m,), dtype kept.

    >>> resampled(np.zeros(16_000, np.float32), 16_000, 22_050).shape
    (22050,)
    """
    length = int(np.ceil(samples.size * (float(new_rate) / rate)))
    part: np.ndarray = soxr.resample(samples, rate, new_rate, quality="HQ")[:length]
    return part if part.size == length else np.pad(part, (0, length - part.size))
