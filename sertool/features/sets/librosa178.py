"""The study's features in its order: means over frames, equal to librosa's."""

from __future__ import annotations

from sertool.features.sets import set_of

FEATURES = (
    "zcr", "chroma", "mfcc", "rms", "mel",
    "rolloff", "centroid", "contrast", "bandwidth", "tonnetz",
)  # fmt: skip

feature_set = set_of(
    "librosa178",
    FEATURES,
    source="librosa 0.11; the set is that of D. Mody, Emotion Recognition From Speech (2021)",
    licence="GPL-3.0-only",
    window="study",
)
