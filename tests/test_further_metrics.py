"""Metrics of other packages and files: a column more in tables of results that lie there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from made_results import CONSTANT, FAIR, GOOD, LABELS, POOR, names, result, study
from sklearn.metrics import cohen_kappa_score

from sertool import registry
from sertool.benchmark import predictions, results
from sertool.errors import BadPlugin
from sertool.learning.metrics import Metric
from sertool.report import Report, Table

ROOT = Path(__file__).parents[1]
KAPPA = Path(__file__).parent / "plugin" / "sertool_example" / "kappa.py"
HEAD = """
import numpy as np
from sertool.learning.metrics import Metric
"""


@pytest.fixture(autouse=True)
def nothing_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plug-ins of files live as long as a process; here as long as a test."""
    monkeypatch.setattr(registry, "_FILES", {})


def added(folder: Path, name: str, rest: str) -> None:
    """Add a metric of a file."""
    file = folder / f"{name}.py"
    made = f"metric = Metric('{name}', '{name.title()}', 'Larger is better.', {rest})"
    file.write_text(f"{HEAD}\n{made}\n")
    registry.add_file(file)


def table(made: Report, name: str = "metrics-speakers-train") -> Table:
    return next(each for each in made.tables if each.name == name)


def of(counts: list[list[int]]) -> float:
    """Scikit-learn's kappa of a confusion matrix."""
    true, answered = np.nonzero(counts)
    weights = np.array(counts)[true, answered]
    return float(cohen_kappa_score(np.repeat(true, weights), np.repeat(answered, weights)))


def test_without_further_metrics_there_is_no_table_of_them() -> None:
    assert not any(name.startswith("metrics") for name in names(study()))


def test_kappa_is_that_of_scikit_learn() -> None:
    before = {each.name: each for each in Report(study()).tables}
    registry.add_file(KAPPA)
    made = Report(study())
    found = table(made)
    assert found.columns == (
        "tested on", "estimator", "UAR", "accuracy", "macro F1", "kappa",
    )  # fmt: skip
    rows = {row[:2]: row[2:] for row in found.rows}
    kappa = 100 * of(FAIR)
    assert kappa == pytest.approx(40)
    assert rows["emodb", "svm"] == ("60.0", "60.0", "60.0", "40.0 [40.0, 40.0]")
    assert (
        rows["emodb", "majority"][-1] == "0.0 [0.0, 0.0]" == f"{100 * of(CONSTANT):.1f} [0.0, 0.0]"
    )
    record = found.records[1]
    assert (record["kappa"], record["kappa_low"]) == pytest.approx((0.4, 0.4))
    assert any(note.startswith("kappa (kappa.py ") for note in found.notes)
    rest = {each.name: each for each in made.tables if not each.name.startswith("metrics")}
    assert rest == before


def test_kappa_has_an_interval_over_speakers() -> None:
    registry.add_file(KAPPA)
    speakers = {f"emodb/{n}": GOOD if n % 2 else FAIR for n in range(8)}
    (record,) = table(Report([result(speakers)])).records
    assert record["kappa"] == pytest.approx(of((np.array(GOOD) + FAIR).tolist()), abs=1e-6)
    assert of(FAIR) < record["kappa_low"] < record["kappa"] < record["kappa_high"] < of(GOOD)


def test_kappa_of_results_that_lie_there_without_a_fit() -> None:
    registry.add_file(KAPPA)
    found = results.read(ROOT / "results" / "per_corpus")
    total = sum(
        np.array(each.confusion)
        for each in found
        if (each.protocol, each.test_on, each.estimator) == ("speakers", "emodb", "xgboost")
    )
    rows = {row[:2]: row[-1] for row in table(Report(found)).rows}
    assert rows["emodb", "xgboost"].split(" ")[0] == f"{100 * of(total.tolist()):.1f}"


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("lambda each: 1 / 0", "failed (ZeroDivisionError: division by zero)"),
        ("lambda each: each.sum(axis=-1)", "returns shape (1, 3) of matrices of shape (1, 3, 3)"),
        ("lambda each: each[0, 0, 0]", "returns shape () of matrices"),
        ("lambda each: each[:, 0, 0] * np.nan", "is nan everywhere"),
        ("lambda each: ['much'] * len(each)", "failed (ValueError: could not convert string"),
        ("of_probabilities=lambda true, shares: 0", "goes by probabilities, which these results"),
    ],
)
def test_a_metric_that_fails_costs_its_own_column_alone(
    tmp_path: Path, rest: str, message: str
) -> None:
    registry.add_file(KAPPA)
    added(tmp_path, "odd", rest)
    made = Report(study())
    found = table(made)
    assert found.columns[-1] == "kappa"
    assert found.rows[0][:2] == ("cremad", "forest")
    assert found.rows[0][-1] == f"{100 * of(POOR):.1f} [10.0, 10.0]"
    (line,) = made.further.left_out
    assert line.startswith("without the metric odd: ")
    assert message in line
    assert line in found.notes


def test_what_is_no_metric_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("metric = len")
    registry.add_file(tmp_path / "odd.py")
    (line,) = Report(study()).further.left_out
    assert "the metric odd of odd.py " in line
    assert "is a builtin_function_or_method and no sertool.learning.metrics.Metric" in line


def test_a_metric_that_is_nan_for_some_says_so(tmp_path: Path) -> None:
    few = "lambda each: np.where(each[..., 0, 0] == each.sum((-2, -1)) / 3, np.nan, 1.0)"
    added(tmp_path, "odd", few)
    rows = {row[1]: row[-1] for row in table(Report(study())).rows if row[0] == "emodb"}
    assert rows == {
        "svm": "100.0 [100.0, 100.0]",
        "forest": "100.0 [100.0, 100.0]",
        "majority": "?",
    }


def test_a_metric_without_a_function_is_refused() -> None:
    with pytest.raises(BadPlugin, match="metric odd has no function; give it one"):
        Metric("odd", "Odd", "Says nothing.")


def test_a_metric_of_probabilities_goes_by_predictions(tmp_path: Path) -> None:
    """Brier's score: 0.8² twice in one fold; in the other 0.6², and 1 for what is untrained."""
    added(
        tmp_path, "brier",
        "of_probabilities=lambda true, p: ((p - np.eye(p.shape[1])[true]) ** 2).sum(axis=1).mean()",
    )  # fmt: skip
    folds = [result({f"emodb/{fold}": GOOD}, fold=fold) for fold in "ab"]
    shares = ({"sad": [0.2], "angry": [0.8]}, {"neutral": [0.6]})
    for fold, probabilities in zip(folds, shares, strict=True):
        identity = pa.table({name: ["sad"] for name in predictions.PREDICTED[:-1]})
        of_fold = {name: np.array(values) for name, values in probabilities.items()}
        rows = predictions.table(identity, ["sad"], of_fold)
        predictions.keep(tmp_path, fold.key, rows)
    predictions.merge(tmp_path)
    without = result(estimator="forest")
    found = table(Report([*folds, without], tmp_path))
    first, second = 0.8**2 + 0.8**2, 1 + 0.6**2
    rows = {row[1]: row[-1] for row in found.rows}
    assert rows == {"forest": "?", "svm": f"{100 * (first + second) / 2:.1f}"}
    assert LABELS == ("angry", "neutral", "sad")
