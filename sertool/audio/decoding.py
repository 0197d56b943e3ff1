"""Decode sound by blocks, and the limits on what recordings may hold.

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

from sertool.audio import pyav
from sertool.errors import BadRecording, NotFound

RATES = (1_000, 768_000)
"""Lowest and highest sampling rate in Hz that is believed."""
MOST_VALUES_PER_BYTE = 1000
"""Samples times channels that a byte of a file is believed to hold; silence in FLAC reaches 340."""
LOUDEST = 1e9
"""Largest sample, full scale being 1; the squares of larger ones are no numbers any more."""
BLOCK_VALUES = 2**20
"""Samples times channels that are decoded at a time: 4 MiB of float32."""

_STREAMED = 2**31 - 2**16
"""Recorders that write to a pipe put a size near 2**31 or 2**32 in the header: not a truncation."""


@dataclass(frozen=True)
class Stream:
    """A recording that is being decoded.

    Attributes:
        rate: its own sampling rate, in Hz.
        n_channels: how many it has.
        channels: its samples in order, in blocks of shape (n, n_channels), float32; (n, 1) where
            the decoder has mixed them.
    """

    rate: int
    n_channels: int
    channels: Iterator[np.ndarray]

    @property
    def blocks(self) -> Iterator[np.ndarray]:
        """The same mixed to mono (the mean of the channels), each of shape (n,)."""
        return map(mixed, self.channels)


@dataclass(frozen=True)
class _Limits:
    path: str | os.PathLike[str]
    longest_s: float
    most_values: float

    def check(self, n_samples: int, channels: int, rate: int) -> None:
        if n_samples > self.longest_s * rate or n_samples * channels > self.most_values:
            raise BadRecording(
                f"'{self.path}' claims {n_samples} samples in {channels} channels at {rate} Hz; "
                f"cut it to {self.longest_s / 60:.0f} minutes or fewer"
            )

    def check_size(self, n_samples: int, channels: int) -> None:
        size = Path(self.path).stat().st_size
        if n_samples * channels > MOST_VALUES_PER_BYTE * size:
            raise BadRecording(
                f"'{self.path}' claims {n_samples} samples in {channels} channels, more than its "
                f"{size} bytes can hold; export it again"
            )

    def counted(
        self, blocks: Iterator[np.ndarray], channels: int, rate: int
    ) -> Iterator[np.ndarray]:
        """The same blocks, for a header that does not say how many there are."""
        n_samples = 0
        for block in blocks:
            n_samples += block.size
            self.check(n_samples, channels, rate)
            yield checked(self.path, block)
        if not n_samples:
            raise BadRecording(f"'{self.path}' holds no samples; record or export it again")


@contextmanager
def open_recording(
    path: str | os.PathLike[str], longest_s: float, most_values: float = float("inf")
) -> Iterator[Stream]:
    """Open a recording to decode it block by block, in constant memory.

    Args:
        path: of a sound file.
        longest_s: recordings beyond this many seconds are refused.
        most_values: those with more samples times channels are, too.

    Raises:
        NotFound: there is no such file.
        BadRecording: no audio, an empty or truncated file, no samples, NaN, infinite or absurdly
            large samples, a name that is not UTF-8, or a header outside the limits; some are seen
            only when that block comes.
    """
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file() raises where a name is too long
        raise NotFound(f"no recording at '{path}'; give the path of a sound file")
    limits = _Limits(path, longest_s, most_values)
    name = pyav.demuxer(path)
    with (
        _through_libsndfile(path, limits)
        if name is None
        else _through_pyav(path, name, limits) as stream
    ):
        yield stream


@contextmanager
def _through_libsndfile(path: str | os.PathLike[str], limits: _Limits) -> Iterator[Stream]:
    try:
        with soundfile.SoundFile(path) as file:
            _check_header(path, file)
            limits.check(file.frames, file.channels, file.samplerate)
            limits.check_size(file.frames, file.channels)
            yield Stream(file.samplerate, file.channels, _blocks(path, file))
    except soundfile.LibsndfileError as error:
        raise BadRecording(
            f"'{path}' cannot be decoded ({error.error_string.strip()}); "
            "give a complete WAV, FLAC, OGG, OPUS, MP3, M4A, AAC, WebM or WMA file"
        ) from None
    except UnicodeEncodeError:
        raise BadRecording(f"{os.fsencode(path)!r} is no name in UTF-8; rename it") from None


@contextmanager
def _through_pyav(path: str | os.PathLike[str], name: str, limits: _Limits) -> Iterator[Stream]:
    with pyav.open_container(path, name) as (rate, channels, blocks):
        check_rate(path, rate)
        counted = limits.counted(blocks, channels, rate)
        yield Stream(rate, channels, (block[:, None] for block in counted))


def _blocks(path: str | os.PathLike[str], file: soundfile.SoundFile) -> Iterator[np.ndarray]:
    decoded = 0
    while decoded < file.frames:
        n_samples = max(1, BLOCK_VALUES // file.channels)
        block = file.read(n_samples, dtype="float32", always_2d=True)
        if not len(block):
            raise BadRecording(
                f"'{path}' is truncated: {decoded} of {file.frames} samples are there"
            )
        decoded += len(block)
        yield checked(path, block)


def mixed(samples: np.ndarray) -> np.ndarray:
    """Mono: the mean of the channels, shape (n, n_channels) -> (n,).

    >>> mixed(np.array([[0.5, -0.5], [1.0, 0.0]]))
    array([0. , 0.5])
    """
    return samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0]


def checked(path: str | os.PathLike[str], samples: np.ndarray) -> np.ndarray:
    """The same samples.

    Raises:
        BadRecording: some are NaN, infinite or absurdly large.
    """
    # extremes, which NaN makes NaN, take no memory as the sizes of all samples would
    if not (samples.max(initial=0) <= LOUDEST and samples.min(initial=0) >= -LOUDEST):
        raise BadRecording(
            f"'{path}' holds NaN or infinite samples, or some beyond {LOUDEST:.0e} times full "
            "scale; export it again"
        )
    return samples


def _check_header(path: str | os.PathLike[str], file: soundfile.SoundFile) -> None:
    check_rate(path, file.samplerate)
    cut = re.search(r"^data : (\d+) \(should be (\d+)\)", file.extra_info, re.MULTILINE)
    if cut and int(cut[2]) < int(cut[1]) < _STREAMED:
        raise BadRecording(f"'{path}' is truncated: {cut[2]} of {cut[1]} bytes of sound are there")
    if file.frames <= 0:
        raise BadRecording(f"'{path}' holds no samples; record or export it again")


def check_rate(path: str | os.PathLike[str], rate: float) -> None:
    """Refuse a sampling rate outside `RATES`.

    Raises:
        BadRecording: what is claimed, and what is possible.
    """
    lowest, highest = RATES
    if not lowest <= rate <= highest:
        raise BadRecording(f"'{path}' claims {rate} Hz; possible are {lowest} to {highest} Hz")
