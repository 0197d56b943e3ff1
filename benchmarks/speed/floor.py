"""The floor: what no implementation can do without, and nothing else.

Decoding, resampling, drawing the noise and the FFTs of all three variants, on buffers that exist
already: no windows, no filter banks, no features.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.fft
import soundfile
import soxr

RATE = 22_050
LONGEST = int(2.5 * RATE)
OFFSET = int(0.6 * RATE)
BLOCK = 24
STRETCH = 0.8
PITCH = 2.0 ** (-0.7 / 12)

_rng = np.random.default_rng(0)
_FRAMES = {length: _rng.standard_normal((BLOCK, length)) for length in (1024, 2048)}
_SPECTRA = scipy.fft.rfft(_FRAMES[2048]).astype(np.complex64)


def floor(path: Path) -> None:
    """Do the unavoidable work of one clip."""
    whole, rate = soundfile.read(path, dtype="float32")
    if whole.ndim > 1:
        whole = whole.mean(axis=1)
    resampled = soxr.resample(whole, rate, RATE, quality="HQ")
    start = OFFSET if resampled.size - OFFSET >= RATE // 10 else 0
    original = resampled[start : start + LONGEST]
    noise = original + _rng.standard_normal(original.size)
    stretched = resynthesise(original, STRETCH)
    longer = resynthesise(stretched, PITCH)
    pitched = soxr.resample(longer, RATE / PITCH, RATE, quality="HQ")[: stretched.size]
    for samples in (original, noise, stretched, pitched):
        transform(frames_of(samples), 2048)
    for samples in (original, noise, pitched):
        constant_q(samples)


def constant_q(samples: np.ndarray) -> None:
    """Seven octaves of FFTs, and the six halvings of the rate between them."""
    n_frames = frames_of(samples)
    for _ in range(6):
        transform(n_frames, 1024)
        samples = soxr.resample(samples, 2, 1, quality="HQ")
    transform(n_frames, 1024)


def frames_of(samples: np.ndarray) -> int:
    """How many frames a signal has, one every 512 samples."""
    return 1 + samples.size // 512


def transform(n_frames: int, length: int) -> None:
    """The FFTs of that many frames of that length."""
    for first in range(0, n_frames, BLOCK):
        scipy.fft.rfft(_FRAMES[length][: n_frames - first])


def resynthesise(samples: np.ndarray, rate: float) -> np.ndarray:
    """The inverse FFTs of a stretch; the sound itself is only repeated."""
    n_frames = int(np.ceil(frames_of(samples) / rate))
    for first in range(0, n_frames, BLOCK):
        scipy.fft.irfft(_SPECTRA[: n_frames - first])
    return np.resize(samples, round(samples.size / rate))
