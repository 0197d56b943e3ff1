"""One file per corpus, each found by its name; here only what they share: names and the walk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from sertool import registry
from sertool.corpora._walk import (
    SUFFIXES,
    PassedOver,
    is_hidden,
    is_sound_name,
    sound_files,
)
from sertool.errors import NotEnough, NotFound
from sertool.storage import paths
from sertool.types import Clip, Corpus

__all__ = [
    "SUFFIXES",
    "PassedOver",
    "find_clips",
    "find_corpus",
    "match_name",
    "sound_files",
]


def match_name(pattern: str, path: str) -> re.Match[str] | None:
    r"""Match the whole name of a sound file, without its suffix, whatever the case.

    A pattern with slashes takes in the folders that hold the file. Hidden files, among them the
    `._` companions that macOS leaves, and all below `__MACOSX` match nothing.

    Args:
        pattern: regular expression for the end of the path.
        path: POSIX, relative to the corpus folder.

    >>> match_name(r"(?P<speaker>[a-z]+)_(?P<take>\d)", "mirror/ANN_3.WAV")[0]
    'ANN_3'
    >>> match_name(r"[a-z]+_\d", "mirror/readme_1.txt") is None
    True
    >>> match_name(r"[a-z]+_\d", "__MACOSX/mirror/ann_3.wav") is None
    True
    """
    parts = PurePosixPath(path)
    if not is_sound_name(parts) or any(map(is_hidden, parts.parts)):
        return None
    stem = str(parts.with_suffix(""))
    return re.search(rf"(?<![^/])(?:{pattern})\Z", stem, re.IGNORECASE | re.ASCII)


def find_corpus(name: str) -> Corpus:
    """The corpus of a name; what another package's `parse` returns is checked.

    Raises:
        UnknownName: with the nearest name and the list.
        BadPlugin: it cannot be imported, or breaks the contract.

    >>> find_corpus("emodb").language
    'de'
    """
    found: Corpus = registry.checked("corpora", name, _faults)
    where = registry.origin("corpora", name)
    if where is None:
        return found
    return replace(found, parse=partial(_parsed, parse=found.parse, name=name, where=where))


def _faults(found: Any, name: str) -> Iterator[str]:
    """What of a corpus breaks the contract."""
    if not isinstance(found, Corpus):
        yield f"is a {type(found).__name__}, no sertool.types.Corpus"
    elif found.name != name or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield f"calls itself {found.name!r}; a name is of small letters, digits and _"
    elif not all(isinstance(each, str) for each in (found.language, found.licence, found.citation)):
        yield "has a language, licence or citation that is no text"
    elif not callable(found.parse):
        yield "has no function that parses a path"


def _parsed(
    path: str, *, parse: Callable[[str], Clip | None], name: str, where: registry.Origin
) -> Clip | None:
    with registry.guard("corpora", name, where):
        clip = parse(path)
        texts = isinstance(clip, Clip) and all(
            isinstance(value, str) and "\0" not in value
            for value in (clip.emotion, clip.speaker, clip.recording, clip.raw_label, clip.sentence)
        )
        is_right = clip is None or (texts and clip.path == path and bool(clip.emotion))
    if not is_right:
        fault = f"parses {path} to {clip!r}, which is neither None nor a Clip of that path in texts"
        raise registry.breach("corpora", name, where, fault)
    return clip


def find_clips(corpus: Corpus, folder: Path, passed_over: PassedOver | None = None) -> list[Clip]:
    """The clips of a corpus below a folder, sorted by path.

    A recording that lies there several times counts once: the copy in the fewest folders, then
    the one whose suffix stands first in `SUFFIXES`, then the first by name. Links are followed,
    but no folder is entered twice.

    Args:
        corpus: whose names the files have.
        folder: local or remote.
        passed_over: counts what is left out for its name alone.

    Raises:
        NotFound: there is no such folder, or one that may not be read.
        NotEnough: the folder holds no clip of this corpus.

    >>> find_clips(find_corpus("emodb"), Path("no/such/folder"))
    Traceback (most recent call last):
    sertool.errors.NotFound: no folder no/such/folder: give the one that holds emodb
    """
    if not folder.is_dir():
        raise NotFound(_no_folder(corpus, folder))
    found = list(sound_files(folder, passed_over))
    recordings: dict[str, Clip] = {}
    for path in sorted(found, key=_preference):
        clip = corpus.parse(path)
        if clip is not None:
            recordings.setdefault(clip.recording, clip)
    if not recordings:
        raise NotEnough(_nothing_found(corpus, folder, found))
    return sorted(recordings.values(), key=lambda clip: clip.path)


def _no_folder(corpus: Corpus, folder: Path) -> str:
    from sertool.audio import nosound

    if paths.is_local(folder) and folder.is_file():
        with folder.open("rb") as file:
            what = nosound.archive(file.read(nosound.HEAD))
        if what:
            return f"{folder.as_posix()} is {what}: unpack it and give the folder that it makes"
        return f"{folder.as_posix()} is a file: give the folder that holds {corpus.name}"
    return f"no folder {folder.as_posix()}: give the one that holds {corpus.name}"


def _preference(path: str) -> tuple[int, int, str]:
    suffix = PurePosixPath(path).suffix.lower()
    return path.count("/"), SUFFIXES.index(suffix), path


def _nothing_found(corpus: Corpus, folder: Path, found: list[str]) -> str:
    seen = f"{len(found)} sound file{'s' if len(found) != 1 else ''}" + (
        f" such as {found[0]}" if found else ""
    )
    return (
        f"no clip of {corpus.name} in {folder.as_posix()}: {seen}; its {corpus.clips} recordings "
        f"must keep the names under which {corpus.url or 'its makers'} publishes them"
    )
