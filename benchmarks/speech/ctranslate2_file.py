"""Read the weights in a `model.bin` of CTranslate2, by the names of model hubs.

The file, little-endian: version of the format (uint32, 6), name of the model's kind, revision
(uint32), number of variables (uint32), the variables, aliases. A variable: name, number of
dimensions (uint8), each of them (uint32), type (uint8; 4 = float16), bytes (uint32), numbers. A
name: its length (uint16), letters, a zero.

Source: `Model.save` in `ctranslate2/specs/model_spec.py`.
"""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np

VERSION = 6
TYPES = {0: "<f4", 1: "i1", 2: "<i2", 3: "<i4", 4: "<f2"}
NAMES = {
    "self_attention/layer_norm": "self_attn_layer_norm",
    "self_attention/linear_1": "self_attn.out_proj",
    "ffn/layer_norm": "final_layer_norm",
    "ffn/linear_0": "fc1",
    "ffn/linear_1": "fc2",
}
PARTS = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}


def encoder_tensors(file: Path) -> dict[str, np.ndarray]:
    """The tensors of the encoder, named as by model hubs, such as `model.encoder.conv1.weight`."""
    found: dict[str, np.ndarray] = {}
    for name, array in variables(file).items():
        if name.startswith("encoder/"):
            found |= renamed(name.removeprefix("encoder/"), array)
    return {f"model.encoder.{name}": array for name, array in found.items()}


def variables(file: Path) -> dict[str, np.ndarray]:
    """All variables of the file by CTranslate2's names."""
    with file.open("rb") as opened:
        version, _, _ = number(opened, "I"), text(opened), number(opened, "I")
        if version != VERSION:
            sys.exit(f"{file} is of format {version}; this script reads {VERSION}")
        return dict(variable(opened) for _ in range(number(opened, "I")))


def variable(opened: BinaryIO) -> tuple[str, np.ndarray]:
    """The next variable and its name."""
    name = text(opened)
    shape = [number(opened, "I") for _ in range(number(opened, "B"))]
    kind = np.dtype(TYPES[number(opened, "B")])
    return name, np.frombuffer(opened.read(number(opened, "I")), kind).reshape(shape)


def number(opened: BinaryIO, kind: str) -> int:
    """The next whole number."""
    (value,) = struct.unpack(f"<{kind}", opened.read(struct.calcsize(kind)))
    return int(value)


def text(opened: BinaryIO) -> str:
    """The next name."""
    return opened.read(number(opened, "H"))[:-1].decode()


def renamed(name: str, array: np.ndarray) -> dict[str, np.ndarray]:
    """A variable by the name, or divided into the three, that model hubs have for it."""
    path, _, part = name.rpartition("/")
    layer = re.fullmatch(r"layer_(\d+)/(.+)", path)
    if path in ("conv1", "conv2", "layer_norm"):
        return {f"{path}.{PARTS[part]}": array}
    if layer is None:
        return {}
    place = f"layers.{layer[1]}."
    if layer[2] in NAMES:
        return {f"{place}{NAMES[layer[2]]}.{PARTS[part]}": array}
    thirds = zip("qkv", np.split(array, 3), strict=True)
    return {f"{place}self_attn.{each}_proj.{part}": third for each, third in thirds}
