"""Measurements and clips -> the tables of a store, and these tables' columns.

A feature set has a row for each variant of each clip. It says which sound it was measured on
(`sha256`), so that rows are joined to clips by name and sound: what was measured before a recording
changed is never taken for the recording that lies there now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sertool.features.sets import FeatureSet
from sertool.store.parquet import GROUP_ROWS, FileStamp, SealedFile
from sertool.types import Clip, Corpus

IDENTITY = (
    "corpus", "clip", "variant", "language", "speaker", "sentence", "gender", "emotion",
    "raw_label", "offset_s", "duration_s", "sha256",
)  # fmt: skip
"""The columns that say of each row who says what, and what it was measured on."""

OPTIONAL = pa.schema(
    [
        ("start_s", pa.float64()), ("end_s", pa.float64()), ("split", pa.string()),
        ("session", pa.string()), ("votes", pa.list_(pa.string())), ("intensity", pa.string()),
        ("age", pa.string()), ("arousal", pa.float64()), ("valence", pa.float64()),
        ("dominance", pa.float64()),
    ]
)  # fmt: skip
"""Further columns of clips, there where a corpus knows any of them; readers pass over others."""

KEYS = ("corpus", "clip", "variant", "offset_s", "duration_s", "sha256")
"""The columns of a feature set in front of its numbers."""


@dataclass(frozen=True)
class Numbers:
    """A feature set of one recording.

    Attributes:
        offset_s: where the window begins that was measured.
        values: shape (n_variants, n_columns), float32, in the orders of the set.
    """

    offset_s: float
    values: np.ndarray


@dataclass(frozen=True)
class Measurement:
    """What extraction learns from one recording.

    Attributes:
        clip: the path inside its corpus.
        stamp: the file's size and time of change.
        duration_s: length of the whole recording.
        sha256: of the decoded sound.
        numbers: by the name of the feature set.
    """

    clip: str
    stamp: FileStamp
    duration_s: float
    sha256: str
    numbers: Mapping[str, Numbers]


def measured(corpus: str, measurements: Sequence[Measurement], feature_set: FeatureSet) -> pa.Table:
    """The rows of one feature set."""
    variants = feature_set.variants
    each_row = [each for each in measurements for _ in variants]
    numbers = [each.numbers[feature_set.name] for each in measurements]
    keys = {
        "corpus": pa.array([corpus] * len(each_row)),
        "clip": pa.array([each.clip for each in each_row]),
        "variant": pa.array(variants * len(measurements)),
        "offset_s": pa.array([each.offset_s for each in numbers for _ in variants], pa.float32()),
        "duration_s": pa.array([each.duration_s for each in each_row], pa.float32()),
        "sha256": pa.array([each.sha256 for each in each_row]),
    }
    X = np.concatenate([each.values for each in numbers])
    columns = enumerate(feature_set.columns)
    return pa.table(keys | {name: pa.array(X[:, number]) for number, name in columns})


def newest(
    files: Sequence[SealedFile], clips: Sequence[str], feature_set: FeatureSet
) -> Iterator[pa.Table]:
    """The rows of some clips, a few row groups at a time, as the last of the files has them.

    Relies on how rows are written: the variants of a clip stand together, in their order, and a
    file has its clips in order; so few groups are needed for clips that follow each other.
    """
    pieces = [(file, group) for file in files for group in range(len(file.group_rows))]
    ends = np.cumsum([file.group_rows[group] for file, group in pieces])
    last = _last_rows(files)
    wanted = [*KEYS, *feature_set.columns]
    held: dict[int, pa.Table] = {}
    n_variants = len(feature_set.variants)
    n_clips = GROUP_ROWS // n_variants
    for start in range(0, len(clips), n_clips):
        ends_of_clips = np.array([last[path] for path in clips[start : start + n_clips]])
        rows = (ends_of_clips[:, None] + np.arange(1 - n_variants, 1)).ravel()
        needed = np.unique(np.searchsorted(ends, rows, side="right"))
        held = {
            number: held[number] if number in held else _piece(pieces[number], wanted)
            for number in needed.tolist()
        }
        begins = ends[needed] - [held[number].num_rows for number in needed.tolist()]
        shifts = begins - np.concatenate([[0], np.cumsum(ends[needed] - begins)[:-1]])
        moved = rows - shifts[np.searchsorted(ends[needed], rows, side="right")]
        yield pa.concat_tables(held.values()).take(pa.array(moved))


def _last_rows(files: Sequence[SealedFile]) -> dict[str, int]:
    """Clip -> its last row, counted over all files."""
    last: dict[str, int] = {}
    begin = 0
    for file in files:
        clips = file.table(["clip"]).column("clip").to_pylist()
        last.update({path: row for row, path in enumerate(clips, begin)})
        begin += len(clips)
    return last


def _piece(piece: tuple[SealedFile, int], columns: Sequence[str]) -> pa.Table:
    file, group = piece
    return file.table(columns, [group]).replace_schema_metadata()


def identities(
    corpus: Corpus, clips: Sequence[Clip], sounds: Mapping[str, tuple[float, str]]
) -> pa.Table:
    """The table of a corpus's clips.

    Args:
        corpus: whose they are.
        clips: in the order of the rows.
        sounds: clip -> length in seconds and sha256 of its sound.
    """
    columns = {
        "corpus": pa.array([corpus.name] * len(clips), pa.string()),
        "clip": pa.array([clip.path for clip in clips], pa.string()),
        "language": pa.array([clip.language or corpus.language for clip in clips], pa.string()),
        "speaker": pa.array([clip.speaker for clip in clips], pa.string()),
        "sentence": pa.array([clip.sentence for clip in clips], pa.string()),
        "gender": pa.array([clip.gender for clip in clips], pa.string()),
        "emotion": pa.array([clip.emotion for clip in clips], pa.string()),
        "raw_label": pa.array([clip.raw_label for clip in clips], pa.string()),
        "duration_s": pa.array([sounds[clip.path][0] for clip in clips], pa.float32()),
        "sha256": pa.array([sounds[clip.path][1] for clip in clips], pa.string()),
    }
    return pa.table(columns | dict(_optional(clips)))


def _optional(clips: Iterable[Clip]) -> Iterator[tuple[str, pa.Array]]:
    """The columns of `OPTIONAL` that any clip has a value of; null where it has none."""
    for field in OPTIONAL:
        values = [getattr(clip, field.name) for clip in clips]
        known = [None if value in ("", ()) else value for value in values]
        if any(value is not None for value in known):
            yield field.name, pa.array(known, field.type)
