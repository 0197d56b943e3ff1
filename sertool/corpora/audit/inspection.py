"""What is in a recording beside words: rate, channels, length, silence, clipping.

Each recording is decoded once, in parallel; work is a generator.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from sertool import audio, parallel
from sertool.audio import activity, decoded, parts
from sertool.audio.highpass import highpass
from sertool.errors import BadRecording, SertoolError
from sertool.storage import paths
from sertool.types import Clip

SILENCE = 2 / 32_768
"""Sound whose samples lie no further apart is digital silence, perhaps with dither on it."""


@dataclass(frozen=True)
class Sound:
    """What is in a recording.

    Attributes:
        rate: sampling rate in Hz.
        n_channels: number of channels.
        duration_s: length in seconds.
        is_silent: whether it is digital silence from beginning to end.
        holds_speech: whether somebody seems to speak in it.
        constant: mean of the samples, full scale being 1: what no microphone hears.
        n_clipped: samples in runs of clipping, all channels together.
        sha256: `audio.digest` of the sound.
        remarks: on the recording: that a part is missing, that its channels cancel each other.
    """

    rate: int
    n_channels: int
    duration_s: float
    is_silent: bool
    holds_speech: bool
    constant: float
    n_clipped: int
    sha256: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inspection:
    """One clip: its sound, or (None) the cause why there is none; of a part also what was cut."""

    clip: Clip
    sound: Sound | None
    cause: str = ""


def inspect(folder: Path, clips: Sequence[Clip], *, jobs: int = 1) -> Generator[Inspection]:
    """Decode some recordings, yielding what is in each as it comes, in their order.

    Args:
        folder: that the clips' paths are relative to.
        clips: whose recordings to decode; one that is missing or bad has a cause for a sound.
        jobs: worker processes; 1 works in this process, -1 takes every core.
    """
    alike = groupby(clips, key=lambda clip: (clip.file, clip.start_s is not None))
    tasks = [(folder / file, tuple(some)) for (file, _), some in alike]
    with closing(parallel.outcomes(_attempt, tasks, jobs)) as inspections:
        for some in inspections:
            yield from some


def _attempt(path: Path, clips: Sequence[Clip]) -> list[Inspection]:
    """Runs in a worker: the clips that a file holds."""
    if clips[0].start_s is not None:
        return _parts(path, clips)
    try:
        return [Inspection(clip, _whole(path)) for clip in clips]
    except SertoolError as error:
        return [Inspection(clip, None, str(error)) for clip in clips]


def _whole(path: Path) -> Sound:
    with paths.local_copy(path) as file:
        return _sound(audio.sound(file))


def _parts(path: Path, clips: Sequence[Clip]) -> list[Inspection]:
    """The inspections of clips that are parts of a file, in their order."""
    spans = [(clip.start_s or 0.0, clip.end_s) for clip in clips]
    found: dict[int, Inspection] = {}
    cause = ""
    try:
        with paths.local_copy(path) as file:
            for part in parts.read(file, spans):
                found[part.number] = _part(part, spans[part.number], clips[part.number])
    except SertoolError as error:
        cause = str(error)
    return [found.get(number, Inspection(clip, None, cause)) for number, clip in enumerate(clips)]


def _part(part: parts.Part, span: parts.Span, clip: Clip) -> Inspection:
    try:
        sound = parts.sound(part, span, clip.path)
    except BadRecording as error:
        return Inspection(clip, None, str(error))
    return Inspection(clip, _sound(sound), parts.shortened(part, span))


def _sound(sound: decoded.Sound) -> Sound:
    samples = sound.signal.samples
    return Sound(
        rate=sound.signal.rate,
        n_channels=sound.n_channels,
        duration_s=sound.duration_s,
        is_silent=bool(np.ptp(samples) <= SILENCE),
        holds_speech=activity.holds_speech(activity.levels(highpass(sound.signal))),
        constant=float(samples.mean(dtype=np.float64)),
        n_clipped=sound.peaks.n_clipped,
        sha256=audio.digest(sound.signal),
        remarks=sound.remarks,
    )
