"""The frames of MPEG audio (MP3, MP2, MP1), counted by their headers alone.

A bare stream says nowhere how long it is; decoders estimate that from the bit rate of its first
frame, which is wrong where the rate varies. A Xing or Info frame says it, and may be wrong, too.
Source: ISO/IEC 11172-3, 2.4.1.3; http://gabriel.mp3-tech.org/mp3infotag.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

FARTHEST = 2**16
"""So many bytes of something else may lie before the first frame, or between two."""
ENOUGH_FRAMES = 4
"""So many in a row are no chance."""
TOLERATED_FRAMES = 1
"""Some writers count the Info frame, others do not."""

_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_KILOBITS = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By whether it is MPEG-1 (3) or a later one (2) and by the code of the layer (3 = layer I)."""


@dataclass(frozen=True)
class Frame:
    """What the four bytes of a frame's header say."""

    rate: int
    n_samples: int
    n_bytes: int
    is_mono: bool
    version: int
    layer: int


@dataclass(frozen=True)
class Frames:
    """The frames of a stream.

    Attributes:
        start: where the first frame of sound lies.
        stop: where the last whole one ends.
        n_frames: of sound, whole.
        frame: the first one.
        said: how many an Info frame says there are; 0 = it does not say, or there is none.
        is_right: whether there is an Info frame that says so and how many bytes they take.
    """

    start: int
    stop: int
    n_frames: int
    frame: Frame
    said: int
    is_right: bool


def frame(head: bytes) -> Frame | None:
    """What the header of a frame says; None = it is none, or of a free bit rate.

    >>> frame(bytes.fromhex("fffb9064")).n_bytes, frame(b"RIFF")
    (417, None)
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    code, rate_code, padding = head[2] >> 4, (head[2] >> 2) & 3, (head[2] >> 1) & 1
    if version == 1 or layer == 0 or code in (0, 15) or rate_code == 3:
        return None
    rate = _RATES[version][rate_code]
    bits = 1000 * _KILOBITS[3 if version == 3 else 2, layer][code - 1]
    if layer == 3:
        n_samples, n_bytes = 384, 4 * (12 * bits // rate + padding)
    else:
        n_samples = 576 if layer == 1 and version != 3 else 1152
        n_bytes = n_samples // 8 * bits // rate + padding
    return Frame(rate, n_samples, n_bytes, head[3] >> 6 == 3, version, layer)


def frames(file: BinaryIO, start: int, end: int) -> Frames | None:
    """The frames of MPEG audio in a part of a file; None = it holds something else."""
    at = _first(file, start, end)
    if at is None:
        return None
    file.seek(at)
    content = file.read(256)
    found = frame(content)
    if found is None:
        return None
    info = _info(content, found)
    first = at + found.n_bytes if info else at
    n_frames, stop = _count(file, first, end, found)
    if not n_frames:
        return None
    said, n_bytes = info or (0, 0)
    fits = not n_bytes or abs(stop - at - n_bytes) <= 0.01 * (stop - at)
    is_right = bool(said) and abs(said - n_frames) <= TOLERATED_FRAMES and fits
    return Frames(first, stop, n_frames, found, said, is_right)


def _first(file: BinaryIO, start: int, end: int) -> int | None:
    """Where the first frame lies that others like it follow."""
    at = after_tags(file, start, end)
    file.seek(at)
    content = file.read(min(FARTHEST, end - at))
    place = content.find(b"\xff")
    while place >= 0:
        found = frame(content[place : place + 4])
        if found and _is_followed(file, at + place, end, found):
            return at + place
        place = content.find(b"\xff", place + 1)
    return None


def _is_followed(file: BinaryIO, at: int, end: int, like: Frame) -> bool:
    """Whether a frame and some others like it lie one behind another, or fill the rest."""
    found: Frame | None = like
    for _ in range(ENOUGH_FRAMES):
        if found is None or not _is_like(found, like):
            return False
        at += found.n_bytes
        if at >= end:
            return True
        file.seek(at)
        found = frame(file.read(4))
    return True


def _is_like(other: Frame, found: Frame) -> bool:
    """Whether two frames may be of one stream."""
    kinds = [(each.rate, each.version, each.layer) for each in (other, found)]
    return kinds[0] == kinds[1]


def after_tags(file: BinaryIO, start: int, end: int) -> int:
    """Where the sound begins behind ID3v2 tags."""
    while start < end:
        file.seek(start)
        head = file.read(10)
        size = id3_bytes(head)
        if not size:
            break
        start += size
    return start


def id3_bytes(head: bytes) -> int:
    r"""How long an ID3v2 tag is by its first ten bytes; 0 = it is none.

    >>> id3_bytes(b"ID3\4\0\0\0\0\1\2"), id3_bytes(b"RIFF")
    (140, 0)
    """
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _info(content: bytes, found: Frame) -> tuple[int, int] | None:
    """Frames and bytes as an Info or Xing frame says, 0 = it does not; None = it is none."""
    if found.layer != 1:
        return None
    side = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}
    at = 4 + side[found.version == 3, found.is_mono]
    if content[36:40] == b"VBRI":
        return int.from_bytes(content[50:54], "big"), int.from_bytes(content[46:50], "big")
    if content[at : at + 4] not in (b"Xing", b"Info"):
        return None
    flags = int.from_bytes(content[at + 4 : at + 8], "big")
    at += 8
    n_frames = int.from_bytes(content[at : at + 4], "big") if flags & 1 else 0
    at += 4 if flags & 1 else 0
    return n_frames, int.from_bytes(content[at : at + 4], "big") if flags & 2 else 0


def _count(file: BinaryIO, at: int, end: int, like: Frame) -> tuple[int, int]:
    """How many whole frames there are from a place on, and where the last one ends."""
    n_frames, stop = 0, at
    while at + 4 <= end:
        file.seek(at)
        found = frame(file.read(4))
        if found is not None and _is_like(found, like):
            if at + found.n_bytes > end:
                break
            n_frames += 1
            at = stop = at + found.n_bytes
            continue
        skipped = _next(file, at, end, like)
        if skipped is None:
            break
        at = skipped
    return n_frames, stop


def _next(file: BinaryIO, at: int, end: int, like: Frame) -> int | None:
    """Where frames go on behind something else."""
    file.seek(at)
    content = file.read(min(FARTHEST, end - at))
    place = content.find(b"\xff", 1)
    while place >= 0:
        found = frame(content[place : place + 4])
        if found and _is_like(found, like) and _is_followed(file, at + place, end, found):
            return at + place
        place = content.find(b"\xff", place + 1)
    return None
