"""Decode what libsndfile knows, from the beginning to the end of what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path

import numpy as np
import soundfile

from sertool.audio import headers, mpeg, quiet
from sertool.audio.extent import Extent
from sertool.audio.section import Section
from sertool.audio.sources import Source

BLOCK_VALUES = 2**18
"""Samples times channels that are decoded at a time: 1 MiB of float32."""
LEAST_SAMPLES = 2**12
"""So many are asked for where a header says that fewer, or none, are left."""
MOST_DAMAGED = 1000
"""After so many damaged places the rest is given up."""


class _SoundFile(soundfile.SoundFile):  # type: ignore[misc]
    """A file that is read from its beginning to its end.

    soundfile seeks after each block where it can, which fails where a length is unknown.
    """

    def seekable(self) -> bool:
        return False


def opened(
    source: Source, header: headers.Header, frames: mpeg.Frames | None, stack: ExitStack
) -> tuple[soundfile.SoundFile, Extent]:
    """Open a recording with its header set right, MPEG audio without any that may be wrong.

    Args:
        source: the recording.
        header: what its header says of the length.
        frames: of MPEG audio; None = it is something else.
        stack: closes it.

    Returns:
        The file, and how much its header says there is.

    Raises:
        soundfile.LibsndfileError: libsndfile does not know it.
    """
    place: Section | Path = Section(source.file, source.start, source.end, header.patches)
    if source.path and not header.patches:
        place = source.path  # faster: each read of a section is a call back into Python
    if frames and (header.mpeg or not frames.is_right):
        place = Section(source.file, frames.start, frames.stop, endless=True)
    begin = source.read(source.start, 3)
    is_perhaps_mpeg = frames or header.mpeg or begin.startswith((b"\xff", b"ID3"))
    with quiet.no_stderr() if is_perhaps_mpeg else nullcontext():
        file = stack.enter_context(_SoundFile(place))
    extent = Extent()
    if frames and frames.said:
        length_s = frames.frame.n_samples / frames.frame.rate
        extent = Extent(said_s=frames.said * length_s, slack_s=2 * length_s)
    elif header.n_samples:
        extent = Extent(said_s=header.n_samples / file.samplerate)
    return file, extent


def blocks(file: soundfile.SoundFile, extent: Extent) -> Iterator[np.ndarray]:
    """All that can be decoded, in blocks of shape (n, n_channels), float32.

    Where the decoder loses its way it gets a second chance, and that is counted.
    """
    n_empty, n_left = 0, file.frames
    while n_empty < 2 and extent.n_damaged < MOST_DAMAGED:
        block, is_damaged = _read(file, n_left)
        n_left -= len(block)
        extent.n_damaged += is_damaged
        if len(block):
            n_empty = 0
            yield block
        else:
            n_empty += 1 if is_damaged else 2


def _read(file: soundfile.SoundFile, n_expected: int) -> tuple[np.ndarray, bool]:
    """The next block, and whether it ends where the decoder lost its way."""
    n_samples = min(max(LEAST_SAMPLES, n_expected), max(1, BLOCK_VALUES // file.channels))
    block = np.full((n_samples, file.channels), np.nan, np.float32)
    try:
        with quiet.no_stderr() if file.subtype.startswith("MPEG") else nullcontext():
            n_read, is_damaged = len(file.read(out=block)), False
    except soundfile.LibsndfileError:
        # the number of samples that were decoded is lost, but the others are as they were
        unread = np.flatnonzero(np.isnan(block[:, 0]))
        n_read, is_damaged = int(unread[0]) if len(unread) else n_samples, True
    part = block[:n_read]
    return part if 2 * n_read > n_samples else part.copy(), is_damaged
