"""What WAV, RF64, W64, AIFF, AU, CAF and FLAC say of their length, and what is really there.

A size of 0, one that a recorder never updated, one that is a few bytes off and the largest number
there is (written into a pipe) are all seen in the wild. Decoders get the size of what is there.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

MOST_CHUNKS = 1000
"""So many are looked at; hostile files hold millions."""
PLACEHOLDERS = tuple(2**bits for bits in (31, 32, 63, 64))
"""Recorders that write to a pipe put a size near one of these in the header ..."""
NEAR = 2**16
"""... at most so much below it."""
UNKNOWN = 0xFFFFFFFF
_TAGS = (b"TAG", b"ID3", b"APETAGEX", b"LYRICS")
_MPEG_IN_WAV = (0x50, 0x55)
_FLAC_UNKNOWN = (0, 2**36 - 1)


@dataclass(frozen=True)
class Header:
    """What the header of a recording says of the length of its sound.

    Attributes:
        share_there: how much of what it says is there, 1 = all; None = it does not say.
        n_samples: how many samples it says there are; 0 = it says that in bytes or not at all.
        patches: what a decoder must read in its place to reach the end, by place in the file.
        mpeg: where MPEG audio lies in it, from and to; None = it holds something else.
    """

    share_there: float | None = None
    n_samples: int = 0
    patches: Mapping[int, bytes] = field(default_factory=dict)
    mpeg: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    at: int
    start: int
    size: int


@dataclass(frozen=True)
class _Form:
    """How a kind of file writes its chunks: a name, then a size."""

    size: str
    aligned: bool

    def chunks(self, file: BinaryIO, at: int, end: int) -> Iterator[_Chunk]:
        """Chunks from a place on, as long as there are some; the last one may reach too far."""
        head = 4 + struct.calcsize(self.size)
        for _ in range(MOST_CHUNKS):
            if at >= end:  # as a size that is made up says; there may be no such place
                return
            file.seek(at)
            content = file.read(head)
            if len(content) < head:
                return
            (size,) = struct.unpack(self.size, content[4:])
            yield _Chunk(content[:4], at, at + head, size)
            if size < 0:
                return
            at += head + size + (size % 2 if self.aligned else 0)

    def is_followed(self, file: BinaryIO, at: int, end: int) -> bool:
        """Whether what lies from a place to the end are chunks, tags, or nothing but zeros."""
        at += at % 2 if self.aligned else 0
        if at >= end:
            return True
        file.seek(at)
        rest = file.read(NEAR)
        if rest.startswith(_TAGS) or (len(rest) > 7 and not any(rest)):
            return True
        last = None
        for last in self.chunks(file, at, end):
            if not last.name.isascii() or not last.name.decode().isprintable():
                return False
        return last is not None and 0 <= last.size <= end - last.start


_RIFF, _RIFX, _CAFF = _Form("<I", True), _Form(">I", True), _Form(">q", False)


def header(file: BinaryIO, start: int, end: int) -> Header:
    """What a file says of its length.

    Args:
        file: seekable, binary.
        start: where the recording begins in it.
        end: where it ends.
    """
    file.seek(start)
    read = _READERS.get(file.read(4))
    return read(file, start, end) if read else Header()


def _of_riff(file: BinaryIO, start: int, end: int, form: _Form = _RIFF) -> Header:
    file.seek(start + 4)
    head = file.read(8)
    if head[4:] == b"AVI ":
        return Header(_share(int.from_bytes(head[:4], "little"), end - start - 8))
    long_size_at, said, codec = 0, None, 0
    for chunk in form.chunks(file, start + 12, end):
        file.seek(chunk.start)
        if chunk.name == b"fmt ":
            (codec,) = struct.unpack(form.size[0] + "H", file.read(2).ljust(2, b"\0"))
        elif chunk.name == b"ds64":
            long_size_at = chunk.start + 8
            (said,) = struct.unpack_from("<Q", file.read(16).ljust(16, b"\0"), 8)
        elif chunk.name == b"data":
            is_long = said is not None and chunk.size == UNKNOWN
            size = said if is_long and said is not None else chunk.size
            if codec in _MPEG_IN_WAV:
                stop = chunk.start + size
                is_right = size and stop <= end and form.is_followed(file, stop, end)
                mpeg = chunk.start, stop if is_right else end
                return Header(_share(size, end - chunk.start), mpeg=mpeg)
            place, code = (long_size_at, "<Q") if is_long else (chunk.at + 4, form.size)
            return _of_size(file, chunk.start, size, end, form, place, code)
    return Header()


def _of_big_endian_riff(file: BinaryIO, start: int, end: int) -> Header:
    return _of_riff(file, start, end, _RIFX)


def _of_size(
    file: BinaryIO, at: int, said: int, end: int, form: _Form, place: int, code: str
) -> Header:
    """Of a chunk of sound that begins at a place and is said to hold so many bytes."""
    there = end - at
    is_short = said <= there and not form.is_followed(file, at + said, end)
    if said < 0 or is_short or (code == ">q" and said > there):
        most = UNKNOWN if struct.calcsize(code) == 4 else 2**62
        patches = {place: struct.pack(code, min(there, most))}
    else:
        patches = {}
    return Header(_share(said, there), 0, patches)


def _share(said: int, there: int) -> float | None:
    if said <= 0 or any(limit - NEAR <= said <= limit for limit in PLACEHOLDERS):
        return None
    return min(1.0, there / said)


def _of_aiff(file: BinaryIO, start: int, end: int) -> Header:
    for chunk in _RIFX.chunks(file, start + 12, end):
        if chunk.name == b"SSND":
            return _of_size(file, chunk.start, chunk.size, end, _RIFX, chunk.at + 4, ">I")
    return Header()


def _of_caf(file: BinaryIO, start: int, end: int) -> Header:
    for chunk in _CAFF.chunks(file, start + 8, end):
        if chunk.name == b"data":
            return _of_size(file, chunk.start, chunk.size, end, _CAFF, chunk.at + 4, ">q")
    return Header()


def _of_w64(file: BinaryIO, start: int, end: int) -> Header:
    """Chunks are named by 16 bytes, and their sizes of 8 count the 24 of name and size."""
    at = start + 40
    for _ in range(MOST_CHUNKS):
        if at + 24 > end:
            break
        file.seek(at)
        head = file.read(24)
        (size,) = struct.unpack_from("<q", head, 16)
        if head.startswith(b"data"):
            return Header(_share(size - 24, end - at - 24))
        if size < 24:
            break
        at += -(-size // 8) * 8
    return Header()


def _of_au(file: BinaryIO, start: int, end: int) -> Header:
    file.seek(start)
    magic, offset, said = struct.unpack(">4sII", file.read(12).ljust(12, b"\0"))
    order = ">" if magic == b".snd" else "<"
    if order == "<":
        offset, said = (int.from_bytes(n.to_bytes(4, "big"), "little") for n in (offset, said))
    there = max(0, end - start - offset)
    patches = {} if said == there else {start + 8: struct.pack(">I", UNKNOWN)}
    return Header(_share(said, there), 0, patches)


def _of_flac(file: BinaryIO, start: int, end: int) -> Header:
    """The 36 bits of STREAMINFO; decoders get 0, which stands for unknown."""
    file.seek(start + 21)
    content = file.read(5)
    if len(content) < 5:
        return Header()
    said = int.from_bytes(content, "big") & (2**36 - 1)
    patches = {start + 21: bytes([content[0] & 0xF0, 0, 0, 0, 0])}
    return Header(None, 0 if said in _FLAC_UNKNOWN else said, patches)


_READERS: Mapping[bytes, Callable[[BinaryIO, int, int], Header]] = {
    b"RIFF": _of_riff,
    b"RIFX": _of_big_endian_riff,
    b"RF64": _of_riff,
    b"BW64": _of_riff,
    b"riff": _of_w64,
    b"FORM": _of_aiff,
    b"caff": _of_caf,
    b".snd": _of_au,
    b"dns.": _of_au,
    b"fLaC": _of_flac,
}
