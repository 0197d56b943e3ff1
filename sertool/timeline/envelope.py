"""The outline of a recording: what a picture needs of its waveform, in little memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sertool.audio import LONGEST_TIMELINE_S, decoding

STEP_S = 0.05


@dataclass(frozen=True)
class Envelope:
    """Lowest and highest sample of each 50 ms.

    Attributes:
        lowest: shape (n_steps,), float32.
        highest: shape (n_steps,), float32.
        duration_s: length of the recording.
        remarks: on the recording: that a part is missing, that its channels cancel each other.
    """

    lowest: np.ndarray
    highest: np.ndarray
    duration_s: float
    remarks: tuple[str, ...] = ()


def envelope(blocks: Iterator[np.ndarray], rate: int) -> Envelope:
    """Outline a recording that comes by blocks.

    Args:
        blocks: mono samples in order, each of shape (n,).
        rate: of the samples, in Hz.

    >>> ramp = np.linspace(0, 1, 1_000, dtype=np.float32)
    >>> outline = envelope(iter([ramp[:300], ramp[300:]]), 10_000)
    >>> outline.highest.round(2).tolist(), outline.duration_s
    ([0.5, 1.0], 0.1)
    """
    step = max(1, round(STEP_S * rate))
    parts, rest, n_samples = [], np.empty(0, np.float32), 0
    for block in blocks:
        n_samples += block.size
        rest = np.concatenate([rest, block])
        whole = rest.size // step * step
        parts.append(_extremes(rest[:whole].reshape(-1, step)))
        rest = rest[whole:]
    if rest.size:
        parts.append(_extremes(rest[None, :]))
    lowest, highest = np.concatenate(parts, axis=1)
    return Envelope(lowest, highest, n_samples / rate)


def of_recording(path: str | os.PathLike[str], channel: str = "mix") -> Envelope:
    """Outline a recording of up to 24 hours, the channel that is analysed.

    Raises:
        NotFound, BadRecording: as `sertool.audio.decoding.open_recording` says.
    """
    with decoding.open_recording(path, LONGEST_TIMELINE_S, channel=channel) as stream:
        outline = envelope(stream.blocks, stream.rate)
    return replace(outline, remarks=stream.remarks())


def _extremes(steps: np.ndarray) -> np.ndarray:
    return np.stack([steps.min(axis=1), steps.max(axis=1)])
