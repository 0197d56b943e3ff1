"""The encoder that ships with sertool: the first layers of Whisper tiny.en."""

from __future__ import annotations

import hashlib
from functools import cache

from sertool.errors import BadModel
from sertool.features.encoder import safetensors, weights
from sertool.storage import paths

FILE = paths.ASSETS / "encoder" / "whisper_tiny_en.safetensors"
"""Made by `benchmarks/speech/weights.py`; whose it is stands in `LICENCE.md` beside it."""
SHA256 = "228f5da2dd4669c7939252380c8cba9379abf50a5abff7bae66bb31a33792d84"
N_LAYERS = 3


@cache
def encoder() -> weights.Encoder:
    """The weights, read once per process.

    Raises:
        BadModel: the file is not the one that ships.

    >>> len(encoder().layers)
    3
    """
    if hashlib.sha256(FILE.read_bytes()).hexdigest() != SHA256:
        raise BadModel(f"{FILE} is damaged; install sertool anew")
    return weights.encoder(safetensors.tensors(FILE), N_LAYERS)
