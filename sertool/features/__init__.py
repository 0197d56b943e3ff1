"""Numbers that describe a signal: one file each, and the study's set of 178.

A file `features/<name>.py` holds `compute(spectrum)` and `feature`; nothing else needs to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from sertool import registry
from sertool.types import Feature

if TYPE_CHECKING:
    import numpy as np

    from sertool.spectrum import Spectrum

LIBROSA_178 = (
    "zcr", "chroma", "mfcc", "rms", "mel",
    "rolloff", "centroid", "contrast", "bandwidth", "tonnetz",
)  # fmt: skip
"""The study's features in its order; their sizes sum to 178."""


def columns(names: Sequence[str] = LIBROSA_178) -> tuple[str, ...]:
    """The store's column names of these features, in order.

    Raises:
        UnknownName: with the nearest name and the list.

    >>> len(columns()), columns()[:2], columns()[-1]
    (178, ('zcr', 'chroma_01'), 'tonnetz_06')
    """
    return tuple(column for feature in _features(tuple(names)) for column in feature.columns)


def compute(spectrum: Spectrum, names: Sequence[str] = LIBROSA_178) -> np.ndarray:
    """These features of one signal, side by side.

    Returns:
        Shape (178,) for the study's set, float32, finite for any finite signal.

    Raises:
        UnknownName: with the nearest name and the list.
    """
    import numpy as np

    parts = [feature.compute(spectrum) for feature in _features(tuple(names))]
    return np.concatenate(parts).astype(np.float32)


@lru_cache
def _features(names: tuple[str, ...]) -> tuple[Feature, ...]:
    return tuple(registry.get("features", name) for name in names)
