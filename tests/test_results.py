"""What results.jsonl and the predictions may hold."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import made_results
import pyarrow as pa
import pytest

from sertool.benchmark import results
from sertool.errors import BadTable


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
    rows = pa.table({name: pa.array([b"sad"]) for name in results.PREDICTED})
    results.add(tmp_path, made_results.result(), rows)
    with pytest.raises(BadTable, match=r"it has other columns.*remove it"):
        results.merge_predictions(tmp_path)
