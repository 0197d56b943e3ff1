"""A few bins of the spectra of overlapping frames without a window.

Two ways to the same result: frames that overlap by a half or three quarters are transformed each by
itself, those that overlap more are best made of the frame before them (the sliding discrete
Fourier transform).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from sertool.spectrum.banks import ConstantQ
from sertool.spectrum.compiled import contracted
from sertool.spectrum.product import product
from sertool.spectrum.transform import copied, turned

BLOCK = 24
"""Frames that are transformed together."""
_UNSURE = 1e-8
"""Below this share of the loudest possible, a slid spectrum is not exact enough."""


def leaping(samples: np.ndarray, bank: ConstantQ, hop: int, n_frames: int) -> np.ndarray:
    """Each frame is transformed by itself.

    Args:
        samples: shape (n,), float32 or float64.
        bank: says which bins of frames of which length are wanted.
        hop: from frame to frame, in samples.
        n_frames: how many, the first centred on sample 0.

    Returns:
        Real and imaginary parts, shape (2, n_bins, n_frames), of the precision of `samples`.
    """
    spectra = np.empty((2, bank.stop - bank.first, n_frames), samples.dtype)
    frames = np.empty((BLOCK, bank.n_fft))
    for start in range(0, n_frames, BLOCK):
        block = copied(samples, start, hop, np.ones(bank.n_fft), frames[: n_frames - start])
        used = scipy.fft.rfft(block)[:, bank.first : bank.stop].T
        spectra[0, :, start : start + BLOCK] = used.real
        spectra[1, :, start : start + BLOCK] = used.imag
    return spectra


def sliding(samples: np.ndarray, bank: ConstantQ, hop: int, n_frames: int) -> np.ndarray:
    """The same, each frame made of the one before it; `hop` is a multiple of 4.

    What leaves the frame at its beginning is taken away, what enters at its end is added, and all
    is turned back by one hop. The running spectrum is float64 and off by some 1e-14 of the loudest
    that it has seen: the same as its transform once it is rounded to float32. Frames that are
    almost silent in these bins are transformed by themselves.
    """
    half = bank.n_fft // 2
    padded = np.zeros(n_frames * hop + bank.n_fft)
    padded[half : half + samples.size] = samples
    first = scipy.fft.rfft(padded[: bank.n_fft])[bank.first : bank.stop]
    waves = _waves(bank.n_fft, hop, bank.first, bank.stop)
    spectra = product(_changes(padded, bank.n_fft, hop), waves[:hop])[:n_frames]
    _accumulate(np.concatenate([first.real, first.imag]), waves[hop], spectra)
    quiet = _UNSURE * bank.n_fft * np.abs(samples).max()
    for frame in np.flatnonzero(np.einsum("tk,tk->t", spectra, spectra) < quiet**2):
        used = scipy.fft.rfft(padded[frame * hop :][: bank.n_fft])[bank.first : bank.stop]
        spectra[frame] = np.concatenate([used.real, used.imag])
    return turned(spectra.astype(samples.dtype, copy=False)).reshape(2, -1, n_frames)


@lru_cache
def _waves(n_fft: int, hop: int, first: int, stop: int) -> np.ndarray:
    """exp(-2 pi i k j / n_fft) of bins k from `first` to `stop` - 1 at samples j from 0 to `hop`.

    Returns:
        Real parts, then imaginary parts, shape (hop + 1, 2 * n_bins).
    """
    turns = np.outer(np.arange(hop + 1), np.arange(first, stop)) % n_fft
    angles = 2 * np.pi / n_fft * turns
    return np.hstack([np.cos(angles), -np.sin(angles)])


def _changes(padded: np.ndarray, length: int, hop: int) -> np.ndarray:
    """What enters each frame less what leaves it, shape (n_frames, hop), n_frames made even."""
    entering, leaving = padded[length:], padded[: padded.size - length]
    rows = (entering - leaving).reshape(-1, hop)
    return rows if len(rows) % 2 == 0 else np.concatenate([rows, np.zeros((1, hop))])


@contracted
def _accumulate(running: np.ndarray, wave: np.ndarray, spectra: np.ndarray) -> None:
    """Turn what each frame gains on the one before it into its spectrum, in place.

    Real parts are followed by imaginary parts everywhere.

    Args:
        running: spectrum of the first frame, shape (2 * n_bins,); left behind is the last one's.
        wave: `_waves` one hop later, shape (2 * n_bins,).
        spectra: gains to the next frame, then spectra, shape (n_frames, 2 * n_bins).
    """
    n_bins = running.size // 2
    x, y = running[:n_bins], running[n_bins:]
    cosine, sine = wave[:n_bins], wave[n_bins:]
    for frame in range(spectra.shape[0]):
        real, imaginary = spectra[frame, :n_bins], spectra[frame, n_bins:]
        for k in range(n_bins):
            a, b = x[k] + real[k], y[k] + imaginary[k]
            real[k], imaginary[k] = x[k], y[k]
            x[k] = a * cosine[k] + b * sine[k]
            y[k] = b * cosine[k] - a * sine[k]
