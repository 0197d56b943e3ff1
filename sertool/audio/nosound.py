"""What a file holds that is no sound, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = 2**16
"""So many bytes of a file are looked at."""


@dataclass(frozen=True)
class _Kind:
    """Something that is told by the bytes at a place."""

    magic: bytes
    what: str
    at: int = 0


_UNPACK = "unpack it and give the sound files"
_OTHER = "give a sound file"
_ARCHIVE = ": " + _UNPACK

ARCHIVES = (
    _Kind(b"PK\x03\x04", "a ZIP archive"),
    _Kind(b"PK\x05\x06", "an empty ZIP archive"),
    _Kind(b"\x1f\x8b\x08", "packed with gzip"),
    _Kind(b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    _Kind(b"Rar!\x1a\x07", "a RAR archive"),
    _Kind(b"\xfd7zXZ\0", "packed with xz"),
    _Kind(b"BZh91AY&SY", "packed with bzip2"),
    _Kind(b"\x28\xb5\x2f\xfd", "packed with zstd"),
    _Kind(b"\x04\x22\x4d\x18", "packed with lz4"),
    _Kind(b"ustar", "a tar archive", 257),
)
"""What is unpacked before it is used."""

_POINTERS = (
    _Kind(
        b"version https://git-lfs.github.com/spec/",
        "a Git LFS pointer, not the recording: run git lfs pull in its repository",
    ),
    _Kind(b"/annex/objects/", "a git-annex pointer, not the recording: run git annex get"),
)
_OTHERS = (
    _Kind(b"%PDF-", "a PDF"),
    _Kind(b"\x89PNG\r\n", "a picture (PNG)"),
    _Kind(b"\xff\xd8\xff", "a picture (JPEG)"),
    _Kind(b"GIF87a", "a picture (GIF)"),
    _Kind(b"GIF89a", "a picture (GIF)"),
    _Kind(b"II*\0", "a picture (TIFF)"),
    _Kind(b"MM\0*", "a picture (TIFF)"),
    _Kind(b"WEBPVP8", "a picture (WebP)", 8),
    _Kind(b"ftypheic", "a picture (HEIC)", 4),
    _Kind(b"ftypavif", "a picture (AVIF)", 4),
    _Kind(b"MThd", "MIDI, notes without sound"),
    _Kind(b"\x93NUMPY", "a NumPy array"),
    _Kind(b"\x89HDF\r\n", "HDF5"),
    _Kind(b"PAR1", "a Parquet table"),
    _Kind(b"SQLite format 3\0", "an SQLite database"),
    _Kind(b"\x7fELF", "a program"),
    _Kind(b"\x00\x05\x16\x07", "a companion (._) that macOS keeps beside a file"),
    _Kind(b"\x00\x05\x16\x00", "a companion (._) that macOS keeps beside a file"),
    _Kind(b"\0\0\0\1Bud1", "a .DS_Store of macOS"),
    _Kind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document, or a Thumbs.db"),
)
_WEB = (b"<!doctype html", b"<html", b"<head", b"<body")
_TEXTS = (
    (b"<?xml", "XML"),
    (b"<svg", "a picture (SVG)"),
    (b"{", "JSON or other text"),
    (b"[", "JSON or other text"),
    (b"#extm3u", "a playlist"),
)


def archive(head: bytes) -> str | None:
    r"""What kind of archive begins so; None = none.

    >>> archive(b"PK\x03\x04")
    'a ZIP archive'
    """
    found = _first(ARCHIVES, head)
    return found.what if found else None


def known(head: bytes) -> str | None:
    """What a file that begins so is and what to do; None = perhaps a recording.

    >>> known(b"<!DOCTYPE html><html>")
    'a web page, not the recording: open its address in a browser, then download it again'
    """
    pointer, packed, other = (_first(kinds, head) for kinds in (_POINTERS, ARCHIVES, _OTHERS))
    if pointer:
        return pointer.what
    if packed:
        is_office = b"[Content_Types].xml" in head
        return f"an Office document: {_OTHER}" if is_office else packed.what + _ARCHIVE
    if other:
        return f"{other.what}: {_OTHER}"
    if _begin(head).startswith(_WEB):
        return (
            "a web page, not the recording: open its address in a browser, then download it again"
        )
    if len(head) > 15 and not any(head):
        return "nothing but zeros where a sound file begins: copy or download it again"
    return None


def text(head: bytes) -> str | None:
    """What kind of text begins so, and what to do; None = it is no text.

    To be asked last: any bytes may happen to be text.

    >>> text(b'{"emotion": "sad"}'), text(bytes(range(200)))
    ('JSON or other text: give a sound file', None)
    """
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        said = head[: len(head) // 2 * 2].decode(encoding)
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 5:  # cut within a character
            return None
        said = head[: error.start].decode(encoding)
    if not said or not all(sign.isprintable() or sign.isspace() for sign in said):
        return None
    begin = _begin(said.encode())
    what = next((what for magic, what in _TEXTS if begin.startswith(magic)), "text")
    return f"{what}: {_OTHER}"


def _begin(head: bytes) -> bytes:
    return head[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()


def _first(kinds: tuple[_Kind, ...], head: bytes) -> _Kind | None:
    return next((each for each in kinds if head.startswith(each.magic, each.at)), None)
