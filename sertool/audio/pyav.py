"""Decode what libsndfile does not know (M4A, MP4, AAC, WebM, WMA) through PyAV, an extra.

The container is told by its first bytes and its demuxer is named, so that FFmpeg guesses nothing
and follows no playlist to other files or hosts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from sertool import versions
from sertool.errors import BadRecording, MissingExtra

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

BLOCK_SAMPLES = 2**15
"""Frames of a codec are joined to blocks of at least this length."""
TOLERANCE_S = 1.0
"""How much less sound than promised is no truncation: codecs pad their ends."""

_MAGIC = (
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
)
_NAMES = {"mp4": "M4A or MP4", "matroska": "WebM or Matroska", "asf": "WMA", "aac": "AAC"}


def demuxer(path: str | os.PathLike[str]) -> str | None:
    """Which of FFmpeg's demuxers a file needs by its first bytes; None = it is libsndfile's."""
    with Path(path).open("rb") as file:
        head = file.read(16)
    return next((name for at, magic, name in _MAGIC if head.startswith(magic, at)), None)


@contextmanager
def open_container(
    path: str | os.PathLike[str], name: str
) -> Iterator[tuple[int, int, Iterator[np.ndarray]]]:
    """Open a recording in a container.

    Args:
        path: of the file.
        name: of the demuxer.

    Yields:
        Its rate in Hz, its channels, and its samples in blocks of shape (n,), float32, mono.

    Raises:
        MissingExtra: PyAV is not installed.
        BadRecording: it holds no sound, is damaged or truncated.
    """
    av = _pyav(path, name)
    with ExitStack() as stack:
        with _explained(path, name, av):
            file = stack.enter_context(Path(path).open("rb"))
            container = stack.enter_context(av.open(_SeekableFile(file), format=name))
        if not container.streams.audio:
            raise BadRecording(f"'{path}' is {_NAMES[name]} without sound; give a recording")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise BadRecording(
                f"'{path}' is {_NAMES[name]} with sound of an unknown kind; convert it to WAV"
            )
        yield stream.rate, stream.channels, _explained_blocks(path, name, av, container, stream)


@dataclass(frozen=True)
class _SeekableFile:
    """A file in which FFmpeg may look for places that a damaged header makes up.

    What Python raises there PyAV would raise in the middle of something else, or print.
    """

    file: BinaryIO

    def read(self, size: int) -> bytes:
        return self.file.read(size)

    def tell(self) -> int:
        return self.file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new place, or -1 where there is none: FFmpeg then says so in its own words."""
        try:
            return self.file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -1


@contextmanager
def _explained(path: str | os.PathLike[str], name: str, av: ModuleType) -> Iterator[None]:
    try:
        yield
    except BadRecording:
        raise
    except (av.error.FFmpegError, ValueError) as error:
        raise BadRecording(
            f"'{path}' cannot be decoded as {_NAMES[name]} ({error}); "
            "give a complete file, or convert it to WAV"
        ) from None


def _pyav(path: str | os.PathLike[str], name: str) -> ModuleType:
    try:
        import av
    except ImportError:
        raise MissingExtra(
            f"'{path}' is {_NAMES[name]}, which needs PyAV: {versions.hint('formats')}, "
            "or convert it to WAV"
        ) from None
    module: ModuleType = av
    return module


def _explained_blocks(
    path: str | os.PathLike[str],
    name: str,
    av: ModuleType,
    container: InputContainer,
    stream: AudioStream,
) -> Iterator[np.ndarray]:
    blocks = _blocks(path, av, container, stream)
    while True:
        with _explained(path, name, av):
            block = next(blocks, None)
        if block is None:
            return
        yield block


def _blocks(
    path: str | os.PathLike[str], av: ModuleType, container: InputContainer, stream: AudioStream
) -> Iterator[np.ndarray]:
    resampler = av.AudioResampler(format="fltp")
    pending: list[np.ndarray] = []
    decoded = 0
    for packet_frame in container.decode(stream):
        for frame in resampler.resample(packet_frame):
            pending.append(frame.to_ndarray().mean(axis=0, dtype=np.float32))
            decoded += frame.samples
        if sum(map(len, pending)) >= BLOCK_SAMPLES:
            yield np.concatenate(pending)
            pending = []
    if pending:
        yield np.concatenate(pending)
    promised_s = _promised_s(container, stream)
    if decoded < (promised_s - TOLERANCE_S) * stream.rate:
        raise BadRecording(
            f"'{path}' is truncated: {decoded / stream.rate:.1f} of {promised_s:.1f} s are there"
        )


def _promised_s(container: InputContainer, stream: AudioStream) -> float:
    """How long the header says the sound is; 0 where it does not."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and len(container.streams) == 1:
        return container.duration / 1e6
    return 0.0
