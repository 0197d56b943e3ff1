"""What a study keeps: one line a fit and what each clip was taken for; what counts as done."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from studied import run

from sertool.benchmark import evaluation, planning, predictions, results
from sertool.benchmark.planning import Plan
from sertool.benchmark.study import study
from sertool.errors import BadTable, CannotWrite, NotFound
from sertool.estimators import Estimator, svm
from sertool.learning.candidate import Candidate

MakeStore = Callable[..., Path]


def test_a_study_goes_on_where_it_was(make_store: MakeStore, tmp_path: Path) -> None:
    place = make_store()
    asked = study(protocols=["speakers"], corpora=["emodb"], estimators=["majority"])
    plan = planning.plan(asked, place)
    running = evaluation.run(plan, tmp_path / "r")
    first, second = next(running)[1], next(running)[1]
    running.close()
    with (tmp_path / "r" / results.RESULTS).open("ab") as file:
        file.write(b'{"format": 1, "protocol": "spea')  # what a kill leaves of a line
    rest = [result for _, result in evaluation.run(plan, tmp_path / "r")]
    assert len(rest) == len(plan.fits) - 2
    assert results.read(tmp_path / "r") == [first, second, *rest]
    assert list(evaluation.run(plan, tmp_path / "r")) == []


@pytest.fixture
def svm_plan(make_store: MakeStore) -> Plan:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators=["svm"])
    return planning.plan(asked, make_store())


def with_svm(plan: Plan, **defaults: float) -> Plan:
    """The same plan with other defaults of svm, as another version of it may have."""
    candidate = Candidate("svm", Estimator(functools.partial(svm.svm, **defaults)))
    return replace(plan, fits=[replace(fit, candidate=candidate) for fit in plan.fits])


def test_what_was_made_with_other_defaults_is_made_again(svm_plan: Plan, tmp_path: Path) -> None:
    before = [result for _, result in evaluation.run(svm_plan, tmp_path)]
    assert before[0].parameters == {}
    assert before[0].settings["svc__kernel"] == "rbf"
    assert evaluation.outstanding(svm_plan, results.latest(tmp_path)) == []
    other = with_svm(svm_plan, C=before[0].settings["svc__C"] / 2)
    assert evaluation.outstanding(other, results.latest(tmp_path)) == list(other.fits)
    after = [result for _, result in evaluation.run(other, tmp_path)]
    assert [result.key for result in after] == [result.key for result in before]
    assert evaluation.outstanding(other, results.latest(tmp_path)) == []
    assert [*results.latest(tmp_path).values()] == after


def test_results_that_do_not_say_how_their_estimator_was_set_count_as_they_are(
    svm_plan: Plan, tmp_path: Path
) -> None:
    made = [result for _, result in evaluation.run(svm_plan, tmp_path)]
    file = tmp_path / results.RESULTS
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    old = [
        {name: value for name, value in line.items() if name != "settings"} | {"format": 1}
        for line in lines
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in old))
    assert results.read(tmp_path) == [replace(result, settings={}) for result in made]
    assert evaluation.outstanding(with_svm(svm_plan, C=99), results.latest(tmp_path)) == []


def test_a_folder_that_cannot_be_written_is_said_at_once(
    make_store: MakeStore, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="results cannot be kept in"):
        run(tmp_path / "file" / "r", make_store(), protocols=["clips"])


def test_predictions_of_every_fit_are_kept(make_store: MakeStore, tmp_path: Path) -> None:
    found = run(tmp_path / "r", make_store(), protocols=["clips"])
    table = pq.read_table(tmp_path / "r" / predictions.PREDICTIONS)
    assert table.num_rows == sum(result.n_test for result in found)
    assert table.column_names[: len(results.KEY)] == list(results.KEY)
    right = sum(
        row["emotion"] == row["predicted"]
        for row in table.select(["estimator", "emotion", "predicted"]).to_pylist()
        if row["estimator"] == "svm"
    )
    assert right == sum(np.trace(result.confusion) for result in found if result.estimator == "svm")


def test_another_store_is_another_result(make_store: MakeStore, tmp_path: Path) -> None:
    keys = {"protocols": ["clips"], "estimators": ["majority"]}
    run(tmp_path / "r", make_store("one"), **keys)
    assert len(run(tmp_path / "r", make_store("two", takes=5), **keys)) == 5


@pytest.mark.parametrize("line", ["{}", '{"format": 2}', '{"format": 3}', "words", "[]"])
def test_results_of_another_format_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / results.RESULTS).write_text(line + "\n")
    with pytest.raises(BadTable, match=r"results\.jsonl:1"):
        results.read(tmp_path)


def test_no_results_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="sertool benchmark"):
        results.read(tmp_path)


def test_predictions_of_a_fit_done_again_count_once(make_store: MakeStore, tmp_path: Path) -> None:
    keys = {"protocols": ["clips"], "estimators": ["majority"]}
    place = make_store()
    run(tmp_path / "r", place, **keys)
    before = pq.read_table(tmp_path / "r" / predictions.PREDICTIONS)
    lines = (tmp_path / "r" / results.RESULTS).read_text().splitlines(keepends=True)
    (tmp_path / "r" / results.RESULTS).write_text("".join(lines[1:]))
    assert len(run(tmp_path / "r", place, **keys)) == 1
    assert pq.read_table(tmp_path / "r" / predictions.PREDICTIONS).num_rows == before.num_rows


def test_damaged_predictions_are_named(make_store: MakeStore, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    run(folder, make_store(), protocols=["clips"], estimators=["majority"])
    file = folder / predictions.PREDICTIONS
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(BadTable, match=r"predictions\.parquet is damaged .*remove it"):
        run(folder, make_store(), protocols=["clips"], estimators=["majority"], seeds=[1])
