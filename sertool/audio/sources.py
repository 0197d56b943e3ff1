"""What a recording is given as: a path, an open file, bytes; opened to be decoded."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO

from sertool.errors import BadChoice, BadRecording, NotFound

Recording = str | os.PathLike[str] | IO[bytes] | bytes
"""A path, a file that was opened to be read as bytes, or the bytes themselves."""

_ANNEX = "annex/objects"


@dataclass(frozen=True)
class Source:
    """A recording that is open.

    Attributes:
        name: what errors call it.
        file: seekable, binary.
        start: where the recording begins in it.
        end: where it ends.
        path: of a file that is nothing but the recording; None = it was given in another way.
    """

    name: str
    file: BinaryIO
    start: int
    end: int
    path: Path | None = None

    def read(self, at: int, size: int) -> bytes:
        """Its bytes from a place in the file on, at most so many."""
        self.file.seek(at)
        return self.file.read(max(0, min(size, self.end - at)))


def name(recording: Recording) -> str:
    """What a recording is called.

    >>> name(Path("a.wav")), name(b"RIFF"), name(io.BytesIO())
    ('a.wav', 'bytes', 'BytesIO')
    """
    if isinstance(recording, str | os.PathLike):
        return str(recording)
    if isinstance(recording, bytes):
        return "bytes"
    given = getattr(recording, "name", None)
    return given if isinstance(given, str) else type(recording).__name__


@contextmanager
def opened(recording: Recording) -> Iterator[Source]:
    """Open a recording; a file that was given open stays so, and where it was.

    Raises:
        NotFound: there is no such file.
        BadRecording: it may not be read, or its name is not UTF-8.
        BadChoice: a file that was opened as text, or is closed.
    """
    called = name(recording)
    if isinstance(recording, bytes):
        yield _source(called, io.BytesIO(recording))
    elif isinstance(recording, str | os.PathLike):
        with _file(recording) as file:
            yield replace(_source(called, file), path=Path(recording))
    else:
        file = _seekable(recording, called)
        start = file.tell()
        try:
            yield _source(called, file)
        finally:
            if not file.closed:
                file.seek(start)


def _source(called: str, file: BinaryIO) -> Source:
    start = file.tell()
    return Source(called, file, start, file.seek(0, os.SEEK_END))


def _file(path: str | os.PathLike[str]) -> BinaryIO:
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file() raises where a name is too long
        raise NotFound(f"no recording at '{path}'; {_remedy(path)}")
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        raise BadRecording(f"{os.fsencode(path)!r} is no name in UTF-8; rename it") from None
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise BadRecording(f"'{path}' cannot be read ({error.strerror}); allow it") from None


def _remedy(path: str | os.PathLike[str]) -> str:
    try:
        target = os.readlink(path)  # noqa: PTH115 - the same for names that Path refuses
    except (OSError, ValueError):
        if os.path.isdir(path):  # noqa: PTH112 - as above
            return "it is a folder: give the sound files in it"
        return "give the path of a sound file"
    if _ANNEX in target:
        return "its content was not fetched: run git annex get"
    return f"it is a link to {target}, which is not there"


def _seekable(file: IO[bytes], called: str) -> BinaryIO:
    if file.closed:
        raise BadChoice(f"{called} is closed; open it again")
    if isinstance(file, io.TextIOBase):
        raise BadChoice(f"{called} was opened as text; open it with open(path, 'rb')")
    if isinstance(file, io.IOBase) and file.seekable():
        _rewind(file)
        return file  # type: ignore[return-value]
    return io.BytesIO(file.read())


def _rewind(file: io.IOBase) -> None:
    """Go to the beginning of a file that was left at its end, as what wrote it does."""
    start = file.tell()
    file.seek(0 if start and start == file.seek(0, os.SEEK_END) else start)
