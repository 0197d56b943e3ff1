"""Spectral contrast: how far peaks rise above valleys in seven octave bands."""

from __future__ import annotations

from operator import attrgetter

from sertool.features._contours import contour_feature

feature = contour_feature(
    name="contrast_contour",
    size=7,
    unit="dB",
    source="librosa.feature.spectral_contrast",
    contours=attrgetter("contrast"),
)
