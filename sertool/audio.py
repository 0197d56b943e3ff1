"""Decode sound: the only file that opens recordings, and the rule for what is cut out of them.

The order is that of the study: decode, mix to mono, resample to 22,050 Hz, cut.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from sertool.errors import BadRecording, NotFound
from sertool.resampling import resampled
from sertool.types import Signal

LONGEST_S = 3600.0
"""Recordings beyond one hour are refused: cut them first."""
RATES = (1_000, 768_000)
"""Lowest and highest sampling rate in Hz that is believed."""
MOST_VALUES = 2**28
"""Samples times channels that are decoded at most: 1 GiB of float32."""

_STREAMED = 2**31 - 2**16
"""Recorders that write to a pipe put a size near 2**31 or 2**32 in the header: not a truncation."""


@dataclass(frozen=True)
class WindowRule:
    """Which part of a recording is described; a model file stores it as a dict.

    Attributes:
        rate: sampling rate that the part is resampled to, in Hz.
        seconds: longest part, in seconds.
        offset_s: where it begins, in seconds.
        minimum_s: with less than this left after `offset_s` the part begins at 0 s instead; a
            recording shorter than this is a bad one.
    """

    rate: int = 22_050
    seconds: float = 2.5
    offset_s: float = 0.6
    minimum_s: float = 0.1


RULE = WindowRule()
"""The study's rule: 2.5 s from 0.6 s on at 22,050 Hz."""


@dataclass(frozen=True)
class Recording:
    """The part of a recording that is described, and where it comes from.

    Attributes:
        signal: the part, resampled and cut by the rule.
        offset_s: where the part begins in the recording, in seconds.
        duration_s: length of the whole recording, in seconds.
        sha256: `digest` of the whole recording as decoded.
    """

    signal: Signal
    offset_s: float
    duration_s: float
    sha256: str


def load(path: str | os.PathLike[str], rule: WindowRule = RULE) -> Recording:
    """Read a recording and cut out the part that is described.

    Raises:
        NotFound: there is no such file.
        BadRecording: as `read` and `window` say.
    """
    sound = read(path)
    try:
        signal, offset_s = window(resample(sound, rule.rate), rule)
    except BadRecording as error:
        raise BadRecording(f"{path}: {error}") from None
    return Recording(signal, offset_s, sound.samples.size / sound.rate, digest(sound))


def read(path: str | os.PathLike[str]) -> Signal:
    """Decode a recording at its own rate and mix it to mono.

    Raises:
        NotFound, BadRecording: as `decode` says.
    """
    samples, rate = decode(path)
    return Signal(mixed(samples), rate)


def decode(path: str | os.PathLike[str]) -> tuple[np.ndarray, int]:
    """All channels of a recording as it is, and its rate.

    A header is not believed before it is checked, so that a hostile one costs neither time nor
    memory: at most `LONGEST_S` seconds, `MOST_VALUES` values and a rate inside `RATES`.

    Returns:
        Array of shape (n_samples, n_channels), float32, and the rate in Hz.

    Raises:
        NotFound: there is no such file.
        BadRecording: no audio, an empty or truncated file, no samples, NaN or infinite samples,
            or a header outside the limits.
    """
    if not Path(path).is_file():
        raise NotFound(f"no recording at '{path}'; give the path of a sound file")
    try:
        with soundfile.SoundFile(path) as file:
            _check_header(path, file)
            samples = file.read(dtype="float32", always_2d=True)
            promised = file.frames
    except soundfile.LibsndfileError as error:
        raise BadRecording(
            f"'{path}' cannot be decoded ({error.error_string.strip()}); "
            "give a complete WAV, FLAC, OGG or MP3 file"
        ) from None
    if len(samples) < promised:
        raise BadRecording(f"'{path}' is truncated: {len(samples)} of {promised} samples are there")
    if not np.isfinite(samples).all():
        raise BadRecording(f"'{path}' holds NaN or infinite samples; export it again")
    return samples, file.samplerate


def mixed(samples: np.ndarray) -> np.ndarray:
    """Mono: the mean of the channels, shape (n_samples, n_channels) -> (n_samples,).

    >>> mixed(np.array([[0.5, -0.5], [1.0, 0.0]]))
    array([0. , 0.5])
    """
    return samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0]


def digest(signal: Signal) -> str:
    """The identity of a sound: sha256 of its rate and its samples, as 64 hexadecimal digits.

    Files that decode to the same mono samples at the same rate share it, under any name or format.

    >>> digest(Signal(np.zeros(3, np.float32), 16_000))[:8]
    'cefced84'
    """
    content = hashlib.sha256(f"{signal.rate} Hz, mono float32 little-endian\n".encode())
    content.update(np.ascontiguousarray(signal.samples, dtype="<f4").data)
    return content.hexdigest()


def resample(signal: Signal, rate: int = RULE.rate) -> Signal:
    """The same sound at another rate: soxr HQ, as `librosa.load` does, dtype kept.

    >>> resample(Signal(np.zeros(16_000, np.float32), 16_000)).samples.shape
    (22050,)
    """
    if signal.rate == rate:
        return signal
    return Signal(resampled(signal.samples, signal.rate, rate), rate)


def window(signal: Signal, rule: WindowRule = RULE) -> tuple[Signal, float]:
    """The part of a signal that is described, and where it begins in seconds.

    Args:
        signal: at any rate; the rule's `rate` is not applied here.
        rule: what to cut.

    Raises:
        BadRecording: the signal is shorter than `rule.minimum_s`.

    >>> window(Signal(np.zeros(22_050, np.float32), 22_050))[1]
    0.6
    >>> window(Signal(np.zeros(13_300, np.float32), 22_050))[1]
    0.0
    """
    minimum = round(rule.minimum_s * signal.rate)
    if signal.samples.size < minimum:
        raise BadRecording(
            f"a clip of {1000 * signal.samples.size / signal.rate:.0f} ms is too short; "
            f"at least {1000 * rule.minimum_s:.0f} ms are needed"
        )
    start = round(rule.offset_s * signal.rate)
    if signal.samples.size - start < minimum:
        start = 0
    stop = start + round(rule.seconds * signal.rate)
    return Signal(signal.samples[start:stop], signal.rate), rule.offset_s if start else 0.0


def _check_header(path: str | os.PathLike[str], file: soundfile.SoundFile) -> None:
    lowest, highest = RATES
    if not lowest <= file.samplerate <= highest:
        raise BadRecording(
            f"'{path}' claims {file.samplerate} Hz; possible are {lowest} to {highest} Hz"
        )
    cut = re.search(r"^data : (\d+) \(should be (\d+)\)", file.extra_info, re.MULTILINE)
    if cut and int(cut[2]) < int(cut[1]) < _STREAMED:
        raise BadRecording(f"'{path}' is truncated: {cut[2]} of {cut[1]} bytes of sound are there")
    if file.frames <= 0:
        raise BadRecording(f"'{path}' holds no samples; record or export it again")
    if file.frames > LONGEST_S * file.samplerate or file.frames * file.channels > MOST_VALUES:
        raise BadRecording(
            f"'{path}' claims {file.frames} samples in {file.channels} channels at "
            f"{file.samplerate} Hz; cut it to {LONGEST_S / 60:.0f} minutes or fewer"
        )
