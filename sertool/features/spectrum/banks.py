"""The matrices that sum up spectra: window, mel, chroma, constant-Q; each built once and kept.

Memoised by their few arguments: a tuning takes 100 values, a rate is 22,050 Hz in practice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import scipy.fft

N_FFT = 2048
HOP = 512
N_MELS = 128
N_CHROMA = 12
N_BANDS = 7
OCTAVES = 7
BINS_PER_OCTAVE = 36
C1 = 440.0 * 2.0 ** (-45 / 12)
"""Lowest frequency of the constant-Q transform in Hz: three and three quarter octaves below A4."""

_MEL_LINEAR_HZ = 200.0 / 3
_MEL_BREAK_HZ = 1000.0
_MEL_LOG_STEP = np.log(6.4) / 27.0
_SPARSITY = 0.01
"""Share of each constant-Q filter's magnitude that is dropped to make it sparse."""


@lru_cache
def frequencies(rate: int, n_fft: int = N_FFT) -> np.ndarray:
    """Centre of each STFT bin in Hz, shape (n_fft // 2 + 1,)."""
    return np.fft.rfftfreq(n_fft, 1.0 / rate)


@lru_cache
def hann(length: int) -> np.ndarray:
    """The periodic Hann window, shape (length,), float64."""
    window: np.ndarray = 0.5 + 0.5 * np.cos(np.linspace(-np.pi, np.pi, length + 1)[:-1])
    return window


@lru_cache
def octaves(rate: int) -> np.ndarray:
    """The bands of spectral contrast: first bin, last bin + 1, how many bins are 2 %; (7, 3).

    Up to 200 Hz, then six octaves from there, the last one up to the Nyquist frequency.

    Source: `librosa.feature.spectral_contrast`.
    """
    hertz = frequencies(rate)
    edges = [0.0, *(200.0 * 2.0**octave for octave in range(N_BANDS))]
    bands = []
    for number, (low, high) in enumerate(pairwise(edges)):
        inside = np.flatnonzero((hertz >= low) & (hertz <= high))
        first = inside[0] - (number > 0)
        last = inside[-1] + 1 if number < N_BANDS - 1 else hertz.size
        share = max(1, round(0.02 * (last - first)))
        bands.append((int(first), int(last - (number < N_BANDS - 1)), share))
    return np.array(bands)


@lru_cache
def mel(rate: int, n_fft: int = N_FFT, n_mels: int = N_MELS) -> np.ndarray:
    """Slaney's mel filters of equal area, shape (n_mels, n_fft // 2 + 1), float32.

    Source: `librosa.filters.mel`; triangles on a scale linear to 1 kHz, logarithmic above.
    """
    top = _MEL_BREAK_HZ / _MEL_LINEAR_HZ + np.log(rate / 2 / _MEL_BREAK_HZ) / _MEL_LOG_STEP
    mels = np.linspace(0.0, top, n_mels + 2)
    above = mels - _MEL_BREAK_HZ / _MEL_LINEAR_HZ
    edges = np.where(
        above < 0, _MEL_LINEAR_HZ * mels, _MEL_BREAK_HZ * np.exp(_MEL_LOG_STEP * above)
    )
    low, centre, high = (edges[i : i + n_mels, None] for i in range(3))
    bins = frequencies(rate, n_fft)
    rising, falling = (bins - low) / (centre - low), (high - bins) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    filters: np.ndarray = (triangles * (2.0 / (high - low))).astype(np.float32)
    return filters


@lru_cache
def mel_edges(rate: int) -> np.ndarray:
    """First bin and last bin + 1 in which each mel filter is not zero, shape (128, 2)."""
    used = mel(rate) > 0
    return np.stack([used.argmax(axis=1), used.shape[1] - used[:, ::-1].argmax(axis=1)], axis=1)


