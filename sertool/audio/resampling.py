"""Change the sampling rate of samples as librosa does: soxr at its setting HQ."""

from __future__ import annotations

from collections.abc import Iterator

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


def resampled_blocks(
    blocks: Iterator[np.ndarray], rate: float, new_rate: float
) -> Iterator[np.ndarray]:
    """The same of blocks in order, each of shape (n,), float32, without holding more than one.

    >>> parts = resampled_blocks(iter([np.zeros(8_000, np.float32)] * 2), 16_000, 22_050)
    >>> sum(part.size for part in parts)
    22050
    """
    if rate == new_rate:
        yield from blocks
        return
    stream = soxr.ResampleStream(rate, new_rate, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, np.float32), last=True)
