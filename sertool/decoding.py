"""Decode sound by blocks: the only file that opens recordings, and the limits on what they hold.

A header is not believed before it is checked, so that a hostile one costs neither time nor memory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from sertool.errors import BadRecording, NotFound

RATES = (1_000, 768_000)
"""Lowest and highest sampling rate in Hz that is believed."""
BLOCK_VALUES = 2**20
"""Samples times channels that are decoded at a time: 4 MiB of float32."""

_STREAMED = 2**31 - 2**16
"""Recorders that write to a pipe put a size near 2**31 or 2**32 in the header: not a truncation."""


@dataclass(frozen=True)
class Stream:
    """A recording that is being decoded.

    Attributes:
        rate: its own sampling rate, in Hz.
        blocks: its samples in order, mixed to mono (the mean of its channels), each of shape (n,),
            float32.
    """

    rate: int
    blocks: Iterator[np.ndarray]


@contextmanager
def opened(
    path: str | os.PathLike[str], longest_s: float, most_values: float = float("inf")
) -> Iterator[Stream]:
    """Open a recording to decode it block by block, in constant memory.

    Args:
        path: of a sound file.
        longest_s: recordings beyond this many seconds are refused.
        most_values: those with more samples times channels are, too.

    Raises:
        NotFound: there is no such file.
        BadRecording: no audio, an empty or truncated file, no samples, NaN or infinite samples,
            or a header outside the limits; some are seen only when that block comes.
    """
    if not Path(path).is_file():
        raise NotFound(f"no recording at '{path}'; give the path of a sound file")
    try:
        with soundfile.SoundFile(path) as file:
            _check_header(path, file, longest_s, most_values)
            yield Stream(file.samplerate, _blocks(path, file))
    except soundfile.LibsndfileError as error:
        raise BadRecording(
            f"'{path}' cannot be decoded ({error.error_string.strip()}); "
            "give a complete WAV, FLAC, OGG or MP3 file"
        ) from None


def _blocks(path: str | os.PathLike[str], file: soundfile.SoundFile) -> Iterator[np.ndarray]:
    decoded = 0
    while decoded < file.frames:
        block = file.read(max(1, BLOCK_VALUES // file.channels), dtype="float32")
        if not len(block):
            raise BadRecording(
                f"'{path}' is truncated: {decoded} of {file.frames} samples are there"
            )
        decoded += len(block)
        yield checked(path, block.mean(axis=1) if block.ndim > 1 else block)


def checked(path: str | os.PathLike[str], samples: np.ndarray) -> np.ndarray:
    """The same samples.

    Raises:
        BadRecording: some are NaN or infinite.
    """
    if not np.isfinite(samples).all():
        raise BadRecording(f"'{path}' holds NaN or infinite samples; export it again")
    return samples


def _check_header(
    path: str | os.PathLike[str], file: soundfile.SoundFile, longest_s: float, most_values: float
) -> None:
    check_rate(path, file.samplerate)
    cut = re.search(r"^data : (\d+) \(should be (\d+)\)", file.extra_info, re.MULTILINE)
    if cut and int(cut[2]) < int(cut[1]) < _STREAMED:
        raise BadRecording(f"'{path}' is truncated: {cut[2]} of {cut[1]} bytes of sound are there")
    if file.frames <= 0:
        raise BadRecording(f"'{path}' holds no samples; record or export it again")
    if file.frames > longest_s * file.samplerate or file.frames * file.channels > most_values:
        raise BadRecording(
            f"'{path}' claims {file.frames} samples in {file.channels} channels at "
            f"{file.samplerate} Hz; cut it to {longest_s / 60:.0f} minutes or fewer"
        )


def check_rate(path: str | os.PathLike[str], rate: float) -> None:
    """Refuse a sampling rate outside `RATES`.

    Raises:
        BadRecording: what is claimed, and what is possible.
    """
    lowest, highest = RATES
    if not lowest <= rate <= highest:
        raise BadRecording(f"'{path}' claims {rate} Hz; possible are {lowest} to {highest} Hz")
