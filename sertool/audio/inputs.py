"""What a caller gives as a recording: a path, an open file, bytes, samples; one or several."""

from __future__ import annotations

import os
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeGuard

import numpy as np

from sertool.audio import arrays, decoding, sources
from sertool.errors import BadChoice


def are_several(given: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether several recordings are given: a list whose first entry is one by itself.

    Numbers, and lists of numbers, are samples.

    >>> are_several(["a.wav"]), are_several([np.zeros(9)]), are_several([[0.1, 0.2]])
    (True, True, False)
    """
    return isinstance(given, list | tuple) and (not given or _is_one(given[0]))


def _is_one(entry: Any) -> bool:
    """Whether an entry of a list is a recording; a number, or a list of numbers, is none."""
    is_array = isinstance(entry, np.ndarray) and bool(entry.ndim)
    return is_array or isinstance(entry, str | os.PathLike | bytes) or hasattr(entry, "read")


def _is_samples(given: Any) -> bool:
    return isinstance(given, list | tuple) or hasattr(given, "__array__")


def name(recording: Any) -> str:
    """What a recording is called.

    >>> name("a.wav"), name([0.0, 0.1])
    ('a.wav', 'array')
    """
    return arrays.NAME if _is_samples(recording) else sources.name(recording)


def opener(
    recording: Any, rate: int | None, longest_s: float, most_values: float = float("inf")
) -> decoding.Opener:
    """What opens a recording from its beginning.

    Args:
        recording: a path, an open file, bytes, an array or lists of numbers.
        rate: of samples, in Hz; None for the others.
        longest_s: files beyond this many seconds are refused.
        most_values: those with more samples times channels are, too.

    Raises:
        BadChoice: samples without a rate, something else with one, or what is no recording.
        BadRecording: samples that cannot be used.
    """
    if _is_samples(recording):
        if rate is None:
            raise BadChoice("samples need their rate: predictor(samples, rate=16_000)")
        return partial(_of_samples, arrays.channels(recording), rate)
    if rate is not None:
        raise BadChoice(f"'{name(recording)}' has a rate of its own; leave rate={rate} out")
    if not isinstance(recording, str | os.PathLike | bytes) and not hasattr(recording, "read"):
        raise BadChoice(
            f"a {type(recording).__name__} is no recording; give a path, an open file, bytes or "
            "samples"
        )
    return partial(decoding.open_channels, recording, longest_s, most_values)


def _of_samples(samples: np.ndarray, rate: int) -> nullcontext[decoding.Stream]:
    return nullcontext(arrays.stream(samples, rate))
