"""Statistics over active frames where the study has means, pitch and rhythm among them."""

from __future__ import annotations

from sertool.features.sets import set_of

FEATURES = (
    "level_contour", "band_contour", "mfcc_contour", "centroid_contour", "bandwidth_contour",
    "rolloff_contour", "flatness_contour", "contrast_contour", "zcr_contour", "tilt_contour",
    "flux_contour", "pitch_contour", "harmonicity_contour", "rhythm",
)  # fmt: skip

feature_set = set_of(
    "functionals",
    FEATURES,
    source="sertool; docs/studies.md says how they were chosen",
    licence="GPL-3.0-only",
)
