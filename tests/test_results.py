"""What results.jsonl and the predictions may hold."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import duckdb
import made_results
import numpy as np
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sertool.benchmark import predictions, results
from sertool.errors import BadTable, NotFound

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"labels": "sad"}, "labels: of another type"),
        ({"by_speaker": {"emodb/03": [["8"]]}}, "by_speaker: of another type"),
        ({"by_speaker": {"emodb/03": [[2**60]]}}, "by_speaker: of another type"),
        ({"n_test": True}, "n_test: of another type"),
        ({"by_speaker": {"emodb/03": [[8, 1, 1]]}}, "no square tables of counts"),
        ({"by_speaker": {}}, "no square tables of counts"),
        ({"labels": ["sad", "sad", "angry"]}, "no square tables of counts"),
        ({"confusion": made_results.POOR}, "do not add up"),
    ],
)
def test_a_line_that_no_table_can_be_made_of_is_named(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    line = {"format": 1, **asdict(made_results.result()), **changed}
    (tmp_path / results.RESULTS).write_text(json.dumps(line) + "\n")
    with pytest.raises(BadTable, match=rf"results\.jsonl:1: not a result \(.*{message}"):
        results.read(tmp_path)


def test_predictions_with_a_column_of_another_type_are_named(tmp_path: Path) -> None:
    rows = pa.table({name: pa.array([b"sad"]) for name in predictions.PREDICTED})
    predictions.keep(tmp_path, made_results.result().key, rows)
    with pytest.raises(BadTable, match=r"it has other columns.*remove it"):
        predictions.merge(tmp_path)


def kept(folder: Path, fold: str, emotions: tuple[str, ...]) -> None:
    """Predictions of two test rows, with the probabilities 0.25 and 1 of each emotion."""
    identity = pa.table({name: ["sad", "calm"] for name in predictions.PREDICTED[:-1]})
    values = {name: np.array([0.2504, 1.0]) for name in emotions}
    rows = predictions.table(identity, ["sad", "sad"], values)
    predictions.keep(folder, made_results.result(fold=fold).key, rows)


def test_probabilities_of_fits_lie_side_by_side_and_are_null_where_there_are_none(
    tmp_path: Path,
) -> None:
    kept(tmp_path, "a", ("sad", "angry"))
    kept(tmp_path, "b", ())
    predictions.merge(tmp_path)
    kept(tmp_path, "c", ("calm",))
    predictions.merge(tmp_path)
    found = predictions.read(tmp_path).sort_by("split")
    assert found.column_names[-3:] == [
        "thousandths_angry", "thousandths_calm", "thousandths_sad",
    ]  # fmt: skip
    assert found.column("thousandths_sad").to_pylist() == [250, 1000, None, None, None, None]
    shares = predictions.probabilities(found, ["angry", "calm", "boredom"])
    np.testing.assert_array_equal(
        shares,
        [[0.25, 0, 0], [1, 0, 0], [np.nan] * 3, [np.nan] * 3, [0, 0.25, 0], [0, 1, 0]],
    )


def test_predictions_are_read_as_they_lie_by_pandas_and_duckdb(tmp_path: Path) -> None:
    kept(tmp_path, "a", ("sad",))
    kept(tmp_path, "b", ())
    predictions.merge(tmp_path)
    file = tmp_path / predictions.PREDICTIONS
    frame = pandas.read_parquet(file)
    assert frame.filter(like="thousandths").mean().to_dict() == {"thousandths_sad": 625.0}
    (row,) = duckdb.sql(f"select avg(thousandths_sad), count(*) from '{file}'").fetchall()
    assert row == (625.0, 4)


def of_format_1(folder: Path) -> pa.Table:
    """Predictions as they were kept before there were probabilities."""
    columns = (*results.KEY, *predictions.PREDICTED)
    old = pa.table({name: pa.array([f"{name} 1", f"{name} 2"]) for name in columns})
    pq.write_table(old, folder / predictions.PREDICTIONS)
    return old


def test_predictions_of_format_1_are_read_and_added_to(tmp_path: Path) -> None:
    old = of_format_1(tmp_path)
    found = predictions.read(tmp_path)
    assert found.equals(old)
    assert np.isnan(predictions.probabilities(found, ["sad"])).all()
    kept(tmp_path, "a", ("sad",))
    predictions.merge(tmp_path)
    both = predictions.read(tmp_path)
    assert both.column("thousandths_sad").to_pylist() == [None, None, 250, 1000]
    assert pq.read_schema(tmp_path / predictions.PREDICTIONS).metadata == {predictions.NUMBER: b"2"}


@pytest.mark.parametrize("name", ["quick", "per_corpus"])
def test_predictions_that_lie_there_are_read(name: str) -> None:
    folder = ROOT / "results" / name
    n_tested = sum(each.n_test for each in results.read(folder))
    assert predictions.read(folder).num_rows == n_tested


def test_predictions_of_a_later_format_are_refused(tmp_path: Path) -> None:
    old = of_format_1(tmp_path).replace_schema_metadata({predictions.NUMBER: "3"})
    pq.write_table(old, tmp_path / predictions.PREDICTIONS)
    with pytest.raises(BadTable, match=r"of format 3, this sertool reads up to 2; update it"):
        predictions.read(tmp_path)


def test_no_predictions_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no predictions\.parquet in"):
        predictions.read(tmp_path)


def test_a_result_comes_back_as_it_will_be_read(tmp_path: Path) -> None:
    made = made_results.result(parameters={"layers": (64, 32)})
    assert [results.add(tmp_path, made)] == results.read(tmp_path)
