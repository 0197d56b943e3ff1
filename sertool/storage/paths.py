"""Local and remote paths: folders of this machine, and what fsspec opens (`s3://`, `gs://`).

A local path is a `pathlib.Path`, a remote one a `upath.UPath`, which has the same methods; both
are typed as `Path`. What differs between them is known here, and nowhere else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from sertool import versions
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
    """The local or remote path that a text names; a path stays as it is.

    Raises:
        MissingExtra: a remote path, and the extra `remote` is not installed.
        BadChoice: a scheme that fsspec does not know, a server that does not answer, or no keys.

    >>> path("file:///data/emodb").as_posix()
    '/data/emodb'
    >>> is_local(path("corpora/emodb"))
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
            f"{given} is a remote path, which takes: {versions.hint('remote')}"
        ) from None
    try:
        # without the cache of listings: other machines write there, too
        there = UPath(given, use_listings_cache=False)
        there.fs  # noqa: B018 - finds out whether the file system can be loaded
    except (ValueError, ImportError) as error:
        raise BadChoice(f"cannot open {given}: {error}") from None
    try:
        (there / "sertool").exists()  # need not; of a bucket itself s3fs hides why it cannot say
    except _failures(scheme) as error:
        raise BadChoice(
            f"{given} does not answer ({error}): correct the path, or give the keys, for S3 as "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or in ~/.aws"
        ) from None
    return cast("Path", there)


def _failures(scheme: str) -> tuple[type[Exception], ...]:
    """What is raised where keys are missing or nobody answers."""
    if scheme not in ("s3", "s3a"):
        return (OSError,)
    from botocore.exceptions import BotoCoreError

    return OSError, BotoCoreError


def is_local(where: Path) -> bool:
    """Whether a path is of this machine's own file system."""
    return isinstance(where, Path)


@contextmanager
def local_copy(file: Path) -> Iterator[Path]:
    """A local file: the one that is given, or a copy of a remote one, removed afterwards.

    Raises:
        NotFound: there is none, or it cannot be fetched.
    """
    if is_local(file):
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, file.name)
        there = _remote(file)
        try:
            copy.write_bytes(there.fs.cat_file(there.path))
        except OSError as error:
            raise NotFound(f"no file can be fetched from '{file}' ({error})") from None
        yield copy


def upload(file: Path, there: Path) -> None:
    """Copy a local file to a remote path; it appears there whole or not at all."""
    address = _remote(there)
    address.fs.put_file(str(file), address.path)


def below(folder: Path) -> dict[str, Stamp]:
    """The files below a remote folder, by their path inside it, in few requests.

    Raises:
        NotFound: nothing lies there, or it may not be listed.
    """
    there = _remote(folder)
    try:
        found = there.fs.find(there.path, detail=True)
    except OSError as error:
        raise NotFound(f"{folder} cannot be listed ({error}); correct the path") from None
    base = PurePosixPath(there.fs._strip_protocol(there.path))
    return {
        PurePosixPath(name).relative_to(base).as_posix(): _stamp(about)
        for name, about in found.items()
    }


def stamps(folder: Path, files: Iterable[str]) -> dict[str, Stamp | None]:
    """The stamps of some files, by their path inside a folder; None where there is no such file."""
    if is_local(folder):
        return {name: stamp(folder / name) for name in files}
    known = below(folder)
    return {name: known.get(name) for name in files}


def stamp(file: Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        if not is_local(file):
            there = _remote(file)
            return _stamp(there.fs.info(there.path))
        status = file.stat()
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return None
    return status.st_size, status.st_mtime_ns


def _remote(where: Path) -> UPath:
    return cast("UPath", where)


def _stamp(about: Mapping[str, Any]) -> Stamp:
    """From what fsspec says of a file; the time in whole seconds, as some tell no more."""
    changed = next((about[name] for name in CHANGED if about.get(name)), 0)
    if isinstance(changed, str):
        changed = datetime.fromisoformat(changed)
    seconds = changed.timestamp() if isinstance(changed, datetime) else changed
    return int(about["size"]), int(seconds) * 1_000_000_000
