"""Level in 32 mel bands, relative to the level of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.spectrum import Spectrum

SIZE = 32


def contours(spectrum: Spectrum) -> np.ndarray:
    """Four neighbours of the 128 mel bands together, less the clip's mean level, (32, n_frames).

    So they do not change with the gain of the recording.
    """
    from sertool.spectrum.decibel import decibel

    bands = decibel(spectrum.mel.reshape(SIZE, -1, spectrum.mel.shape[1]).sum(axis=1))
    relative: np.ndarray = bands - spectrum.mean_level
    return relative


feature = contour_feature(
    name="band_contour",
    size=SIZE,
    unit="dB, relative to the clip's mean level",
    source="librosa.feature.melspectrogram",
    contours=contours,
)
