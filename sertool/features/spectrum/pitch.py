"""The pitch of each frame and how harmonic it is, from the spectrum that is there anyway.

The inverse transform of a power spectrum is the autocorrelation of its frame: high at the period of
a voice and at its multiples. Up to 2.8 kHz are used, where voices have most of their harmonics.

Source: P. Boersma, Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound, 1993.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import scipy.fft

from sertool.audio.activity import VOICED_DB, near_loudest
from sertool.features.spectrum.banks import N_FFT, hann

LOWEST_HZ, HIGHEST_HZ = 70.0, 550.0
N_BINS = 257
"""Bins of the spectrum that are used."""
N_LAGS = 1024
"""Of the autocorrelation: twice as many as the bins ask for, so that peaks are round."""
OCTAVE_COST = 0.03
"""Of an octave down, in correlation: of equal peaks the shortest period is the pitch."""
VOICED = 0.45
"""The correlation, less that cost, from which a frame is voiced."""
REFERENCE_HZ = 27.5


class Pitch(NamedTuple):
    """What is known of each frame, each of shape (n_frames,).

    Attributes:
        semitones: above 27.5 Hz, in [16, 53]; of any use in voiced frames alone.
        correlation: of the frame with itself one period later, in [0, 1).
        voiced: whether it has a pitch.
    """

    semitones: np.ndarray
    correlation: np.ndarray
    voiced: np.ndarray


def pitch(magnitude: np.ndarray, level: np.ndarray, rate: int) -> Pitch:
    """The pitch of each frame by itself; no frame is led by its neighbours.

    Args:
        magnitude: shape (1025, n_frames), float32.
        level: of each frame in decibels, shape (n_frames,).
        rate: of the samples, in Hz.
    """
    rate_of_lags = rate * N_LAGS / N_FFT
    first = int(rate_of_lags / HIGHEST_HZ)
    last = int(rate_of_lags / LOWEST_HZ) + 1
    correlation = _correlation(magnitude)[:, first - 1 : last + 2]
    before, here, after = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    cost = OCTAVE_COST * np.log2(np.arange(first, last + 1) / first)
    score = np.where((here > before) & (here >= after), here - cost, -1.0)
    best = score.argmax(axis=1)[:, None]
    a, b, c = (np.take_along_axis(each, best, axis=1)[:, 0] for each in (before, here, after))
    bend = np.minimum(a - 2 * b + c, -1e-12)
    aside = np.clip((a - c) / 2 / bend, -0.5, 0.5)  # the top of the parabola through the three
    period = (best[:, 0] + first + aside) / rate_of_lags
    strong = np.take_along_axis(score, best, axis=1)[:, 0] > VOICED
    return Pitch(
        semitones=-12 * np.log2(REFERENCE_HZ * period),
        correlation=np.clip(b - (a - c) * aside / 4, 0.0, 0.9999),
        voiced=strong & near_loudest(level, VOICED_DB),
    )


def _correlation(magnitude: np.ndarray) -> np.ndarray:
    """Of each frame with itself at each lag, 1 at lag zero, shape (n_frames, n_lags)."""
    power = np.square(magnitude[:N_BINS].T)
    products = scipy.fft.irfft(power, N_LAGS, axis=1)[:, : N_LAGS // 2]
    loudness = np.maximum(products[:, :1], np.finfo(power.dtype).tiny)
    correlation: np.ndarray = products / loudness / _of_window()
    return correlation


@cache
def _of_window() -> np.ndarray:
    """The window's own autocorrelation, by which that of a frame falls off, shape (n_lags,)."""
    power = np.abs(scipy.fft.rfft(hann(N_FFT)))[:N_BINS] ** 2
    products = scipy.fft.irfft(power, N_LAGS)[: N_LAGS // 2]
    shares: np.ndarray = (products / products[0]).astype(np.float32)
    return shares
