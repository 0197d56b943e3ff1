"""One file per corpus, each found by its name; here only what they share: names and the walk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from sertool import registry
from sertool.errors import NotEnough, NotFound
from sertool.storage import paths
from sertool.types import Clip, Corpus

SUFFIXES = (
    ".wav", ".flac", ".aiff", ".aif", ".au", ".opus", ".ogg", ".m4a", ".aac", ".mp3", ".wma",
    ".webm", ".mp4",
)  # fmt: skip
"""What a sound file's name ends in, the lossless first: of two copies the earlier one counts."""


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
    if parts.suffix.lower() not in SUFFIXES or any(map(_is_hidden, parts.parts)):
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


def find_clips(corpus: Corpus, folder: Path) -> list[Clip]:
    """The clips of a corpus below a folder, sorted by path.

    A recording that lies there several times counts once: the copy in the fewest folders, then
    the one whose suffix stands first in `SUFFIXES`, then the first by name. Links are followed,
    but no folder is entered twice.

    Raises:
        NotFound: there is no such folder, or one that may not be read.
        NotEnough: the folder holds no clip of this corpus.

    >>> find_clips(find_corpus("emodb"), Path("no/such/folder"))
    Traceback (most recent call last):
    sertool.errors.NotFound: no folder no/such/folder: give the one that holds emodb
    """
    if not folder.is_dir():
        raise NotFound(f"no folder {folder.as_posix()}: give the one that holds {corpus.name}")
    found = list(sound_files(folder))
    recordings: dict[str, Clip] = {}
    for path in sorted(found, key=_preference):
        clip = corpus.parse(path)
        if clip is not None:
            recordings.setdefault(clip.recording, clip)
    if not recordings:
        raise NotEnough(_nothing_found(corpus, folder, found))
    return sorted(recordings.values(), key=lambda clip: clip.path)


def sound_files(folder: Path) -> Iterator[str]:
    """The sound files below a folder, as POSIX paths inside it, hidden ones left out.

    Breadth first, so that a folder reached on two ways is entered on the shorter one.

    Raises:
        NotFound: a folder that may not be read.
    """
    yield from _walked(folder) if paths.is_local(folder) else _remote_sound_files(folder)


def _walked(folder: Path) -> Iterator[str]:
    """Breadth first, so that a folder reached on two ways is entered on the shorter one."""
    entered: set[Path] = set()
    level = [folder]
    while level:
        new = {one.resolve(): one for one in reversed(level) if one.resolve() not in entered}
        entered.update(new)
        entries = sorted(entry for one in new.values() for entry in _entries(one))
        visible = [entry for entry in entries if not _is_hidden(entry.name)]
        level = [entry for entry in visible if entry.is_dir()]
        for entry in visible:
            if entry.suffix.lower() in SUFFIXES and entry.is_file():
                yield entry.relative_to(folder).as_posix()


def _remote_sound_files(folder: Path) -> Iterator[str]:
    """The same of a remote folder, where there are no links."""
    for path in paths.below(folder):
        parts = PurePosixPath(path)
        if parts.suffix.lower() in SUFFIXES and not any(map(_is_hidden, parts.parts)):
            yield path


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except PermissionError as error:
        raise NotFound(
            f"no permission to read {folder.as_posix()}: change it or move it"
        ) from error


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


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
