"""The one walk over folders of recordings: what it finds, and what it passes over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sertool.errors import NotFound
from sertool.storage import paths

SUFFIXES = (
    ".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".aiff", ".aif", ".aifc", ".au", ".snd",
    ".caf", ".sph", ".nist", ".voc", ".wv", ".tta", ".ape", ".tak", ".shn", ".dsf", ".opus",
    ".ogg", ".oga", ".spx", ".m4a", ".m4b", ".aac", ".mp3", ".mp2", ".mpga", ".wma", ".mpc",
    ".ac3", ".eac3", ".ec3", ".dts", ".amr", ".awb", ".3ga", ".ra", ".weba", ".webm", ".mka",
    ".mkv", ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".avi", ".flv", ".f4v", ".wmv", ".asf",
    ".mpg", ".mpeg", ".vob", ".ts", ".mts", ".m2ts", ".rm", ".mxf",
)  # fmt: skip
"""What a sound file's name ends in, the lossless first: of two copies the earlier one counts."""
SHARED = (".ts", ".dts", ".snd", ".nist", ".ape", ".asf")
"""Endings that other kinds of files have, too; those count where they begin as sound does."""
SYSTEM = ("__macosx", "$recycle.bin", "system volume information", "lost+found", "@eadir")
"""What systems put into folders, in small letters; no recording of anybody lies there."""
SYSTEM_FILES = ("thumbs.db", "desktop.ini")


@dataclass
class PassedOver:
    """What a walk did not take, counted.

    Attributes:
        hidden: hidden files and folders, and those of the system; a folder counts once.
        others: files that are not called as sound files are.

    >>> str(PassedOver(hidden=3, others=1))
    '3 hidden files or folders, 1 file of another kind'
    """

    hidden: int = 0
    others: int = 0

    def __str__(self) -> str:
        hidden = f"{self.hidden:,} hidden file{'s or folders' if self.hidden > 1 else ' or folder'}"
        kinds = "files of other kinds" if self.others > 1 else "file of another kind"
        said = [hidden] * (self.hidden > 0) + [f"{self.others:,} {kinds}"] * (self.others > 0)
        return ", ".join(said)


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden or of the system: `._` companions, `.Trash`, `__MACOSX`.

    >>> is_hidden("._a.wav"), is_hidden("__MACOSX"), is_hidden("Thumbs.db"), is_hidden("a.wav")
    (True, True, True, False)
    """
    return name.startswith(".") or name.lower() in (*SYSTEM, *SYSTEM_FILES)


def is_sound_name(path: PurePosixPath) -> bool:
    """Whether a file is called as sound files are, in any case."""
    return path.suffix.lower() in SUFFIXES


def sound_files(folder: Path, passed_over: PassedOver | None = None) -> Iterator[str]:
    """The sound files below a folder, as POSIX paths inside it, hidden ones left out.

    Breadth first, so that a folder reached on two ways is entered on the shorter one. Links are
    followed, but no folder is entered twice.

    Args:
        folder: local or remote.
        passed_over: counts what is left out.

    Raises:
        NotFound: a folder that may not be read.
    """
    counts = PassedOver() if passed_over is None else passed_over
    yield from (_walked if paths.is_local(folder) else _remote)(folder, counts)


def _walked(folder: Path, counts: PassedOver) -> Iterator[str]:
    entered: set[Path] = set()
    level = [folder]
    while level:
        new = {one.resolve(): one for one in reversed(level) if one.resolve() not in entered}
        entered.update(new)
        entries = sorted(entry for one in new.values() for entry in _entries(one))
        visible = [entry for entry in entries if not is_hidden(entry.name)]
        counts.hidden += len(entries) - len(visible)
        level = [entry for entry in visible if entry.is_dir()]
        for entry in visible:
            if _is_sound(entry):
                yield entry.relative_to(folder).as_posix()
            elif not entry.is_dir():
                counts.others += 1


def _is_sound(entry: Path) -> bool:
    suffix = entry.suffix.lower()
    if suffix not in SUFFIXES or not entry.is_file():
        return False
    return suffix not in SHARED or _begins_as_sound(entry)


def _begins_as_sound(file: Path) -> bool:
    from sertool.audio import nosound

    try:
        with file.open("rb") as content:
            head = content.read(nosound.HEAD)
    except OSError:
        return True  # decoding it says why not
    return nosound.text(head) is None


def _remote(folder: Path, counts: PassedOver) -> Iterator[str]:
    """The same of a remote folder, where there are no links."""
    for path in paths.below(folder):
        parts = PurePosixPath(path)
        if any(map(is_hidden, parts.parts)):
            counts.hidden += 1
        elif is_sound_name(parts):
            yield path
        else:
            counts.others += 1


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except PermissionError as error:
        raise NotFound(
            f"no permission to read {folder.as_posix()}: change it or move it"
        ) from error
