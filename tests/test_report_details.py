"""The tables beside the scores: tests between estimators, recalls, cost, choices, warnings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_results import FAIR, GOOD, POOR, named, names, result, study

from sertool import report
from sertool.benchmark.results import Result


def test_comparison_of_two_estimators_over_six_speakers() -> None:
    table = named(study(), "comparison-speakers-train")
    assert table.rows[0] == ("cremad", "forest", "svm", "-20.0", "0.031", "0.031")
    assert all("majority" not in row for row in table.rows)


def test_comparison_corrects_for_the_number_of_pairs() -> None:
    made = [
        result(dict.fromkeys([f"emodb/{n}" for n in range(6)], matrix), estimator=name)
        for name, matrix in (("a", GOOD), ("b", FAIR), ("c", POOR))
    ]
    records = named(made, "comparison-speakers-train").records
    assert [record["p_holm"] for record in records] == [3 * 0.03125] * 3


@pytest.mark.parametrize("n_speakers", [1, 4])
def test_comparison_of_few_speakers_is_skipped_and_says_so(n_speakers: int) -> None:
    few = {f"tess/{number}": GOOD for number in range(n_speakers)}
    made = [result(few, on=("tess", "tess"), estimator=name) for name in ("svm", "forest")]
    table = named(made, "comparison-speakers-train")
    assert table.rows == ()
    assert f"Not tested, fewer than five speakers: tess ({n_speakers})." in table.notes


def test_comparison_needs_the_same_splits() -> None:
    made = [result(estimator="svm", fold="a"), result(estimator="forest", fold="b")]
    assert "comparison-speakers-train" not in names(made)


def test_recall_per_emotion() -> None:
    uneven = {"emodb/1": [[3, 1, 0], [0, 4, 0], [0, 0, 0]]}
    table = named([result(uneven)], "recall-speakers-train")
    assert table.rows == (("emodb", "svm", "75.0", "100.0", ""),)


def test_emotions_count_each_clip_once_and_what_was_left_out() -> None:
    table = named(study(), "emotions")
    row = next(row for row in table.rows if row[0] == "emodb")
    assert row == ("emodb", "clips, speakers", "all", "60", "60", "60", "180", "calm 7")


def test_choices_are_counted() -> None:
    """A study that leaves C open says how often each value was taken; others have no such table."""
    fits = [
        result(fold=f"fold-{n}", parameters={"C": [1, 3]}, chosen={"C": C})
        for n, C in enumerate([3, 1, 3])
    ]
    (row,) = named(fits, "chosen").rows
    assert row[1:] == ("emodb", "svm (C=[1, 3])", "C=3 (2 of 3), C=1 (1 of 3)")
    assert "chosen" not in {table.name for table in report.tables([result()])}


def test_cost_is_the_median_of_all_fits() -> None:
    made = [result(fold=fold, fit_seconds=s) for fold, s in (("a", 1.0), ("b", 2.0), ("c", 9.0))]
    assert named(made, "cost").rows == (("svm", "3", "100", "2.00", "0.250", "2.00"),)


def test_fits_of_different_defaults_are_not_pooled_without_a_word() -> None:
    fits = [result(fold=f"fold-{C}", settings={"C": C, "random_state": C}) for C in (1, 3)]
    ((warning, *_),) = named(fits, "warnings").rows
    assert warning.startswith("emodb: fits of svm with different defaults are aggregated here")
    seeds = [result(fold=f"fold-{n}", settings={"C": 1, "random_state": n}) for n in (1, 2)]
    assert "warnings" not in {table.name for table in report.tables(seeds)}


def test_warnings_are_told_once() -> None:
    made = [result(fold=fold, warnings=("two speakers only",)) for fold in "ab"]
    assert named(made, "warnings").rows == (("two speakers only", "speakers", "2"),)


def over_many(*estimators: str, n_corpora: int = 5) -> list[Result]:
    matrices = dict(zip(estimators, (GOOD, FAIR, POOR), strict=False))
    return [
        result(dict.fromkeys([f"c{n}/{speaker}" for speaker in range(6)], matrix),
               on=(f"c{n}", f"c{n}"), estimator=estimator)
        for n in range(n_corpora)
        for estimator, matrix in matrices.items()
    ]  # fmt: skip


def test_estimators_are_ranked_over_many_corpora() -> None:
    table = named(over_many("svm", "forest", "cnn"), "ranks-speakers-train")
    assert table.rows == (("svm", "1.00"), ("forest", "2.00"), ("cnn", "3.00"))
    assert any("over 5 test sets" in note and "p = 0.00674" in note for note in table.notes)


def test_crossed_pairs_are_not_ranked_as_they_share_corpora() -> None:
    crossed = [replace(one, protocol="cross_corpus", train_on="others", leaks=())
               for one in over_many("svm", "forest", "cnn")]  # fmt: skip
    assert not [name for name in names(crossed) if name.startswith("ranks")]


@pytest.mark.parametrize(
    "results", [over_many("svm", "forest"), over_many("svm", "forest", "cnn", n_corpora=4)]
)
def test_too_few_to_rank(results: list[Result]) -> None:
    assert "ranks-speakers-train" not in names(results)
