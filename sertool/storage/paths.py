"""Where files lie: a folder of this machine, or whatever address fsspec opens (`s3://`, `gs://`).

A place here is a `pathlib.Path`, elsewhere a `upath.UPath`, which answers to the same names; both
are typed as `Path`. What differs between them is asked here, and nowhere else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from sertool.errors import BadChoice, MissingExtra, NotFound

if TYPE_CHECKING:
    from upath import UPath

Stamp = tuple[int, int]
"""Size in bytes and time of last change in nanoseconds: how a changed file is noticed."""

ASSETS = Path(__file__).parents[1] / "assets"
"""What ships with the package beside code: models, an embedded store, pages."""

CHANGED = ("mtime", "LastModified", "last_modified", "updated", "created")
"""What file systems call the time of last change; the first that one knows counts."""


def path(given: str | Path) -> Path:
    """The place that a text names, be it a path or an address with a scheme; a place is itself.

    Raises:
        MissingExtra: an address, and the extra `remote` is not installed.
        BadChoice: a scheme that fsspec does not know, a place that does not answer, or no keys.

    >>> path("file:///data/emodb").as_posix()
    '/data/emodb'
    >>> is_here(path("corpora/emodb"))
    True
    """
    if not isinstance(given, str):
        return given
    scheme, separator, rest = given.partition("://")
    if not separator:
        return Path(given).expanduser()
    if scheme == "file":
        return Path(rest)
    try:
        from upath import UPath
    except ImportError:
        raise MissingExtra(
            f"{given} lies elsewhere; to go there takes: pip install 'sertool[remote]'"
        ) from None
    try:
        # without the cache of listings: other machines write there, too
        there = UPath(given, use_listings_cache=False)
        there.fs  # noqa: B018 - finds out whether the file system can be loaded
    except (ValueError, ImportError) as error:
        raise BadChoice(f"cannot go to {given}: {error}") from None
    try:
        (there / "sertool").exists()  # need not; of a bucket itself s3fs hides why it cannot say
    except _failures(scheme) as error:
        raise BadChoice(
            f"{given} cannot be asked ({error}): mend the address, or give the keys, for S3 as "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or in ~/.aws"
        ) from None
    return cast("Path", there)


def _failures(scheme: str) -> tuple[type[Exception], ...]:
    """What is raised where keys are missing or nobody answers."""
    if scheme not in ("s3", "s3a"):
        return (OSError,)
    from botocore.exceptions import BotoCoreError

    return OSError, BotoCoreError


def is_here(where: Path) -> bool:
    """Whether a place is of this machine's own file system."""
    return isinstance(where, Path)


@contextmanager
def at_hand(file: Path) -> Iterator[Path]:
    """A file of this machine: the one that is given, or a copy that is gone afterwards.

    Raises:
        NotFound: there is none, or it cannot be fetched.
    """
    if is_here(file):
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, file.name)
        there = _elsewhere(file)
        try:
            copy.write_bytes(there.fs.cat_file(there.path))
        except OSError as error:
            raise NotFound(f"no file can be fetched from '{file}' ({error})") from None
        yield copy


def upload(file: Path, there: Path) -> None:
    """Put a file of this machine elsewhere; it appears there whole or not at all."""
    address = _elsewhere(there)
    address.fs.put_file(str(file), address.path)


def below(folder: Path) -> dict[str, Stamp]:
    """The files below a folder that lies elsewhere, by their path inside it, in few requests.

    Raises:
        NotFound: nothing lies there, or it may not be listed.
    """
    there = _elsewhere(folder)
    try:
        found = there.fs.find(there.path, detail=True)
    except OSError as error:
        raise NotFound(f"{folder} cannot be listed ({error}); mend the address") from None
    base = PurePosixPath(there.fs._strip_protocol(there.path))
    return {
        PurePosixPath(name).relative_to(base).as_posix(): _stamp(about)
        for name, about in found.items()
    }


def stamps(folder: Path, files: Iterable[str]) -> dict[str, Stamp | None]:
    """The stamps of some files, by their path inside a folder; None where there is no such file."""
    if is_here(folder):
        return {name: stamp(folder / name) for name in files}
    known = below(folder)
    return {name: known.get(name) for name in files}


def stamp(file: Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        if not is_here(file):
            there = _elsewhere(file)
            return _stamp(there.fs.info(there.path))
        status = file.stat()
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return None
    return status.st_size, status.st_mtime_ns


def _elsewhere(where: Path) -> UPath:
    return cast("UPath", where)


def _stamp(about: Mapping[str, Any]) -> Stamp:
    """From what fsspec says of a file; the time in whole seconds, as some tell no more."""
    changed = next((about[name] for name in CHANGED if about.get(name)), 0)
    if isinstance(changed, str):
        changed = datetime.fromisoformat(changed)
    seconds = changed.timestamp() if isinstance(changed, datetime) else changed
    return int(about["size"]), int(seconds) * 1_000_000_000
