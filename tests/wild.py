"""Recordings as people make them, made up: what is sent over pipes, cut, mislabelled, misplaced."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000


def voice(seconds: float = 3.0, rate: int = RATE) -> np.ndarray:
    """Like a voice: harmonics of a wandering pitch in syllables, with a little noise; float32."""
    noise = np.random.default_rng(0)
    time = np.arange(int(seconds * rate)) / rate
    pitch = 130 * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * time) + 0.04 * np.sin(6.2 * np.pi * time))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    harmonics = [k for k in range(1, 30) if k * 130 * 1.2 < rate / 2]
    formant = {k: np.exp(-(((k * 130 - 600) / 1800) ** 2)) / k**1.2 for k in harmonics}
    sound = sum(formant[k] * np.sin(k * phase) for k in harmonics)
    syllables = np.clip(np.sin(2 * np.pi * 2.6 * time + 0.4), 0, None) ** 0.7
    sound = sound * syllables + 0.02 * noise.standard_normal(time.size) * syllables
    room = 1e-4 * noise.standard_normal(time.size)
    return (0.35 * sound / np.abs(sound).max() + room).astype(np.float32)


def coded(samples: np.ndarray, rate: int = RATE, form: str = "WAV", **how: object) -> bytes:
    """A sound file in memory."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=form, **how)
    return file.getvalue()


def mp3(samples: np.ndarray, rate: int, mode: str) -> bytes:
    return coded(samples, rate, "MP3", bitrate_mode=mode, compression_level=0.3)


def first_frame_bytes(stream: bytes) -> int:
    """The length of the first frame of an MP3 (layer III) in bytes."""
    is_first = (stream[1] >> 3) & 3 == 3
    kilobits = (
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        if is_first
        else [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    )[stream[2] >> 4]
    rates = {3: [44_100, 48_000, 32_000], 2: [22_050, 24_000, 16_000]}[(stream[1] >> 3) & 3]
    rate = rates[(stream[2] >> 2) & 3]
    return (144 if is_first else 72) * kilobits * 1000 // rate + ((stream[2] >> 1) & 1)


def bare(stream: bytes) -> bytes:
    """An MP3 without the Info or Xing frame that says how long it is, as a pipe gets it."""
    assert b"Info" in stream[:200] or b"Xing" in stream[:200]
    return stream[first_frame_bytes(stream) :]


def with_size(content: bytes, name: bytes, form: str, size: int) -> bytes:
    """A file whose chunk of this name says that it has another size."""
    at = content.index(name) + 4
    return content[:at] + struct.pack(form, size) + content[at + struct.calcsize(form) :]


def flac_of(n_samples: int, content: bytes) -> bytes:
    """A FLAC that says it has so many samples."""
    said = (content[21] & 0xF0) << 32 | n_samples
    return content[:21] + said.to_bytes(5, "big") + content[26:]


def riff(form: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2)
        for name, part in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + form + body


def in_wav(stream: bytes, codec: int, rate: int) -> bytes:
    """MPEG audio in a WAV."""
    about = struct.pack("<HHIIHHHHIHHH", codec, 1, rate, 8_000, 1, 0, 12, 1, 2, 417, 1, 1393)
    return riff(b"WAVE", [(b"fmt ", about), (b"data", stream)])


def avi(samples: np.ndarray) -> bytes:
    """16-bit samples at 16 kHz in an AVI without pictures."""
    content = (samples * 32_767).astype("<i2").tobytes()
    parts = [content[at : at + 1280] for at in range(0, len(content), 1280)]
    main = struct.pack("<14I", 40_000, 32_000, 0, 0x10, 75, 0, 1, 1280, *[0] * 6)
    numbers = (0, 0, 0, 0, 0, 2, 32_000, 0, len(content), 1280, 0, 2)
    header = b"auds" + struct.pack("<IIHHIIIIIIII", *numbers) + bytes(8)
    codec = struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16)
    stream = riff(b"strl", [(b"strh", header), (b"strf", codec)])[8:]
    lists = riff(b"hdrl", [(b"avih", main), (b"LIST", stream)])[8:]
    movie = riff(b"movi", [(b"00wb", part) for part in parts])[8:]
    return riff(b"AVI ", [(b"LIST", lists), (b"LIST", movie)])


def _zipped(sound: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Actor_01/03-01-05-01-01-01-01.wav", sound)
    return file.getvalue()


def _tarred(sound: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("a.wav")
        member.size = len(sound)
        archive.addfile(member, io.BytesIO(sound))
    return file.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 72862\n" % (b"0" * 64)

NO_SOUND: dict[str, tuple[bytes, str]] = {
    "git lfs": (POINTER, "a Git LFS pointer.*git lfs pull"),
    "git annex": (b"/annex/objects/SHA256E-s1--0.wav\n", "git annex get"),
    "zip": (_zipped(coded(voice(0.5))), "a ZIP archive: unpack it"),
    "gzip": (gzip.compress(coded(voice(0.5))), "packed with gzip: unpack it"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(90), "a 7z archive: unpack it"),
    "tar": (_tarred(coded(voice(0.5))), "a tar archive: unpack it"),
    "web page": (b"\n<!DOCTYPE html><html><title>Sign in</title></html>", "a web page"),
    "pdf": (b"%PDF-1.7\n" + bytes(90), "a PDF"),
    "xml": (b'<?xml version="1.0"?><a/>', "XML"),
    "json": (b'{"error": "denied"}', "JSON"),
    "text": ("Zusammenfassung über Gefühle\n".encode() * 9, "text: give a sound file"),
    "utf-16": ("anger, fear".encode("utf-16"), "text: give a sound file"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(90), "a picture"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(90), "a picture"),
    "empty": (b"", "empty: 0 bytes"),
    "zeros": (bytes(100_000), "nothing but zeros"),
    "macOS": (bytes.fromhex("0005160700020000") + b"Mac OS X        " + bytes(200), "macOS"),
}
"""What is no sound, by what it is: its bytes, and what is said of it."""


def companions(folder: Path) -> None:
    """A recording, and beside it what macOS, Windows and a NAS leave: case by case."""
    (folder / "a.wav").write_bytes(coded(voice()))
    for below in ("__MACOSX", ".Trash", "@eaDir", "$RECYCLE.BIN", "one/.hidden"):
        (folder / below).mkdir(parents=True)
        shutil.copy(folder / "a.wav", folder / below / "old.wav")
    for name in ("._a.wav", "__MACOSX/._a.wav", "Thumbs.db", "desktop.ini", ".DS_Store"):
        (folder / name).write_bytes(NO_SOUND["macOS"][0])


def sparse(path: Path, n_bytes: int) -> Path:
    """A file of zeros that takes no room."""
    with path.open("wb") as file:
        os.truncate(file.fileno(), n_bytes)
    return path
