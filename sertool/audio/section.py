"""A part of a file as a file of its own, in which a few bytes may read differently.

Decoders get recordings this way: a length in a header that is wrong can be set right for them, and
what does not lie in a file of this machine can be read like one that does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

_TAG_BYTES = 128
"""Where an ID3v1 tag lies at the end of a file: libmpg123 must be able to look for one."""


@dataclass
class Section:
    """What libsndfile and FFmpeg read; nothing that a damaged header has them do raises.

    Attributes:
        file: seekable, binary.
        start: where the section begins in it.
        stop: where it ends.
        patches: bytes that replace those at a place of `file`.
        endless: say that there is far more, so that no estimate by the size falls short.

    >>> import io
    >>> section = Section(io.BytesIO(b"sound"), 1, 4, {2: b"A"})
    >>> section.read(9), section.seek(0, 2)
    (b'oAn', 3)
    """

    file: BinaryIO
    start: int
    stop: int
    patches: Mapping[int, bytes] = field(default_factory=dict)
    endless: bool = False
    _at: int = 0

    @property
    def _length(self) -> int:
        return (self.stop - self.start) * (1000 if self.endless else 1)

    def read(self, size: int) -> bytes:
        """Up to so many bytes; b"" at the end."""
        if self.endless and self._at >= self._length - _TAG_BYTES:
            size = max(0, min(size, self._length - self._at))
            self._at += size
            return bytes(size)
        place = self.start + self._at
        if place >= self.stop:  # where a damaged header has them look, there may be no place
            return b""
        self.file.seek(place)
        content = self.file.read(max(0, min(size, self.stop - place)))
        self._at += len(content)
        return self._patched(content, place)

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer as far as there is something; how far it is filled."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def write(self, content: bytes) -> int:
        """Nothing is written."""
        return 0

    def tell(self) -> int:
        """The place in the section."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new place, or -1 where there is none: decoders then say so in their own words."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}.get(whence)
        if base is None or not 0 <= base + offset < 2**63:
            return -1
        self._at = base + offset
        return self._at

    def _patched(self, content: bytes, place: int) -> bytes:
        for at, new in self.patches.items():
            first, last = max(at, place), min(at + len(new), place + len(content))
            if first < last:
                part = new[first - at : last - at]
                content = content[: first - place] + part + content[last - place :]
        return content
