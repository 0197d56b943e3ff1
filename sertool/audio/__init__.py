"""Recordings as they are described: decoded, and the rules for what is cut out of them.

The order is that of the study: decode, mix to mono, resample, cut.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sertool.audio import channels, decoding, sources, utterance
from sertool.audio.decoded import Sound, sounds
from sertool.audio.highpass import from_zero
from sertool.audio.resampling import resampled
from sertool.errors import BadRecording
from sertool.types import Signal, Window

LONGEST_S = 3600.0
"""Recordings beyond one hour are refused: cut them first."""
LONGEST_TIMELINE_S = 24 * 3600.0
"""Recordings beyond one day are refused even by the timeline."""
MOST_VALUES = 2**28
"""Samples times channels that are decoded at most: 1 GiB of float32."""


@dataclass(frozen=True)
class WindowRule:
    """Which part of a recording is described; a model file stores it as a dict.

    Attributes:
        rate: sampling rate that the part is resampled to, in Hz.
        seconds: longest part, in seconds.
        offset_s: where it begins, in seconds, by the rule "study".
        minimum_s: with less than this left after `offset_s` the part begins at 0 s instead; a
            recording shorter than this is a bad one.
        name: "study" = from `offset_s` on; "utterance" = from the first to the last frame in which
            somebody speaks, without the constant and the rumble below 30 Hz.
        timeline_s: length of the windows that a long recording is cut into, in seconds.
    """

    rate: int = 22_050
    seconds: float = 2.5
    offset_s: float = 0.6
    minimum_s: float = 0.1
    name: Window = "study"
    timeline_s: float = 2.5


RULE = WindowRule()
"""The study's rule: 2.5 s from 0.6 s on at 22,050 Hz."""
RULES: dict[Window, WindowRule] = {
    "study": RULE,
    "utterance": WindowRule(seconds=4.0, offset_s=0.0, name="utterance"),
}


def rule(window: Window, rate: int) -> WindowRule:
    """The rule of a name, at a sampling rate in Hz.

    >>> rule("study", 16_000).rate
    16000
    """
    return replace(RULES[window], rate=rate)


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


def load(path: sources.Recording, rule: WindowRule = RULE) -> Recording:
    """Read a recording and cut out the part that is described.

    Raises:
        NotFound: there is no such file.
        BadRecording: as `read` and `window` say.
    """
    sound = read(path)
    signal, offset_s = described(sound, rule, sources.name(path))
    return Recording(signal, offset_s, sound.samples.size / sound.rate, digest(sound))


def described(sound: Signal, rule: WindowRule, name: str) -> tuple[Signal, float]:
    """The part of a sound that is described, at the rule's rate, and where it begins in seconds.

    Args:
        sound: at any rate.
        rule: what to cut.
        name: of the sound, for the error.

    Raises:
        BadRecording: as `window` says.

    >>> part, start_s = described(Signal(np.zeros(48_000, np.float32), 16_000), RULE, "a.wav")
    >>> part.samples.size / part.rate, part.rate, start_s
    (2.4, 22050, 0.6)
    """
    try:
        return window(resampled_by(sound, rule), rule)
    except BadRecording as error:
        raise BadRecording(f"{name}: {error}") from None


def resampled_by(sound: Signal, rule: WindowRule) -> Signal:
    """A sound at a rule's rate; by the rule "utterance" it begins at 0 (`highpass.from_zero`)."""
    if rule.name == "utterance" and sound.rate != rule.rate:
        (samples,) = from_zero([sound.samples])
        sound = Signal(samples, sound.rate)
    return resample(sound, rule.rate)


def read(
    path: sources.Recording, longest_s: float = LONGEST_S, most_values: float = MOST_VALUES
) -> Signal:
    """Decode a recording at its own rate and mix it to mono (the mean of its channels).

    Args:
        path: of a sound file; an open one or its bytes will do, too.
        longest_s: recordings beyond this many seconds are refused.
        most_values: those with more samples times channels are, too.

    Raises:
        NotFound: there is no such file.
        BadRecording, MissingExtra: as `sertool.audio.decoding.open_recording` says.
    """
    return sound(path, longest_s, most_values).signal


def sound(
    path: sources.Recording, longest_s: float = LONGEST_S, most_values: float = MOST_VALUES
) -> Sound:
    """The same, with what there is to know of the recording: missing parts, peaks, channels."""
    opener = partial(decoding.open_channels, path, longest_s, most_values)
    (found,) = sounds(opener, channels.MIX, sources.name(path))
    return found


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
        BadRecording: the signal is shorter than `rule.minimum_s`; by the rule "utterance" nobody
            speaks in it, too.

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
    if rule.name == "utterance":
        return utterance.utterance(signal, rule.seconds)
    start = round(rule.offset_s * signal.rate)
    if signal.samples.size - start < minimum:
        start = 0
    stop = start + round(rule.seconds * signal.rate)
    return Signal(signal.samples[start:stop], signal.rate), rule.offset_s if start else 0.0
