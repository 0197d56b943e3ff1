"""Mel-frequency cepstral coefficients: the shape of the spectrum, coarse to fine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

SIZE = 20


def compute(spectrum: Spectrum) -> np.ndarray:
    """The first 20 coefficients of the cosine transform of log mel power, (20,).

    The transform is linear, so the mean over frames is that of the mean log mel spectrum.
    """
    from scipy.fft import dct

    mean = np.mean(spectrum.mel_decibels, axis=1, dtype=np.float64)
    return np.asarray(dct(mean, norm="ortho")[:SIZE])


feature = Feature(
    name="mfcc",
    size=SIZE,
    unit="dB",
    source="librosa.feature.mfcc",
    compute=compute,
)
