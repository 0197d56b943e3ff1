"""Decode what libsndfile does not know (M4A, WebM, WMA, AVI, AMR ...) through PyAV, an extra.

The container is told by its first bytes and its demuxer is named, so that FFmpeg guesses nothing
and follows no playlist to other files or hosts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from sertool import versions
from sertool.audio.containers import NAMES, STATED
from sertool.audio.extent import Extent
from sertool.audio.section import Section
from sertool.audio.sources import Source
from sertool.errors import BadRecording, MissingExtra

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

BLOCK_SAMPLES = 2**15
"""Frames of a codec are joined to blocks of at least this length."""
SLACK_S = 0.3
"""How much less sound than promised is no loss: codecs pad their ends, containers round."""

MOST_DAMAGED = 1000
"""After so many damaged packets the rest is given up."""


@contextmanager
def open_container(
    source: Source, demuxer: str
) -> Iterator[tuple[int, Iterator[np.ndarray], Extent]]:
    """Open a recording in a container.

    Args:
        source: the recording.
        demuxer: the name of FFmpeg's.

    Yields:
        Its rate in Hz, its samples in blocks of shape (n, n_channels), float32, and how much its
        header says there is. What is damaged in the middle is passed over and counted.

    Raises:
        MissingExtra: PyAV is not installed.
        BadRecording: it holds no sound, or cannot be decoded at all.
    """
    av = _pyav(source.name, demuxer)
    called = NAMES[demuxer]
    with ExitStack() as stack:
        section = Section(source.file, source.start, source.end)
        with _explained(source.name, demuxer, av):
            container = stack.enter_context(av.open(section, format=demuxer))
        if not container.streams.audio:
            raise BadRecording(f"'{source.name}' is {called} without sound; give a recording")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise BadRecording(
                f"'{source.name}' is {called} with sound of an unknown kind; convert it to WAV"
            )
        stated_s = _stated_s(container, stream) if demuxer in STATED else 0.0
        extent = Extent(said_s=stated_s, slack_s=SLACK_S)
        frames = _frames(av, container, stream, extent)
        with _explained(source.name, demuxer, av):
            first = next(frames, None)
        if first is None:
            raise BadRecording(f"'{source.name}' is {called} in which no sound can be decoded")
        yield first.sample_rate, _blocks(av, first, frames), extent


@contextmanager
def _explained(name: str, demuxer: str, av: ModuleType) -> Iterator[None]:
    try:
        yield
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadRecording(
            f"'{name}' cannot be decoded as {NAMES[demuxer]} ({reason}); "
            "give a complete file, or convert it to WAV"
        ) from None


def _pyav(name: str, demuxer: str) -> ModuleType:
    try:
        import av
    except ImportError:
        raise MissingExtra(
            f"'{name}' is {NAMES[demuxer]}, which needs PyAV: {versions.hint('formats')}, "
            "or convert it to WAV"
        ) from None
    module: ModuleType = av
    return module


def _frames(
    av: ModuleType, container: InputContainer, stream: AudioStream, extent: Extent
) -> Iterator[AudioFrame]:
    """What each packet decodes to; a damaged one is counted, and the end is where no more come."""
    packets = container.demux(stream)
    n_lost = n_lost_in_all = 0  # a last packet that was cut is no damage
    while n_lost_in_all < MOST_DAMAGED:
        try:
            packet = next(packets, None)
            frames = packet.decode() if packet else []
        except (av.error.InvalidDataError, ValueError):
            n_lost, n_lost_in_all = n_lost + 1, n_lost_in_all + 1
            continue
        except av.error.FFmpegError:
            return
        if packet is None:
            return
        if frames:
            extent.n_damaged += n_lost
            n_lost = 0
        yield from frames


def _blocks(
    av: ModuleType, first: AudioFrame, frames: Iterator[AudioFrame]
) -> Iterator[np.ndarray]:
    """Frames joined to blocks, all of them brought to the rate and channels of the first one."""
    rate, layout = first.sample_rate, first.layout.name
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
    kind = _kind(first)
    pending: list[np.ndarray] = []
    for frame in _with(first, frames):
        if _kind(frame) != kind:
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
            kind = _kind(frame)
        frame.pts = None
        pending += [each.to_ndarray().T for each in resampler.resample(frame)]
        if sum(map(len, pending)) >= BLOCK_SAMPLES:
            yield np.concatenate(pending)
            pending = []
    pending += [each.to_ndarray().T for each in resampler.resample(None)]
    if pending:
        yield np.concatenate(pending)


def _with(first: AudioFrame, frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    yield first
    yield from frames


def _kind(frame: AudioFrame) -> tuple[int, str, str]:
    return frame.sample_rate, frame.layout.name, frame.format.name


def _stated_s(container: InputContainer, stream: AudioStream) -> float:
    """How long the header says the sound is; 0 where it does not."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and len(container.streams) == 1:
        return container.duration / 1e6
    return 0.0
