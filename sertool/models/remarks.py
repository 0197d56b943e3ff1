"""What makes a recording unlike those that a model was trained on: by its sound, by its features.

The bounds on the sound are such that of 712 clips of seven acted corpora only some of SAVEE and
URDU, which are clipped, are remarked upon.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sertool.audio.activity import LARGEST_CONSTANT, is_steady, levels
from sertool.features.spectrum import Spectrum
from sertool.features.spectrum.banks import HOP, N_FFT

QUIET_DB = -45.0
"""Level of the loudest 20 ms below which a recording is called quiet; the corpora's: above -42."""
CLIPPED_SHARE = 0.005
"""Samples within 3 % of the largest from which on it is called clipped; 0.0013 where none is."""
NARROW_DB = -50.0
"""Power at 4.2 to 7.5 kHz re all above 300 Hz below which it is called narrow; above -39 there."""
CONSTANT_SHARE = 0.05
"""Share of the deviation from which on a mean is a constant, and not the rest of a cut wave."""
_BEYOND = N_FFT // 2 // HOP
"""Frames at either end that reach beyond it."""
UNUSUAL = 0.02
"""The share of training values at either end that counts as outside of the usual range."""
FLAGGED = 0.02
"""The share of held-out clips, of the training corpus with most, that may be remarked upon."""


def of_sound(spectrum: Spectrum, near_largest: float) -> Iterator[str]:
    """What a window's sound itself shows, a sentence each.

    Args:
        spectrum: of the window.
        near_largest: the share of its samples near the largest (`sertool.audio.clipping`), as they
            were decoded: resampling makes ripples of what was clipped.
    """
    frames = levels(spectrum)
    if frames.size and frames.max() < QUIET_DB:
        yield f"very quiet ({frames.max():.0f} dB at its loudest): record it closer or louder"
    if near_largest > CLIPPED_SHARE:
        yield "clipped, or a plain tone: many samples lie at the largest value"
    if _high_share_db(spectrum) < NARROW_DB:
        yield "nothing above 4 kHz, as on the telephone: the models learnt from full speech"
    if is_steady(frames):
        yield "steady in level, as noise, music or a tone; speech has pauses"
    constant = float(spectrum.samples.mean(dtype=np.float64))
    if abs(constant) > max(LARGEST_CONSTANT, CONSTANT_SHARE * float(spectrum.samples.std())):
        yield (
            f"a constant (DC) of {100 * abs(constant):.1f} % of full scale changes what this model "
            "answers: take it off, or choose a model whose window rule is utterance"
        )


def bounds(X: np.ndarray, corpora: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The usual range of each feature: the middle 96 % of the corpus that reaches furthest.

    Args:
        X: raw features of training rows, shape (n, n_features).
        corpora: which corpus each row is of, shape (n,).

    Returns:
        Lowest and highest values, each of shape (n_features,).

    >>> X = np.array([[0.0], [100.0], [50.0], [150.0]])
    >>> [side.tolist() for side in bounds(X, np.array(["a", "a", "b", "b"]))]
    [[2.0], [148.0]]
    """
    edges = [
        np.quantile(X[corpora == name], [UNUSUAL, 1 - UNUSUAL], axis=0)
        for name in np.unique(corpora)
    ]
    return np.min([low for low, _ in edges], axis=0), np.max([high for _, high in edges], axis=0)


def share_outside(X: np.ndarray, lowest: np.ndarray, highest: np.ndarray) -> np.ndarray:
    """The share of each row's features outside of their usual range, in [0, 1], shape (n,).

    >>> share_outside(np.array([[1.0, 5.0]]), np.array([0.0, 0.0]), np.array([2.0, 2.0])).tolist()
    [0.5]
    """
    share: np.ndarray = 1 - np.mean((lowest <= X) & (highest >= X), axis=1)
    return share


def most_outside(shares: np.ndarray, corpora: np.ndarray) -> float:
    """The share that at most 2 % of the held-out clips of any training corpus exceed.

    >>> most_outside(np.arange(101) / 100, np.array(["a"] * 101))
    0.98
    """
    return max(
        float(np.quantile(shares[corpora == name], 1 - FLAGGED, method="inverted_cdf"))
        for name in np.unique(corpora)
    )


def of_features(share: float, most: float) -> Iterator[str]:
    """What the share of unusual features says, where it is above the most that is usual.

    >>> list(of_features(0.3, 0.1))
    ['out of distribution: 30 % of its features are unusual (10 % is the most there)']
    """
    if share > most:
        yield (
            f"out of distribution: {100 * share:.0f} % of its features are unusual "
            f"({100 * most:.0f} % is the most there)"
        )


def _high_share_db(spectrum: Spectrum) -> float:
    """Of the frames that lie within the sound: a cut through a vowel is heard at all pitches."""
    magnitude = spectrum.magnitude[:, _BEYOND:-_BEYOND]
    power = np.einsum("ij,ij->i", magnitude, magnitude).astype(np.float64)
    frequencies = np.arange(power.size) * spectrum.rate / (2 * (power.size - 1))
    high = power[(frequencies > 4_200) & (frequencies < 7_500)].sum()
    return float(10 * np.log10((high + 1e-20) / (power[frequencies > 300].sum() + 1e-20)))
