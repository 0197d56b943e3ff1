"""A whole recording in memory, with what there is to know of it beside its samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sertool.audio import channels, decoding
from sertool.audio.clipping import Peaks
from sertool.types import Signal


@dataclass(frozen=True)
class Sound:
    """A recording as it is analysed: mono, at its own rate.

    Attributes:
        signal: its samples.
        peaks: of the channels that these were made of.
        channel: which channel they are, such as "left"; "" = the mean of all, or the only one.
        n_channels: of the recording.
        remarks: what to know of the recording, a phrase each: that a part is missing, that the
            channels cancel each other.
    """

    signal: Signal
    peaks: Peaks
    channel: str = ""
    n_channels: int = 1
    remarks: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """The length of what was decoded, in seconds."""
        return self.signal.samples.size / self.signal.rate


def sounds(opener: decoding.Opener, channel: str, name: str) -> list[Sound]:
    """The channels of a recording that are asked for, decoded once.

    A mean in which the channels cancel each other is replaced by the loudest, for which the
    recording is decoded once more.

    Args:
        opener: opens the recording from its beginning.
        channel: "mix", "left", "right", a number from 1 on, or "each".
        name: of the recording, for errors.

    Raises:
        BadChoice, BadRecording: as `sertool.audio.decoding.open_recording` says.

    >>> samples = np.outer(np.arange(8), [0.5, -0.5])
    >>> def opener():
    ...     return nullcontext(decoding.Stream(16_000, 2, iter([samples])))
    >>> from contextlib import nullcontext
    >>> (sound,) = sounds(opener, "mix", "a.wav")
    >>> sound.signal.samples[1], sound.channel
    (np.float64(0.5), 'left')
    """
    with opener() as stream:
        picked = channels.indices(channel, stream.n_channels, name)
        streams = [replace(stream, channel=index) for index in picked]
        found, balance = _collected(streams)
    instead = balance.instead() if picked == [None] and stream.n_channels > 1 else None
    if instead is None:
        return found
    with opener() as stream:
        return _collected([replace(stream, channel=instead, cancelled=True)])[0]


def _collected(streams: Sequence[decoding.Stream]) -> tuple[list[Sound], channels.Balance]:
    """What is analysed of each of some views of one stream, and how strong its mix is."""
    first = streams[0]
    parts: list[list[np.ndarray]] = [[] for _ in streams]
    peaks = [peaks_of(each) for each in streams]
    balance = channels.Balance(first.n_channels)
    for block in first.channels:
        if first.channel is None and first.n_channels > 1:
            balance.add(block)
        for stream, part, peak in zip(streams, parts, peaks, strict=True):
            part.append(decoding.mono(block, stream.channel))
            peak.add(decoding.analysed(block, stream.channel))
    found = [
        Sound(
            Signal(_joined(part), stream.rate),
            peak,
            stream.label,
            stream.n_channels,
            stream.remarks(),
        )
        for stream, part, peak in zip(streams, parts, peaks, strict=True)
    ]
    return found, balance


def peaks_of(stream: decoding.Stream) -> Peaks:
    """An empty record of the peaks of what is analysed of a stream."""
    return Peaks(stream.rate, stream.n_channels if stream.channel is None else 1)


def watched(stream: decoding.Stream, peaks: Peaks) -> Iterator[np.ndarray]:
    """What is analysed of a stream, blocks of shape (n,), each once its peaks were taken in."""
    for block in stream.channels:
        peaks.add(decoding.analysed(block, stream.channel))
        yield decoding.mono(block, stream.channel)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
