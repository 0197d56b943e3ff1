"""Each frame by itself, through a wider layer and back."""

from __future__ import annotations

import numpy as np

from sertool.features.encoder.gelu import add_and_gelu
from sertool.features.encoder.norm import normalised
from sertool.features.encoder.weights import Layer


def fed(frames: np.ndarray, layer: Layer) -> np.ndarray:
    """What the second half of a layer adds to the frames, shape (n_frames, width), float32."""
    wide = normalised(frames, layer.feed_norm) @ layer.widening.weight
    add_and_gelu(wide, layer.widening.bias)
    added: np.ndarray = wide @ layer.narrowing.weight
    added += layer.narrowing.bias
    return added
