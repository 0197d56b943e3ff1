"""Parts of a recording, cut from its blocks as they are decoded.

Whatever its length and however many parts are wanted, a recording is decoded once, and no more of
it is held than its longest part and those that overlap it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np

from sertool.audio import LONGEST_S, LONGEST_TIMELINE_S, channels, decoded, decoding
from sertool.audio.decoded import Sound
from sertool.errors import BadRecording

TOLERANCE_S = 0.01
"""By so much a label may end behind its recording without a word: times are often rounded."""

BEYOND = "it begins at"
"""What is said first of a part that begins where its recording is over."""

Span = tuple[float, float | None]
"""Beginning and end in seconds; an end of None is that of the recording."""


@dataclass(frozen=True)
class Part:
    """What was wanted of a recording.

    Attributes:
        number: which of the spans that were asked for.
        samples: shape (n,) or (n, n_channels), as the blocks have it; of length 0 where the span
            begins behind the end.
        rate: in Hz.
        length_s: of the whole recording where its end was reached; None = it goes on.
    """

    number: int
    samples: np.ndarray
    rate: int
    length_s: float | None


def read(path: str | os.PathLike[str], spans: Sequence[Span]) -> Iterator[Part]:
    """The parts of a file of up to a day, channels apart, each as soon as it is complete.

    A part beyond one hour comes longer than `sertool.audio.LONGEST_S` by a second.

    Raises:
        NotFound, BadRecording: as `sertool.audio.decoding.open_recording` says; some are seen only
            behind the first parts.
    """
    longest = LONGEST_S + 1
    bounded = [
        (start, start + longest if end is None else min(end, start + longest))
        for start, end in spans
    ]
    with decoding.open_channels(path, LONGEST_TIMELINE_S) as stream:
        yield from cut(stream.channels, stream.rate, bounded)


def sound(part: Part, span: Span, name: str) -> Sound:
    """A part as the recording that it would be by itself, its channels mixed by the same rule.

    Args:
        part: from `read`.
        span: what was wanted.
        name: of the recording, for errors.

    Raises:
        BadRecording: the recording ends before the part begins, or the part is beyond one hour.
    """
    if part.samples.size == 0 and part.length_s is not None and span[0] >= part.length_s:
        raise BadRecording(
            f"{BEYOND} {span[0]:g} s, where the recording is over ({part.length_s:.2f} s); "
            "times are in seconds from the beginning of the file"
        )
    if len(part.samples) > LONGEST_S * part.rate:
        raise BadRecording(f"it is longer than {LONGEST_S / 60:.0f} minutes; divide it")
    samples = part.samples if part.samples.ndim > 1 else part.samples[:, None]
    stream = partial(decoding.Stream, part.rate, samples.shape[1])
    (found,) = decoded.sounds(lambda: nullcontext(stream(iter([samples]))), channels.MIX, name)
    return found


def shortened(part: Part, span: Span) -> str:
    """What to say where a recording ends before its part does; "" = it does not.

    >>> shortened(Part(0, np.zeros(3), 2, 4.5), (3.0, 6.0))
    'it ends at 6 s, the recording at 4.50 s: cut there'
    """
    if part.length_s is None or span[1] is None or span[0] >= part.length_s:
        return ""
    if span[1] <= part.length_s + TOLERANCE_S:
        return ""
    return f"it ends at {span[1]:g} s, the recording at {part.length_s:.2f} s: cut there"


def cut(blocks: Iterable[np.ndarray], rate: int, spans: Sequence[Span]) -> Iterator[Part]:
    """The parts of a recording, each as soon as it is complete; each of the spans once.

    Args:
        blocks: the samples in order, each of shape (n,) or (n, n_channels).
        rate: in Hz.
        spans: what is wanted.

    >>> blocks = [np.arange(4), np.arange(4, 8)]
    >>> for part in cut(blocks, 2, [(1.0, 2.5), (3.0, 9.0), (5.0, 6.0)]):
    ...     print(part.number, part.samples, part.length_s)
    0 [2 3 4] None
    1 [6 7] 4.0
    2 [] 4.0
    """
    bounds = [
        (round(start * rate), None if end is None else round(end * rate)) for start, end in spans
    ]
    waiting = sorted(range(len(bounds)), key=lambda number: bounds[number][0])
    held: list[np.ndarray] = []
    first = n_decoded = 0
    for block in blocks:
        held.append(block)
        n_decoded += len(block)
        for number in [each for each in waiting if _is_complete(bounds[each], n_decoded)]:
            waiting.remove(number)
            yield Part(number, _taken(held, first, *bounds[number]), rate, None)
        if not waiting:
            return
        first += _forget(held, bounds[waiting[0]][0] - first)
    for number in waiting:
        yield Part(number, _taken(held, first, *bounds[number]), rate, n_decoded / rate)


def _is_complete(bound: tuple[int, int | None], n_decoded: int) -> bool:
    return bound[1] is not None and bound[1] <= n_decoded


def _forget(held: list[np.ndarray], n_samples: int) -> int:
    """Drop the blocks that lie wholly before the next part; how many samples they had."""
    n_dropped = 0
    while held and n_dropped + len(held[0]) <= n_samples:
        n_dropped += len(held.pop(0))
    return n_dropped


def _taken(held: Sequence[np.ndarray], first: int, start: int, stop: int | None) -> np.ndarray:
    """Samples start to stop from blocks of which the first begins at `first`."""
    pieces: list[np.ndarray] = []
    for block in held:
        own = block[max(start - first, 0) : None if stop is None else max(stop - first, 0)]
        if len(own):
            pieces.append(own)
        first += len(block)
    return np.concatenate(pieces) if pieces else np.empty(0, np.float32)
