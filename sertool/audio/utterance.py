"""The part of a recording in which somebody speaks: what the rule "utterance" cuts out."""

from __future__ import annotations

import numpy as np

from sertool.audio.activity import (
    FRAME_S,
    LEAST_S,
    background_level,
    frame_length,
    holds_speech,
    levels,
    near_loudest,
    speaks,
)
from sertool.audio.highpass import highpass
from sertool.errors import BadRecording
from sertool.types import Signal


def utterance(signal: Signal, longest_s: float) -> tuple[Signal, float]:
    """What is said in a recording, and where it begins in seconds.

    Args:
        signal: the recording.
        longest_s: how much is kept at most, in seconds.

    Raises:
        BadRecording: nobody seems to speak in it.
    """
    filtered = highpass(signal)
    if not holds_speech(levels(filtered)):
        raise BadRecording(
            f"nobody seems to speak in its {signal.samples.size / signal.rate:.1f} s: speech "
            "changes in level, and is louder than what lies behind it"
        )
    return trimmed(filtered, longest_s)


def trimmed(signal: Signal, longest_s: float) -> tuple[Signal, float]:
    """From the first to the last active frame, and where that begins in seconds.

    Active are frames less than 40 dB softer than the loudest. Where there is more between them
    than may be kept, it is the stretch with the most active frames, the first of several. What is
    shorter than a frame stays as it is.

    Args:
        signal: without a constant, see `highpass`.
        longest_s: how much is kept at most, in seconds.

    >>> sound = np.concatenate([np.zeros(16_000), np.sin(np.arange(8_000)), np.zeros(16_000)])
    >>> part, start_s = trimmed(Signal(sound.astype(np.float32), 16_000), 6.0)
    >>> part.samples.size / part.rate, start_s
    (0.5, 1.0)
    """
    frames = levels(signal)
    if not frames.size:
        return signal, 0.0
    length = frame_length(signal.rate)
    first, last = stretch(near_loudest(frames), round(longest_s * signal.rate) // length)
    part = signal.samples[first * length : last * length]
    return Signal(part, signal.rate), first * length / signal.rate


def refuse_silence(sound: Signal, start_s: float, end_s: float, name: str) -> None:
    """Refuse to describe a part of a sound in which nobody speaks.

    Args:
        sound: the whole recording.
        start_s: where the part begins, in seconds.
        end_s: where it ends.
        name: of the sound, for the error.

    Raises:
        BadRecording: nobody speaks there; the message says where somebody does.
    """
    frames = levels(sound)
    first, last = (round(edge_s / FRAME_S) for edge_s in (start_s, end_s))
    if speaks(frames[first:last], background_level(frames), float(frames.max())):
        return
    begins = _beginning(frames)
    where = "nowhere else either" if begins is None else f"but from {begins:.1f} s on: --timeline"
    raise BadRecording(
        f"{name}: nobody seems to speak in {start_s:.1f}-{end_s:.1f} s, which would be analysed, "
        f"{where}"
    )


def _beginning(frames: np.ndarray) -> float | None:
    """Where somebody begins to speak, in seconds; None = nobody does."""
    if not holds_speech(frames):
        return None
    length = round(LEAST_S / FRAME_S)
    background, loudest = background_level(frames), float(frames.max())
    parts = (frames[start : start + length] for start in range(frames.size))
    spoken = (speaks(part, background, loudest) for part in parts)
    return next((FRAME_S * start for start, found in enumerate(spoken) if found), 0.0)


def stretch(active: np.ndarray, longest: int) -> tuple[int, int]:
    """Where the active frames begin and end, or a stretch of `longest` frames with the most.

    >>> stretch(np.array([False, True, False, True, False]), 9)
    (1, 4)
    >>> stretch(np.array([True, False, True, True]), 2)
    (2, 4)
    """
    where = np.flatnonzero(active)
    first, end = int(where[0]), int(where[-1]) + 1
    if end - first <= longest:
        return first, end
    counted = np.concatenate([[0], np.cumsum(active)])
    starts = np.arange(first, end - longest + 1)
    best = int(starts[np.argmax(counted[starts + longest] - counted[starts])])
    return best, best + longest
