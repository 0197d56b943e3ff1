"""Which of FFmpeg's demuxers a recording needs, told by its first bytes and never by its name."""

from __future__ import annotations

HEAD = 4096
"""So many bytes are looked at."""
NAMES = {
    "mov": "M4A, MP4 or QuickTime", "matroska": "WebM or Matroska", "asf": "WMA", "aac": "AAC",
    "avi": "AVI", "flv": "FLV", "amr": "AMR", "mpegts": "MPEG-TS", "mpeg": "MPEG-PS", "ac3": "AC3",
    "eac3": "E-AC3", "dts": "DTS", "dtshd": "DTS", "wv": "WavPack", "tta": "TTA", "ape": "APE",
    "mpc": "Musepack", "mpc8": "Musepack", "shn": "Shorten", "tak": "TAK", "rm": "RealMedia",
    "loas": "AAC", "mlp": "MLP", "truehd": "TrueHD", "dsf": "DSF", "qcp": "QCELP", "ilbc": "iLBC",
    "mxf": "MXF", "oma": "ATRAC", "wtv": "WTV", "wav": "WAV", "aiff": "AIFF", "caf": "CAF",
    "ogg": "OGG", "au": "AU", "w64": "W64", "nistsphere": "NIST SPHERE",
}  # fmt: skip
"""What each is called for people."""

STATED = frozenset(
    {"mov", "matroska", "asf", "avi", "flv", "wv", "tta", "ape", "mpc", "mpc8", "tak", "dsf"}
)
"""Those that write down how long the sound is; of the others FFmpeg estimates it."""

_MAGIC = (
    (4, b"ftyp", "mov"), (4, b"moov", "mov"), (4, b"mdat", "mov"), (4, b"wide", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"), (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"\xff\xf1", "aac"), (0, b"\xff\xf9", "aac"), (0, b"\xff\xf0", "aac"),
    (0, b"FLV\x01", "flv"), (0, b"#!AMR", "amr"),
    (0, b"\0\0\x01\xba", "mpeg"), (0, b"\x7f\xfe\x80\x01", "dts"), (0, b"\xfe\x7f\x01\x80", "dts"),
    (0, b"\x1f\xff\xe8\x00", "dts"), (0, b"\xff\x1f\x00\xe8", "dts"), (0, b"DTSHDHDR", "dtshd"),
    (0, b"\x64\x58\x20\x25", "dts"), (0, b"wvpk", "wv"), (0, b"TTA1", "tta"), (0, b"MAC ", "ape"),
    (0, b"MP+", "mpc"), (0, b"MPCK", "mpc8"), (0, b"ajkg", "shn"), (0, b"tBaK", "tak"),
    (0, b".RMF", "rm"), (0, b".ra\xfd", "rm"), (4, b"\xf8\x72\x6f\xba", "truehd"),
    (4, b"\xf8\x72\x6f\xbb", "mlp"), (0, b"DSD ", "dsf"), (0, b"#!iLBC", "ilbc"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "mxf"), (0, b"ea3\x03", "oma"), (0, b"EA3\x01", "oma"),
    (0, b"\xb7\xd8\x00\x20\x37\x49\xda\x11", "wtv"), (8, b"AVI ", "avi"), (8, b"QLCM", "qcp"),
)  # fmt: skip

_SHARED = (
    (b"RIFF", "wav"), (b"RF64", "wav"), (b"FORM", "aiff"), (b"caff", "caf"), (b"OggS", "ogg"),
    (b".snd", "au"), (b"riff", "w64"), (b"NIST", "nistsphere"),
)  # fmt: skip
_TS_PACKETS = ((0, 188), (4, 192), (0, 204))
"""Where the first sync byte of MPEG-TS lies, and how far apart they are."""
_AC3_SYNC = b"\x0b\x77"


def demuxer(head: bytes) -> str | None:
    r"""The demuxer of a file that begins so and that libsndfile does not know; None = it may.

    Args:
        head: 1,000 bytes or more, where there are so many, behind an ID3v2 tag.

    >>> demuxer(b"RIFF\0\0\0\0AVI LIST"), demuxer(b"RIFF\0\0\0\0WAVEfmt ")
    ('avi', None)
    """
    if head.startswith(_AC3_SYNC) and len(head) > 5:
        return "ac3" if head[5] >> 3 <= 10 else "eac3"
    if any(_is_transport(head, first, step) for first, step in _TS_PACKETS):
        return "mpegts"
    if head[:1] == b"\x56" and len(head) > 1 and head[1] & 0xE0 == 0xE0:
        return "loas"
    return next((name for at, magic, name in _MAGIC if head.startswith(magic, at)), None)


def other_demuxer(head: bytes) -> str | None:
    r"""The demuxer to try where libsndfile knows a container, but not what is in it.

    >>> other_demuxer(b"caff\0\1")
    'caf'
    """
    return next((name for magic, name in _SHARED if head.startswith(magic)), None)


def _is_transport(head: bytes, first: int, step: int) -> bool:
    places = range(first, len(head), step)[:5]
    return len(places) > 2 and all(head[place] == 0x47 for place in places)
