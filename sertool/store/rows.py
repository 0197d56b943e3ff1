"""Measurements and clips -> the rows of the store; a row is one variant of one clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sertool.store.parquet import GROUP_ROWS, FileStamp, Part
from sertool.types import VARIANTS, Clip, Corpus

MEASURED = ("offset_s", "duration_s", "sha256")
"""The identity columns that come from the sound; the others come from the corpus."""


@dataclass(frozen=True)
class Measurement:
    """What extraction learns from one recording.

    Attributes:
        clip: the path inside its corpus.
        stamp: the file's size and time of change.
        offset_s: where the analysed window begins.
        duration_s: length of the whole recording.
        sha256: of the decoded sound.
        features: shape (n_variants, n_features), float32, in the orders of `VARIANTS` and of
            `columns()`.
    """

    clip: str
    stamp: FileStamp
    offset_s: float
    duration_s: float
    sha256: str
    features: np.ndarray


def measured(measurements: Sequence[Measurement], names: Sequence[str]) -> pa.Table:
    """The rows of clips, without what their corpus says; `names` are of the features' columns."""
    each_row = [each for each in measurements for _ in VARIANTS]
    values = {
        "clip": pa.array([each.clip for each in each_row]),
        "variant": pa.array(VARIANTS * len(measurements)),
        "offset_s": pa.array([each.offset_s for each in each_row], pa.float32()),
        "duration_s": pa.array([each.duration_s for each in each_row], pa.float32()),
        "sha256": pa.array([each.sha256 for each in each_row]),
    }
    X = np.concatenate([each.features for each in measurements])
    return pa.table(values | {name: pa.array(X[:, number]) for number, name in enumerate(names)})


def newest(parts: Sequence[Part], clips: Sequence[str], names: Sequence[str]) -> Iterator[pa.Table]:
    """The measured columns of some clips, a few row groups at a time, as the last part has them.

    Relies on how rows are written: the variants of a clip stand together, in their order, and a
    part has its clips in order; so few groups are needed for clips that follow each other.
    """
    pieces = [(part, group) for part in parts for group in range(len(part.group_rows))]
    ends = np.cumsum([part.group_rows[group] for part, group in pieces])
    last = _last_rows(parts)
    wanted = ["clip", "variant", *MEASURED, *names]
    held: dict[int, pa.Table] = {}
    n_clips = GROUP_ROWS // len(VARIANTS)
    for start in range(0, len(clips), n_clips):
        ends_of_clips = np.array([last[path] for path in clips[start : start + n_clips]])
        rows = (ends_of_clips[:, None] + np.arange(1 - len(VARIANTS), 1)).ravel()
        needed = np.unique(np.searchsorted(ends, rows, side="right"))
        held = {
            number: held[number] if number in held else _piece(pieces[number], wanted)
            for number in needed.tolist()
        }
        begins = ends[needed] - [held[number].num_rows for number in needed.tolist()]
        shifts = begins - np.concatenate([[0], np.cumsum(ends[needed] - begins)[:-1]])
        moved = rows - shifts[np.searchsorted(ends[needed], rows, side="right")]
        yield pa.concat_tables(held.values()).take(pa.array(moved))


def _last_rows(parts: Sequence[Part]) -> dict[str, int]:
    """Clip -> its last row, counted over all parts."""
    last: dict[str, int] = {}
    begin = 0
    for part in parts:
        clips = part.table(["clip"]).column("clip").to_pylist()
        last.update({path: row for row, path in enumerate(clips, begin)})
        begin += len(clips)
    return last


def _piece(piece: tuple[Part, int], columns: Sequence[str]) -> pa.Table:
    part, group = piece
    return part.table(columns, [group]).replace_schema_metadata()


def with_identity(measured: pa.Table, corpus: Corpus, clips: Mapping[str, Clip]) -> pa.Table:
    """Measured rows with what their corpus says of their clips, by path."""
    rows = [clips[path] for path in measured.column("clip").to_pylist()]
    identity = {
        "clip": measured.column("clip"),
        "variant": measured.column("variant"),
        "language": pa.array([clip.language or corpus.language for clip in rows]),
        "speaker": pa.array([clip.speaker for clip in rows]),
        "sentence": pa.array([clip.sentence for clip in rows]),
        "gender": pa.array([clip.gender for clip in rows]),
        "emotion": pa.array([clip.emotion for clip in rows]),
        "raw_label": pa.array([clip.raw_label for clip in rows]),
    }
    rest = [name for name in measured.column_names if name not in identity]
    return pa.table(identity | {name: measured.column(name) for name in rest}).combine_chunks()
