"""What a report and a resumed study do once, or not at all where nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import made_results
import pytest
from made_results import result, study

from sertool import registry
from sertool.benchmark import results
from sertool.learning import significance
from sertool.report import Report

KAPPA = Path(__file__).parent / "plugin" / "sertool_example" / "kappa.py"


def counted(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> list[tuple[Any, ...]]:
    """The arguments of every call of a function from here on."""
    calls: list[tuple[Any, ...]] = []
    function: Callable[..., Any] = getattr(place, name)

    def counting(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return function(*given, **named)

    monkeypatch.setattr(place, name, counting)
    return calls


def written(folder: Path) -> dict[str, int]:
    """When each file was written, in ns."""
    return {str(file): file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def test_every_pool_has_its_interval_worked_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted(monkeypatch, significance, "interval")
    made = Report(study())
    made.write(tmp_path)
    assert made.summary_tables
    assert made.page("t")
    assert len(calls) == 2 * 3 * 3  # corpora, estimators, protocols


def test_what_is_only_looked_at_needs_no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many test sets the first look shows means."""
    many = [result(on=(f"c{n}", f"c{n}"), protocol=each) for n in range(9) for each in
            ("clips", "speakers")]  # fmt: skip
    calls = counted(monkeypatch, significance, "interval")
    assert Report(many).summary_tables
    assert calls == []


def test_the_same_report_is_not_written_again(tmp_path: Path) -> None:
    assert Report(study()).update(tmp_path)
    before = written(tmp_path)
    assert Report(study()[::-1]).update(tmp_path) == []
    assert written(tmp_path) == before


@pytest.mark.parametrize(
    "missing", ["tables.tex", "tables/cost.csv", "figures/uar-clips-train.png"]
)
def test_what_is_missing_of_a_report_is_written_again(tmp_path: Path, missing: str) -> None:
    Report(study()).update(tmp_path)
    (tmp_path / missing).unlink()
    assert Report(study()).update(tmp_path)
    assert (tmp_path / missing).is_file()


def test_other_results_are_written(tmp_path: Path) -> None:
    Report(study()).update(tmp_path)
    more = [*study(), result(estimator="cnn", learning_curve={"accuracy": [0.5, 0.9]})]
    assert Report(more).update(tmp_path)
    assert (tmp_path / "figures" / "learning-speakers-train.png").is_file()


def test_another_metric_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Report(study()).update(tmp_path)
    monkeypatch.setattr(registry, "_FILES", {})
    registry.add_file(KAPPA)
    assert Report(study()).update(tmp_path)
    assert "kappa" in (tmp_path / "tables.md").read_text()


def test_a_report_that_broke_off_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sertool.report import build

    Report(study()).update(tmp_path)

    def full(file: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(build, "write_file", full)
        with pytest.raises(OSError, match="No space"):
            Report(study()).write(tmp_path)
    assert Report(study()).update(tmp_path)


def test_types_of_results_are_worked_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps({"format": 2, **asdict(each)}) + "\n" for each in made_results.study()]
    (tmp_path / results.RESULTS).write_text("".join(lines))
    results._types.cache_clear()
    calls = counted(monkeypatch, results, "get_type_hints")
    assert len(results.read(tmp_path)) == len(lines) > 1
    assert len(calls) == 1
