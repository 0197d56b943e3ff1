"""Samples that a caller brings as an array or a list -> blocks of a recording."""

from __future__ import annotations

from typing import Any

import numpy as np

from sertool.audio.decoding import Stream, check_rate, checked
from sertool.audio.extent import Extent
from sertool.errors import BadRecording

MOST_CHANNELS = 64
"""A side of an array that is longer is time."""


LARGEST_BYTES = 4
"""Integers of more bytes, as lists have them, do not say what their full scale is."""
NAME = "array"
"""What samples are called that came from no file."""


def stream(samples: np.ndarray, rate: int) -> Stream:
    """Samples of shape (n, n_channels) as a recording that is being decoded.

    Raises:
        BadRecording: a rate that is not possible, or NaN, infinite or absurdly large samples.
    """
    check_rate(NAME, rate)
    whole = Extent(len(samples) / rate)
    return Stream(rate, samples.shape[1], iter([checked(NAME, samples)]), whole)


def channels(samples: Any) -> np.ndarray:
    """Samples as float32 of shape (n, n_channels), 1 = full scale.

    Args:
        samples: an array or lists of shape (n,), (n, channels) or (channels, n): floats, signed
            integers of their full range, or unsigned ones, which rest at the middle of it.

    Raises:
        BadRecording: another shape, one in which time and channels cannot be told apart, or no
            numbers.

    >>> channels(np.array([0, 128, 192], np.uint8)).tolist()
    [[-1.0], [0.0], [0.5]]
    >>> channels(np.zeros((2, 16_000))).shape
    (16000, 2)
    """
    try:
        given = np.asarray(samples)
    except ValueError:
        raise BadRecording("lists of different lengths; give an array (n, channels)") from None
    given = _upright(given)
    if given.dtype.kind == "f":
        return given.astype(np.float32)
    if given.dtype.kind not in "iu":
        raise BadRecording(f"samples of type {given.dtype}; give floats or integers")
    if given.dtype.itemsize > LARGEST_BYTES:
        raise BadRecording(
            f"samples of type {given.dtype}, whose full range no sound has; give "
            "numpy.array(samples, dtype=numpy.int16), or floats in [-1, 1]"
        )
    half = 2.0 ** (8 * given.dtype.itemsize - 1)
    middle = half if given.dtype.kind == "u" else 0.0
    return ((given - middle) / half).astype(np.float32)


def _upright(given: np.ndarray) -> np.ndarray:
    """Shape (n, n_channels), whichever way round it came."""
    if given.ndim == 1:
        return given[:, None]
    if given.ndim != 2 or 0 in given.shape:
        raise BadRecording(
            f"samples of shape {given.shape}; give (n,), (n, channels) or (channels, n)"
        )
    short, long = sorted(given.shape)
    if not short <= MOST_CHANNELS < long:
        raise BadRecording(
            f"samples of shape {given.shape}, in which time and channels cannot be told apart; "
            f"give (n, channels) of at most {MOST_CHANNELS} channels and more samples than that"
        )
    return given if given.shape[1] == short else given.T
