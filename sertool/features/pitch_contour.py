"""Pitch: how high the voice is, how far it ranges, how fast it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature
from sertool.features._contours import STATISTICS, functionals, parts

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

LEAP = 4.0
"""A change from frame to frame of as many semitones is an error of the octave, not a voice."""


def compute(spectrum: Spectrum) -> np.ndarray:
    """Statistics of the pitch of voiced frames, then of its change between two of them, (14,).

    The latter, which has a sign, leaves leaps out; the `change` of the former counts them.
    """
    semitones, _, voiced = spectrum.pitch
    changes = np.diff(semitones)
    steady = voiced[1:] & voiced[:-1] & (np.abs(changes) < LEAP)
    return np.concatenate(
        [functionals(semitones[None], voiced), functionals(changes[None], steady)]
    )


feature = Feature(
    name="pitch_contour",
    size=2 * len(STATISTICS),
    unit="semitones above 27.5 Hz, and per frame",
    source="Boersma, 1993",
    compute=compute,
    parts=(*parts(), *(f"change_{part}" for part in parts())),
)
