"""What each test clip was taken for, and how probable each emotion was; a parquet file a study.

`predictions.parquet` has a row for each test row of each fit: the key of its result
(`results.KEY`), `PREDICTED`, and for each emotion a column `thousandths_EMOTION`: its probability
in thousandths, uint16, null where the estimator of the fit has none or was not trained on it::

    select avg(thousandths_angry) / 1000 from 'predictions.parquet' where emotion = 'angry'
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sertool.benchmark.results import KEY, Key
from sertool.errors import BadTable, NotFound
from sertool.storage import writing

FORMAT = 2
"""What is written; format 1, which had no probabilities and no number, is read as well."""
NUMBER = b"sertool.predictions"
"""Where the number of the format stands in the metadata of a file."""
PREDICTIONS = "predictions.parquet"
JOURNAL = ".predictions"
"""Where predictions wait until they are merged, one small file a fit."""

PREDICTED = ("corpus", "clip", "variant", "speaker", "emotion", "predicted")
"""What is kept of each prediction beside the key of its result and the probabilities."""
THOUSANDTHS = "thousandths_"
"""How the column of an emotion's probability begins."""


def table(
    identity: pa.Table, predicted: Sequence[str], probabilities: Mapping[str, np.ndarray]
) -> pa.Table:
    """The predictions of a fit.

    Args:
        identity: of the test rows.
        predicted: what each was taken for.
        probabilities: of each emotion, in [0, 1], shape (n_rows,); empty where there are none.

    >>> identity = pa.table({name: ["a"] for name in PREDICTED[:-1]})
    >>> table(identity, ["sad"], {"sad": np.array([0.7316])}).column("thousandths_sad").to_pylist()
    [732]
    """
    *columns, last = PREDICTED
    made = identity.select(columns).append_column(last, pa.array(map(str, predicted)))
    for emotion, values in sorted(probabilities.items()):
        thousandths = np.rint(1000 * np.asarray(values, np.float64)).astype(np.uint16)
        made = made.append_column(f"{THOUSANDTHS}{emotion}", pa.array(thousandths))
    return made


def read(folder: Path) -> pa.Table:
    """All predictions of a study, those of format 1 without a column of thousandths.

    Raises:
        NotFound: none there.
        BadTable: the file is damaged, or of a later format.
    """
    file = folder / PREDICTIONS
    if not file.is_file():
        raise NotFound(f"no {PREDICTIONS} in {folder}; sertool benchmark --results makes one")
    return _read(file)


def probabilities(predictions: pa.Table, emotions: Sequence[str]) -> np.ndarray:
    """How probable each of some emotions was, shape (n_rows, n_emotions), in [0, 1].

    nan where the estimator has no probabilities, 0 where it was not trained on that emotion.

    >>> found = pa.table({"thousandths_sad": pa.array([732, None], pa.uint16())})
    >>> probabilities(found, ["happy", "sad"]).tolist()
    [[0.0, 0.732], [nan, nan]]
    """
    names = [name for name in predictions.column_names if name.startswith(THOUSANDTHS)]
    known = np.zeros(predictions.num_rows, np.bool_)
    for name in names:
        known |= predictions.column(name).is_valid().to_numpy()
    result = np.where(known[:, None], 0.0, np.full((len(known), len(emotions)), np.nan))
    for place, emotion in enumerate(emotions):
        if f"{THOUSANDTHS}{emotion}" in names:
            column = predictions.column(f"{THOUSANDTHS}{emotion}")
            result[known, place] = pc.fill_null(column, 0).to_numpy()[known] / 1000
    return result


def keep(folder: Path, key: Key, predictions: pa.Table) -> None:
    """Keep the predictions of a fit, one file by its key: a fit that is done again replaces it."""
    name = hashlib.sha256("\0".join(key).encode()).hexdigest()[:16]
    for column, value in zip(reversed(KEY), reversed(key), strict=True):
        predictions = predictions.add_column(0, column, pa.array([value] * predictions.num_rows))
    _write(predictions, folder / JOURNAL / f"{name}.parquet")


def merge(folder: Path) -> None:
    """Move the predictions that wait one file a fit into `predictions.parquet`."""
    file, journal = folder / PREDICTIONS, folder / JOURNAL
    parts = sorted(journal.glob("*.parquet"))
    if parts:
        new = _joined([_read(part) for part in parts])
        tables = [_without(_read(file), keys(new)), new] if file.is_file() else [new]
        _write(_joined(tables), file)
    shutil.rmtree(journal, ignore_errors=True)


def keys(predictions: pa.Table) -> pa.ChunkedArray:
    r"""The key of each row's result as one text, joined by "\0"."""
    return pc.binary_join_element_wise(*(predictions.column(name) for name in KEY), "\0")


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    """One below the other; null where a table lacks the probability of an emotion."""
    joined = pa.concat_tables(tables, promote_options="default")
    fixed = (*KEY, *PREDICTED)
    return joined.select([*fixed, *sorted({*joined.column_names} - {*fixed})])


def _without(predictions: pa.Table, keys_: pa.ChunkedArray) -> pa.Table:
    """Predictions of other fits: one that was done again, or merged before a kill, counts once."""
    again = pc.is_in(keys(predictions), keys_.combine_chunks())
    return predictions.filter(pc.invert(again))


def _write(predictions: pa.Table, file: Path) -> None:
    sink = io.BytesIO()
    numbered = predictions.replace_schema_metadata({NUMBER: str(FORMAT)})
    pq.write_table(numbered, sink, compression="zstd")
    writing.write(file, sink.getvalue())


def _read(file: Path) -> pa.Table:
    try:
        found = pq.read_table(pa.BufferReader(file.read_bytes()))
        number = int((found.schema.metadata or {}).get(NUMBER, b"1"))
        if number <= FORMAT:
            found.validate(full=True)
            _check_columns(found.schema)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise BadTable(
            f"{file} is damaged ({error}): remove it; its predictions are lost, the results are not"
        ) from None
    if number > FORMAT:
        raise BadTable(
            f"{file} is of format {number}, this sertool reads up to {FORMAT}; update it"
        )
    return found


def _check_columns(schema: pa.Schema) -> None:
    n_fixed = len(KEY) + len(PREDICTED)
    names, types = schema.names, schema.types
    if (
        names[:n_fixed] != [*KEY, *PREDICTED]
        or {*types[:n_fixed]} != {pa.string()}
        or {*types[n_fixed:]} - {pa.uint16()}
        or not all(name.startswith(THOUSANDTHS) for name in names[n_fixed:])
    ):
        raise ValueError("it has other columns")
