"""Means and deviations of the first layers of a speech model, over active frames."""

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
