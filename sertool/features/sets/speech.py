"""Means and deviations of the first layers of a speech model, over active frames.

The model, Whisper tiny.en, was trained to write down what is said in English. Its first layers hear
how it is said; the higher a layer, the more it reads the words. That flatters it where an emotion
has sentences of its own, as in SAVEE.

Layers and statistics were compared on new speakers of EmoDB, RAVDESS and a third of the speakers
of CREMA-D (`benchmarks/speech/choice.py`), on recordings cut from the first to the last active
frame and at most 6 s long. UAR in %, of logistic and of svm; a figure alone is that of svm:

    layers, statistics                         EmoDB        RAVDESS      CREMA-D
    1, mean and deviation                      84.6  85.6   70.1  68.6
    2, mean and deviation                      89.7  89.4   72.1  70.9   65.5  66.3
    2, mean                                    89.0  89.1   72.2  71.8         65.8
    2, over all frames, active or not          89.1  90.2   71.9  69.7
    3, mean and deviation                      86.9  86.8   69.9  69.8
    1 and 2, mean and deviation                88.9  87.5   73.6  71.7         65.6
    2 and 3, mean and deviation                90.4  90.6   73.2  72.8         68.5
    1 to 3, mean                               90.4  89.0   74.0  71.6         67.8
    1 to 3, means, and deviations of 2                                         68.3
    1 to 3, mean and deviation: this set       90.2  88.3   74.3  73.6         68.8

The third layer costs half as much again as the first two and is what CREMA-D gains from.

Licence of the weights: MIT, Copyright (c) 2022 OpenAI; `sertool/assets/encoder/LICENCE.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sertool.features.encoder.columns import columns
from sertool.features.sets import FeatureSet

if TYPE_CHECKING:
    import numpy as np

    from sertool.types import Signal

LAYERS = (1, 2, 3)
WIDTH = 384


def measure(signal: Signal) -> np.ndarray:
    """The numbers of one signal at 16 kHz, shape (2304,), float32."""
    from sertool.features.encoder import pooling, shipped

    return pooling.pooled(signal, shipped.encoder(), LAYERS)


feature_set = FeatureSet(
    name="speech",
    columns=columns(LAYERS, WIDTH),
    measure=measure,
    source=(
        "Whisper tiny.en, encoder: A. Radford et al., Robust speech recognition via large-scale "
        "weak supervision (2022), arXiv:2212.04356"
    ),
    licence="GPL-3.0-only; weights: MIT, Copyright (c) 2022 OpenAI",
    rate=16_000,
    variants=("original",),
)
