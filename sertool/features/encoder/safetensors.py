"""Files of weights as model hubs keep them: a header of JSON, then the numbers, nothing to run.

The first eight bytes are the length of the header. It names each tensor with its type, shape and
place among the bytes that follow it.

Source: https://github.com/huggingface/safetensors, format.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sertool.errors import BadModel
from sertool.storage import jsontypes

TYPES: dict[str, np.dtype] = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}
LENGTH_BYTES = 8
LONGEST_HEADER = 2**24
NOTES = "__metadata__"


def tensors(file: Path) -> dict[str, np.ndarray]:
    """The tensors of a file by their names, as they lie on the disk; other types are left out.

    Raises:
        BadModel: the file is no such file, or it is damaged.
    """
    header, start = _header(file)
    n_bytes = file.stat().st_size - start
    numbers = np.memmap(file, np.uint8, "r", start, (n_bytes,)) if n_bytes else np.empty(0, "u1")
    found = {}
    for name, about in header.items():
        if name != NOTES and about.get("dtype") in TYPES:
            first, last, shape, kind = _place(file, name, about, n_bytes)
            found[name] = numbers[first:last].view(kind).reshape(shape)
    return found


def _header(file: Path) -> tuple[dict[str, Any], int]:
    """What the file says that it holds, and where that begins."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(LENGTH_BYTES), "little")
        text = opened.read(length) if length <= LONGEST_HEADER else b""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise BadModel(f"{file} is no safetensors file, or its header is damaged") from None
    if not jsontypes.is_of(header, dict[str, dict[str, Any]]):
        raise BadModel(f"{file} has a header that names no tensors")
    return header, LENGTH_BYTES + length


def _place(
    file: Path, name: str, about: Mapping[str, Any], n_bytes: int
) -> tuple[int, int, list[int], np.dtype]:
    """Where a tensor begins and ends, its shape and its type."""
    kind, shape, places = TYPES[about["dtype"]], about.get("shape"), about.get("data_offsets")
    if not isinstance(shape, list) or not isinstance(places, list) or len(places) != 2:
        raise BadModel(f"{file} does not say where {name} lies")
    if not jsontypes.is_of([*shape, *places], list[int]) or min([*shape, *places]) < 0:
        raise BadModel(f"{file} says by no counts where {name} lies")
    first, last = places
    if last > n_bytes or last - first != math.prod(shape) * kind.itemsize:
        raise BadModel(f"{file} ends before {name} does, or gives it another length than its shape")
    return first, last, shape, kind


def contents(arrays: Mapping[str, np.ndarray], notes: Mapping[str, str]) -> bytes:
    """The bytes of a file that holds some arrays, in the order of their names; always the same.

    >>> len(contents({"a": np.zeros(3, np.float16)}, {})) % 8
    6
    """
    ordered = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    names = {kind: name for name, kind in TYPES.items()}
    ends = np.cumsum([0, *(array.nbytes for array in ordered.values())]).tolist()
    header: dict[str, Any] = {NOTES: dict(notes)}
    for (name, array), places in zip(ordered.items(), pairwise(ends), strict=True):
        header[name] = {
            "dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": places
        }  # fmt: skip
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % LENGTH_BYTES)
    return b"".join(
        [len(text).to_bytes(LENGTH_BYTES, "little"), text, *(a.tobytes() for a in ordered.values())]
    )
