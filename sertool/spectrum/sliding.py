"""A few bins of the spectra of overlapping frames without a window.

Two ways to the same result: frames that overlap by a half or three quarters are transformed each by
itself, those that overlap more are best made of the frame before them (the sliding discrete
Fourier transform).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy.fft

from sertool.spectrum.banks import ConstantQ
from sertool.spectrum.compiled import contracted, kernel
from sertool.spectrum.product import add_product
from sertool.spectrum.transform import copied, turn

BLOCK = 16
"""Frames that slide together: few enough to stay in the cache."""
AT_ONCE = 24
"""Frames that are transformed together; they stay in the cache, too."""
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
    window, frames = np.ones(bank.n_fft), np.empty((AT_ONCE, bank.n_fft))
    for start in range(0, n_frames, AT_ONCE):
        block = copied(samples, start, hop, window, frames[: n_frames - start])
        used = scipy.fft.rfft(block)[:, bank.first : bank.stop].T
        spectra[0, :, start : start + AT_ONCE] = used.real
        spectra[1, :, start : start + AT_ONCE] = used.imag
    return spectra


def sliding(samples: np.ndarray, bank: ConstantQ, hop: int, n_frames: int) -> np.ndarray:
    """The same, each frame made of the one before it; `hop` is a multiple of 8.

    What leaves the frame at its beginning is taken away, what enters at its end is added, and all
    is turned back by one hop. The running spectrum is float64 and off by some 1e-14 of the loudest
    that it has seen: the same as its transform once it is rounded to float32. Frames that are
    almost silent in these bins are transformed by themselves.
    """
    length, first, stop = bank.n_fft, bank.first, bank.stop
    padded = np.zeros(-(-n_frames // BLOCK) * BLOCK * hop + length)
    padded[length // 2 : length // 2 + samples.size] = samples
    waves = _waves(length, hop, first, stop)
    spectra = np.empty((2, stop - first, n_frames), samples.dtype)
    running = scipy.fft.rfft(padded[:length])[first:stop] * (
        waves.centred[0] + 1j * waves.centred[1]
    )
    _slide(padded, length, running, waves, spectra)
    quiet = _UNSURE * length * np.abs(samples).max()
    for frame in np.flatnonzero(np.abs(spectra).max(axis=(0, 1)) < quiet):
        used = scipy.fft.rfft(padded[frame * hop :][:length])[first:stop]
        spectra[:, :, frame] = used.real, used.imag
    return spectra


class Waves(NamedTuple):
    """The waves of some bins of a transform, seen from the middle of a hop.

    Attributes:
        cosines: of each bin (columns) half a sample from the middle and further out, shape
            (hop / 2, n_bins), float64.
        sines: likewise.
        centred: turns a spectrum so that the middle of its first hop is time zero: real parts and
            imaginary ones, shape (2, n_bins).
        onward: turns a spectrum by one hop, likewise.
    """

    cosines: np.ndarray
    sines: np.ndarray
    centred: np.ndarray
    onward: np.ndarray


@lru_cache
def _waves(n_fft: int, hop: int, first: int, stop: int) -> Waves:
    """Of bins `first` to `stop` - 1 of a transform of `n_fft` samples."""
    bins = np.arange(first, stop)

    def angles(half_samples: np.ndarray) -> np.ndarray:
        turns = np.outer(half_samples, bins) % (2 * n_fft)  # exact, in halves of a sample
        return np.pi / n_fft * turns

    outward = angles(np.arange(1, hop, 2))
    turns = angles(np.array([hop - 1, 2 * hop]))
    centred, onward = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return Waves(np.cos(outward), np.sin(outward), centred, onward)


@kernel
def _slide(
    padded: np.ndarray, length: int, running: np.ndarray, waves: Waves, spectra: np.ndarray
) -> None:
    """Fill in the spectra of all frames, a few at a time, which stay in the cache meanwhile.

    Args:
        padded: the samples from the start of the first frame on, (n_blocks * BLOCK * hop + length,)
        length: of a frame.
        running: centred spectrum of the first frame, shape (n_bins,).
        waves: of the bins that are wanted.
        spectra: the result, real parts and imaginary ones, shape (2, n_bins, n_frames).
    """
    half, n_bins = waves.cosines.shape
    even, odd = np.empty((BLOCK, half)), np.empty((BLOCK, half))
    gain_x, gain_y = np.empty((BLOCK, n_bins)), np.empty((BLOCK, n_bins))
    rows_x = np.empty((BLOCK, n_bins), spectra.dtype)
    rows_y = np.empty((BLOCK, n_bins), spectra.dtype)
    x, y = running.real.copy(), running.imag.copy()
    for start in range(0, spectra.shape[2], BLOCK):
        _fold_changes(padded[start * 2 * half :], length, even, odd)
        gain_x[:], gain_y[:] = 0.0, 0.0
        add_product(even, waves.cosines, gain_x)
        add_product(odd, waves.sines, gain_y)
        _accumulate(x, y, gain_x, gain_y, waves, rows_x, rows_y)
        n = min(BLOCK, spectra.shape[2] - start)
        turn(rows_x[:n], spectra[0, :, start : start + n])
        turn(rows_y[:n], spectra[1, :, start : start + n])


@kernel
def _fold_changes(padded: np.ndarray, length: int, even: np.ndarray, odd: np.ndarray) -> None:
    """What enters each frame less what leaves it, folded about the middle of the hop.

    A cosine sees only the sum of what lies equally far on both sides of the middle, a sine only the
    difference: half the products of an unfolded sum.

    Args:
        padded: the samples, from the start of the first frame on.
        length: of a frame.
        even: the sums from the middle outwards, shape (n_frames, hop / 2).
        odd: the differences, later less earlier.
    """
    half = even.shape[1]
    for frame in range(even.shape[0]):
        start = frame * 2 * half
        leaving, entering = padded[start:][: 2 * half], padded[start + length :][: 2 * half]
        sums, differences = even[frame], odd[frame]
        for i in range(half):
            later = entering[half + i] - leaving[half + i]
            earlier = entering[half - 1 - i] - leaving[half - 1 - i]
            sums[i], differences[i] = later + earlier, later - earlier


@contracted
def _accumulate(
    x: np.ndarray,
    y: np.ndarray,
    gain_x: np.ndarray,
    gain_y: np.ndarray,
    waves: Waves,
    rows_x: np.ndarray,
    rows_y: np.ndarray,
) -> None:
    """Turn what each frame gains on the one before it into its spectrum.

    Args:
        x: real part of the first frame's centred spectrum, shape (n_bins,); left behind is that of
            the first frame after these.
        y: its imaginary part.
        gain_x: gains of the real part to the next frame, shape (n_frames, n_bins).
        gain_y: gains of the imaginary part, their sign turned.
        waves: turn the running spectrum onward, and back for the result.
        rows_x: the real parts that result, shape (n_frames, n_bins).
        rows_y: the imaginary parts that result.
    """
    onward_x, onward_y = waves.onward[0], waves.onward[1]
    centred_x, centred_y = waves.centred[0], waves.centred[1]
    for frame in range(rows_x.shape[0]):
        gains_x, gains_y = gain_x[frame], gain_y[frame]
        result_x, result_y = rows_x[frame], rows_y[frame]
        for k in range(x.size):
            result_x[k] = x[k] * centred_x[k] + y[k] * centred_y[k]
            result_y[k] = y[k] * centred_x[k] - x[k] * centred_y[k]
            a, b = x[k] + gains_x[k], y[k] - gains_y[k]
            x[k] = a * onward_x[k] - b * onward_y[k]
            y[k] = b * onward_x[k] + a * onward_y[k]
