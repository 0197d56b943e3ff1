"""Clips -> their sounds: a file, or the parts of one, which is decoded once for all of them.

Parts are cut here, before any rule for windows is applied to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sertool import audio
from sertool.audio import parts
from sertool.errors import BadRecording, SertoolError
from sertool.storage import paths
from sertool.store.parquet import FileStamp
from sertool.types import Clip, Signal


@dataclass(frozen=True)
class Decoded:
    """A clip and its sound.

    Attributes:
        clip: which.
        stamp: of its file, taken before it was decoded.
        sound: what was decoded, or why there is none.
        note: what to know of it all the same, "" = nothing.
    """

    clip: Clip
    stamp: FileStamp
    sound: Signal | SertoolError
    note: str = ""


def decoded(folder: Path, clips: Sequence[Clip]) -> Iterator[Decoded]:
    """The sound of each clip, in no fixed order; parts of a file that follow each other in one go.

    Args:
        folder: that the clips' files are in, local or remote.
        clips: whole files or parts of them.
    """
    alike = groupby(clips, key=lambda clip: (clip.file, clip.start_s is not None))
    for (file, is_part), some in alike:
        path = folder / file
        stamp = paths.stamp(path) or (0, 0)
        if is_part:
            yield from _cut(path, stamp, list(some))
            continue
        for clip in some:
            try:
                yield Decoded(clip, stamp, sound(path))
            except SertoolError as error:
                yield Decoded(clip, stamp, error)


def _cut(path: Path, stamp: FileStamp, clips: Sequence[Clip]) -> Iterator[Decoded]:
    """The sounds of clips that are parts of one file, local or remote."""
    spans = [(clip.start_s or 0.0, clip.end_s) for clip in clips]
    waiting = dict(enumerate(clips))
    file = path
    try:
        with paths.local_copy(path) as file:
            for part in parts.read(file, spans):
                clip, span = waiting.pop(part.number), spans[part.number]
                yield Decoded(clip, stamp, _mono(part, span, path), parts.shortened(part, span))
    except SertoolError as error:
        named = type(error)(str(error).replace(str(file), str(path)))
        yield from (Decoded(clip, stamp, named) for clip in waiting.values())


def _mono(part: parts.Part, span: parts.Span, path: Path) -> Signal | SertoolError:
    try:
        return parts.sound(part, span, str(path)).signal
    except BadRecording as error:
        return BadRecording(f"{path}: {error}")


def sound(path: Path) -> Signal:
    """A recording, local or remote; errors name it as it was given.

    Raises:
        NotFound, BadRecording: as `sertool.audio.read` says.
    """
    with paths.local_copy(path) as file:
        try:
            return audio.read(file)
        except BadRecording as error:
            raise BadRecording(str(error).replace(str(file), str(path))) from None
