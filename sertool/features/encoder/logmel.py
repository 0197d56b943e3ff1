"""The log-mel spectrum that Whisper listens to: 16 kHz, 25 ms every 10 ms."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from sertool.features.spectrum import banks

RATE = 16_000
N_FFT = 400
HOP = 160
SAMPLES_PER_PAIR = 2 * HOP
"""From one of the encoder's frames to the next: each is made of two of these."""
FAINTEST = 1e-10
"""Power that is the least which counts."""
RANGE = 8.0
"""Powers of ten from the loudest band of a sound to the softest that counts."""


def log_mel(samples: np.ndarray, n_mels: int) -> np.ndarray:
    """Logarithm of the power in mel bands, about -1 to 1, shape (n_frames, n_mels), float32.

    There is a frame every 160 samples, centred on its sample, and an even number of them. Before
    its beginning the sound is mirrored, as Whisper does; after its end it is silent.

    Args:
        samples: at 16 kHz, shape (n,), n at least 1.
        n_mels: how many bands, 80 in most models.

    >>> log_mel(np.ones(1_000, np.float32), 80).shape
    (8, 80)
    """
    power = np.square(np.abs(_spectra(samples.astype(np.float32, copy=False))))
    bands = np.log10(np.maximum(power @ _filters(n_mels), np.float32(FAINTEST)))
    within = np.maximum(bands, bands.max() - np.float32(RANGE))
    scaled: np.ndarray = (within + np.float32(4)) / np.float32(4)
    return scaled


def frame_count(n_samples: int) -> int:
    """How many frames the encoder has of so many samples.

    >>> frame_count(16_000), frame_count(16_001)
    (50, 51)
    """
    return -(-n_samples // SAMPLES_PER_PAIR)


def _spectra(samples: np.ndarray) -> np.ndarray:
    """Hann-windowed spectra, shape (n_frames, 201), complex64."""
    n_frames = 2 * frame_count(samples.size)
    before = np.zeros(N_FFT // 2, np.float32)
    mirrored = samples[1 : N_FFT // 2 + 1][::-1]
    before[before.size - mirrored.size :] = mirrored
    after = np.zeros(n_frames * HOP + N_FFT // 2 - samples.size, np.float32)
    padded = np.concatenate([before, samples, after])
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP][:n_frames]
    spectra: np.ndarray = scipy.fft.rfft(frames * _hann(), axis=1)
    return spectra


@lru_cache
def _hann() -> np.ndarray:
    return banks.hann(N_FFT).astype(np.float32)


@lru_cache
def _filters(n_mels: int) -> np.ndarray:
    """Shape (201, n_mels), float32."""
    return np.ascontiguousarray(banks.mel(RATE, N_FFT, n_mels).T)