@lru_cache(maxsize=128)
def chroma(rate: int, tuning: float) -> np.ndarray:
    """Gaussian bumps round the 12 pitch classes, C first, shape (12, 1025), float32.

    Args:
        rate: in Hz.
        tuning: deviation from A4 = 440 Hz in semitones, in [-0.5, 0.5).

    Source: `librosa.filters.chroma`.
    """
    hertz = np.linspace(0, rate, N_FFT, endpoint=False)[1:]
    pitch = N_CHROMA * np.log2(hertz / (440.0 * 2.0 ** (tuning / N_CHROMA) / 16))
    pitch = np.concatenate(([pitch[0] - 1.5 * N_CHROMA], pitch))  # a place for 0 Hz
    width = np.append(np.maximum(np.diff(pitch), 1.0), 1.0)
    distance = pitch - np.arange(N_CHROMA)[:, None]
    distance = np.remainder(distance + N_CHROMA / 2 + 10 * N_CHROMA, N_CHROMA) - N_CHROMA / 2
    bumps = np.exp(-0.5 * (2 * distance / width) ** 2)
    bumps /= np.sqrt((bumps**2).sum(axis=0))
    bumps *= np.exp(-0.5 * ((pitch / N_CHROMA - 5.0) / 2.0) ** 2)  # octaves round the fifth
    bumps = np.roll(bumps, -3, axis=0)  # from A first to C first
    return np.ascontiguousarray(bumps[:, : N_FFT // 2 + 1], dtype=np.float32)


@dataclass(frozen=True)
class ConstantQ:
    """The spectra of one octave's 36 filters as a sparse matrix, row by row; all octaves share it.

    One octave down both the frequencies and the rate are halved, so that nothing else changes.

    Attributes:
        n_fft: length of the filters in samples.
        lowest: first bin that matters; the last one is as far above an eighth of the rate as this
            is below it, and no filter of any tuning reaches further.
        width: how many bins matter.
        weights: what is not zero, row by row, real and imaginary parts for each octave from the
            highest down, which a lower rate makes larger, shape (7, 2, n), float32.
        bins: where it stands, counted from the lowest, shape (n,).
        rows: where each row begins in `weights`, and the end, shape (37,).
        root_lengths: square root of the length of each filter of all octaves, shape (252,).
    """

    n_fft: int
    lowest: int
    width: int
    weights: np.ndarray
    bins: np.ndarray
    rows: np.ndarray
    root_lengths: np.ndarray


@lru_cache(maxsize=128)
def constant_q(rate: int, tuning: float) -> ConstantQ:
    """The filters of the constant-Q transform.

    Each operation is done in librosa's order and precision, so that the result is equal to the
    bit: silent frames show the last bit at full size.

    Args:
        rate: in Hz.
        tuning: in bins of the transform (a third of a semitone), in [-0.5, 0.5).

    Source: `librosa.filters.wavelet`, sparsified as in `librosa.cqt`.
    """
    spectra, lengths = _filters(rate, tuning)
    rows, bins = np.nonzero(spectra)
    gains = np.sqrt(2.0 ** np.arange(OCTAVES))
    weights = (spectra[rows, bins] * gains[:, None]).astype(np.complex64)
    n_fft = 2 * (spectra.shape[1] - 1)
    lowest = n_fft // 8 - _reach(rate, n_fft // 8)
    return ConstantQ(
        n_fft=n_fft,
        lowest=lowest,
        width=n_fft // 4 - 2 * lowest + 1,
        weights=np.stack([weights.real, weights.imag], axis=1),
        bins=bins - lowest,
        rows=np.searchsorted(rows, np.arange(BINS_PER_OCTAVE + 1)),
        root_lengths=np.sqrt(lengths),
    )


@lru_cache
def _reach(rate: int, centre: int) -> int:
    """How many bins from a bin any filter of any tuning is not zero at most."""
    used = [np.nonzero(_filters(rate, tuning)[0])[1] for tuning in (-0.5, 0.5)]
    return max(int(np.abs(bins - centre).max()) for bins in used)


def _filters(rate: int, tuning: float) -> tuple[np.ndarray, np.ndarray]:
    """Spectra of the highest octave's filters, (36, n_fft // 2 + 1), and all lengths, (252,)."""
    steps = 2.0 ** (np.arange(BINS_PER_OCTAVE, dtype=float) / BINS_PER_OCTAVE)
    hertz = np.outer(2.0 ** np.arange(OCTAVES), steps).ravel()
    hertz = hertz * (C1 * 2.0 ** (tuning / BINS_PER_OCTAVE))
    lengths = rate * _quality(hertz) / hertz
    n_fft = 2 ** int(np.ceil(np.log2(lengths[-BINS_PER_OCTAVE:].max())))
    filters = np.zeros((BINS_PER_OCTAVE, n_fft), np.complex64)
    top = zip(hertz[-BINS_PER_OCTAVE:], lengths[-BINS_PER_OCTAVE:], strict=True)
    for row, (frequency, length) in zip(filters, top, strict=True):
        angle = np.arange(-length // 2, length // 2) * 2 * np.pi * frequency / rate
        wave = (np.cos(angle) + 1j * np.sin(angle)) * hann(angle.size)
        start = (n_fft - angle.size) // 2
        row[start : start + angle.size] = wave / np.abs(wave).sum()
        row *= length / n_fft
    return _sparsified(scipy.fft.fft(filters)[:, : n_fft // 2 + 1]), lengths


def _quality(hertz: np.ndarray) -> np.ndarray:
    """Centre frequency over bandwidth of neighbouring filters, shape kept."""
    octaves = np.log2(hertz)
    apart = np.empty_like(octaves)
    apart[1:-1] = (octaves[2:] - octaves[:-2]) / 2
    apart[0], apart[-1] = octaves[1] - octaves[0], octaves[-1] - octaves[-2]
    ratio = 2.0 ** (2 * apart)
    quality: np.ndarray = (ratio + 1) / (ratio - 1)
    return quality


def _sparsified(spectra: np.ndarray) -> np.ndarray:
    """Zero the smallest values of each row that together make up `_SPARSITY` of its magnitude."""
    magnitudes = np.abs(spectra)
    ascending = np.sort(magnitudes, axis=1)
    share = np.cumsum(ascending / magnitudes.sum(axis=1, keepdims=True), axis=1)
    first_kept = np.argmin(share < _SPARSITY, axis=1)
    threshold = ascending[np.arange(len(ascending)), first_kept]
    return np.where(magnitudes >= threshold[:, None], spectra, 0)


def folded(bins: np.ndarray) -> np.ndarray:
    """Constant-Q bins added up to pitch classes, C first: (252, n_frames) to (12, n_frames).

    A pitch class is the three bins round its centre in all seven octaves.
    """
    thirds = np.roll(bins.reshape(OCTAVES, BINS_PER_OCTAVE, -1).sum(axis=0), 1, axis=0)
    classes: np.ndarray = thirds.reshape(N_CHROMA, BINS_PER_OCTAVE // N_CHROMA, -1).sum(axis=1)
    return classes


@lru_cache
def tonal() -> np.ndarray:
    """From pitch classes to the circles of fifths, minor and major thirds, shape (6, 12).

    Source: Harte, Sandler and Gasser, "Detecting harmonic change in musical audio", 2006.
    """
    turns = np.outer([7 / 6, 7 / 6, 3 / 2, 3 / 2, 2 / 3, 2 / 3], np.arange(N_CHROMA))
    turns[::2] -= 0.5  # cosine of a quarter turn less: the sine
    return np.array([[1], [1], [1], [1], [0.5], [0.5]]) * np.cos(np.pi * turns)
