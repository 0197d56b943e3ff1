"""Rhythm: how long and how often a voice sounds and pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

PROMINENCE_DB = 3.0
"""How far a peak of the level rises above its surroundings, to count as a syllable."""


def compute(spectrum: Spectrum) -> np.ndarray:
    """Of voiced, of unvoiced frames and of pauses: four numbers each; then syllables, (13,).

    The share of frames, stretches of them per second, their mean length and its deviation.
    """
    from scipy.signal import find_peaks

    from sertool.audio.activity import pauses
    from sertool.features.spectrum.banks import HOP

    voiced, level = spectrum.pitch.voiced, spectrum.level
    second = spectrum.rate / HOP
    kinds = voiced, ~voiced, pauses(level)
    stretches = [_stretches(frames, second) for frames in kinds]
    syllables = find_peaks(level, prominence=PROMINENCE_DB)[0].size / (level.size / second)
    return np.array([*np.concatenate(stretches), syllables])


def _stretches(frames: np.ndarray, second: float) -> tuple[float, float, float, float]:
    """Share of frames, stretches per second, and mean length and deviation in seconds."""
    borders = np.flatnonzero(np.diff(frames.astype(np.int8), prepend=0, append=0))
    lengths = (borders[1::2] - borders[::2]) / second
    if not lengths.size:
        return 0.0, 0.0, 0.0, 0.0
    per_second = lengths.size / (frames.size / second)
    return float(frames.mean()), per_second, float(lengths.mean()), float(lengths.std())


feature = Feature(
    name="rhythm",
    size=13,
    unit="share, 1/s, s, s; syllables in 1/s",
    source="after Eyben et al., 2016",
    compute=compute,
    parts=(
        *(
            f"{kind}_{part}"
            for kind in ("voiced", "unvoiced", "pause")
            for part in ("share", "per_second", "mean", "deviation")
        ),
        "syllables_per_second",
    ),
)
