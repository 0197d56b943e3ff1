"""Writing that hurts nothing: whole files or none, one writer at a time, failures in words."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sertool.errors import CannotWrite
from sertool.storage import paths

LOCK = ".lock"
"""The file of a folder that its writer holds; a process that ends, even killed, releases it."""


def write(file: Path, content: bytes) -> None:
    """Replace a file in one step: a kill or a full disk leaves the old file or the new one.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "new", "a.txt"), b"12 bytes now")
    ...     Path(folder, "new", "a.txt").stat().st_size
    12
    """
    with replacing(file) as unfinished:
        unfinished.write_bytes(content)


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A local file to be filled, which then takes the place of another in one step.

    At a remote path that step is the upload: an object appears whole or not at all.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    with failures_in_words(file):
        if not paths.is_local(file):
            with tempfile.TemporaryDirectory() as folder:
                filled = Path(folder, file.name)
                yield filled
                paths.upload(filled, file)
            return
        unfinished = file.with_name(f".{file.name}.unfinished")  # hidden from readers of folders
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep every other sertool from writing to a folder, which is made where it is not there.

    A remote folder has no lock that a killed process would release, and so
    none: two writers there cost each other time, but no row is wrong (`docs/scaling.md`).

    Raises:
        CannotWrite: another process writes to it now, or nobody may.
    """
    if not paths.is_local(folder):
        yield
        return
    with _locked(folder / LOCK, f"to '{folder}'", "folder"):
        yield


@contextmanager
def alone_at(file: Path) -> Iterator[None]:
    """Keep every other sertool from writing a file that grows for a while.

    Raises:
        CannotWrite: another process writes it now, or nobody may.
    """
    lock = file.with_name(f".{file.name}{LOCK}")
    with _locked(lock, f"'{file}'", "file"):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


@contextmanager
def _locked(file: Path, what: str, kind: str) -> Iterator[None]:
    import filelock

    with failures_in_words(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(file, blocking=False, thread_local=False)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise CannotWrite(
                f"another sertool is writing {what}; wait until it is done, or name another {kind}"
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def failures_in_words(place: Path) -> Iterator[None]:
    """Turn what the operating system says about writing to a place into a `CannotWrite`."""
    try:
        yield
    except CannotWrite:
        raise
    except OSError as error:
        raise CannotWrite(
            f"cannot write '{place}' ({error.strerror or error}); what was there is unharmed: "
            "make room, fix the permissions or name another place"
        ) from None
