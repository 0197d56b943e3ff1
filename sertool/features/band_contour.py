"""Level in 32 mel bands, relative to the level of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

SIZE = 32


def contours(spectrum: Spectrum) -> np.ndarray:
    """Four neighbours of the 128 mel bands together, less the mean level of the active frames.

    So they do not change with the gain of the recording. Shape (32, n_frames).
    """
    from sertool.features.spectrum.decibel import decibel

    bands = decibel(spectrum.mel.reshape(SIZE, -1, spectrum.mel.shape[1]).sum(axis=1))
    relative: np.ndarray = bands - spectrum.active_level
    return relative


feature = contour_feature(
    name="band_contour",
    size=SIZE,
    unit="dB, relative to the mean level of the active frames",
    source="librosa.feature.melspectrogram",
    contours=contours,
)
