"""Measurements and clips -> the rows of the store; a row is one variant of one clip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sertool.parts import FileStamp, Part
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


def measured(measurement: Measurement, names: Sequence[str]) -> pa.Table:
    """The rows of one clip, without what its corpus says of it; `names` are of its features."""
    n_variants = len(VARIANTS)
    values: dict[str, pa.Array] = {
        "clip": pa.array([measurement.clip] * n_variants),
        "variant": pa.array(VARIANTS),
        "offset_s": pa.array([measurement.offset_s] * n_variants, pa.float32()),
        "duration_s": pa.array([measurement.duration_s] * n_variants, pa.float32()),
        "sha256": pa.array([measurement.sha256] * n_variants),
    }
    for number, name in enumerate(names):
        values[name] = pa.array(measurement.features[:, number], pa.float32())
    return pa.table(values)


def newest(parts: Sequence[Part], clips: Sequence[str], names: Sequence[str]) -> pa.Table:
    """The measured columns of some clips, each as the last part that holds it has it.

    Relies on how rows are written: the variants of a clip stand together, in their order.
    """
    wanted = ["clip", "variant", *MEASURED, *names]
    table = pa.concat_tables(part.table(wanted).replace_schema_metadata() for part in parts)
    last = {path: row for row, path in enumerate(table.column("clip").to_pylist())}
    first_rows = np.array([last[path] for path in clips]) - (len(VARIANTS) - 1)
    return table.take(pa.array((first_rows[:, None] + np.arange(len(VARIANTS))).ravel()))


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
