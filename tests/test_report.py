"""What the tables say of made-up results whose numbers can be worked out by hand."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from made_results import CONSTANT, FAIR, GOOD, cell, named, names, result, study

from sertool import report
from sertool.errors import NotEnough
from sertool.report.sections import sections

TABLES = (
    "overview-train",
    "clips-train",
    "speakers-train",
    "cross_language-train-forest",
    "cross_language-train-svm",
    "optimism-gap-train",
    "comparison-clips-train",
    "comparison-speakers-train",
    "comparison-cross_language-train",
    "recall-clips-train",
    "recall-speakers-train",
    "recall-cross_language-train",
    "emotions",
    "cost",
)
"""Of `study`."""


def test_every_table_of_a_study_in_order() -> None:
    assert names(study()) == [*TABLES]


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_as_long_as_the_heading(name: str) -> None:
    table = named(study(), name)
    assert table.rows
    assert {len(row) for row in (*table.rows, *table.facts)} == {len(table.columns)}
    assert len({tuple(record) for record in table.records}) <= 1


@pytest.mark.parametrize("name", TABLES[:-2])
def test_a_table_of_scores_says_what_is_asked_and_shared(name: str) -> None:
    notes = named(study(), name).notes
    assert any("Train and test share" in note for note in notes)
    assert any("standardised by the training rows" in note for note in notes)


def test_no_results() -> None:
    with pytest.raises(NotEnough, match="0 results, at least one is needed"):
        report.tables([])


def test_folds_are_summed_and_their_mean_is_the_second_figure() -> None:
    first = {"emodb/03": [[3, 1, 0], [0, 4, 0], [2, 0, 2]]}
    second = {"emodb/08": [[1, 0, 0], [2, 0, 0], [0, 0, 1]]}
    record = named([result(first, fold="a"), result(second, fold="b")], "speakers-train").records[0]
    assert record["uar"] == pytest.approx((4 / 5 + 4 / 6 + 3 / 5) / 3, abs=1e-6)
    assert record["accuracy"] == pytest.approx(11 / 16, abs=1e-6)
    assert record["uar_mean_of_folds"] == pytest.approx((0.75 + 2 / 3) / 2, abs=1e-6)
    assert record["majority_accuracy"] == pytest.approx(6 / 16, abs=1e-6)
    assert record["chance_uar"] == pytest.approx(1 / 3, abs=1e-6)
    assert (record["n_clips"], record["n_speakers"], record["n_results"]) == (16, 2, 2)


def test_a_speaker_of_several_folds_is_one_speaker() -> None:
    halves = [result({"emodb/03": GOOD}, protocol="clips", fold=fold) for fold in "ab"]
    (section,) = sections(halves)
    (aggregate,) = section.aggregates.values()
    assert aggregate.by_speaker.shape == (1, 1, 3, 3)
    assert aggregate.confusion.tolist() == (2 * np.array(GOOD)).tolist()


def test_labels_of_folds_are_aligned() -> None:
    one = result({"emodb/03": [[2, 0], [1, 1]]}, fold="a", labels=("sad", "angry"))
    other = result({"emodb/08": [[5]]}, fold="b", labels=("own word",))
    (section,) = sections([one, other])
    (aggregate,) = section.aggregates.values()
    assert aggregate.labels == ("angry", "sad", "own word")
    assert aggregate.confusion.tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 5]]


def test_cells_of_a_corpus_table() -> None:
    table = named(study(), "speakers-train")
    assert table.columns == ("estimator", "cremad", "emodb")
    assert [row[0] for row in table.rows] == ["forest", "svm", "majority"]
    assert cell(table, "svm", "emodb") == "60.0 [60.0, 60.0] / 60.0"
    assert cell(table, "clips tested", "emodb") == "180"
    assert cell(table, "speakers tested", "emodb") == "6"
    assert cell(table, "emotions", "emodb") == "3 (all)"
    assert cell(table, "chance: UAR / accuracy", "emodb") == "33.3 / 33.3"
    assert table.best == {(1, 1), (1, 2)}


def test_overview_says_why_numbers_differ() -> None:
    table = named(study(), "overview-train")
    assert table.columns[1:] == (
        "clips cremad",
        "clips emodb",
        "speakers cremad",
        "speakers emodb",
        "cross_language en->de",
        "cross_language de->en",
    )
    assert table.notes[-1].startswith(
        "Why the numbers differ: train and test share speakers, sentences under clips; "
        "sentences under speakers; nothing under cross_language; "
    )


def test_wide_overview_shows_means_over_what_every_estimator_was_run_on() -> None:
    corpora = [f"corpus{number}" for number in range(9)]
    matrices = {"svm": GOOD, "forest": FAIR}
    made = [
        result({f"{on}/{n}": matrix for n in range(5)}, protocol=protocol, on=(on, on), estimator=e)
        for on in corpora
        for e, matrix in matrices.items()
        for protocol in ("clips", "speakers")
        if (on, e) != ("corpus8", "forest")
    ]
    table = named(made, "overview-train")
    assert table.columns == ("estimator", "clips, mean of 8", "speakers, mean of 8")
    assert cell(table, "svm", "clips, mean of 8") == "80.0 / 80.0"
    assert table.best == {(1, 1), (1, 2)}
    assert len(table.records) == 34


def test_no_overview_beside_a_single_table_per_corpus() -> None:
    assert names([result()])[0] == "speakers-train"


def test_the_first_look_in_short_has_a_row_for_each_test_set() -> None:
    made = [
        *study(),
        *(replace(each, estimator="majority") for each in study() if each.estimator == "svm"),
    ]
    ((full, short),) = report.summary_tables(made)
    assert full == replace(named(made, "overview-train"), records=())
    assert short.columns == ("tested on", "forest", "svm", "chance")
    assert [row[0] for row in short.rows] == [*full.columns[1:]]
    for number, row in enumerate(short.rows):
        uars = [cell(full, name, row[0]).split(" ")[0] for name in ("forest", "svm")]
        assert [mark.rstrip("†°") for mark in row[1:3]] == uars
        assert row[3] == cell(full, "chance: UAR / accuracy", row[0]).split(" ")[0]
        best = {short.columns[column] for line, column in short.best if line == number}
        assert best == {name for name in ("forest", "svm") if is_best(full, name, row[0])}


def test_the_first_look_at_one_protocol_is_its_table_per_corpus() -> None:
    ((full, short),) = report.summary_tables([result()])
    assert full.name == "speakers-train"
    assert short.rows[0][0] == "emodb"


def is_best(table: report.Table, row: str, column: str) -> bool:
    rows = [each[0] for each in table.rows]
    return (rows.index(row), table.columns.index(column)) in table.best


@pytest.mark.parametrize(
    ("protocol", "marked"), [("original", True), ("clips", False), ("speakers", False)]
)
def test_leaking_protocols_are_marked_wherever_they_are_shown(protocol: str, marked: bool) -> None:
    mark = "(leaks clips, speakers, sentences, scaling)"
    both = [result(protocol=protocol, normalisation="minmax_all"), result(protocol="speakers")]
    for table in report.tables(both):
        if table.name.startswith("overview"):
            assert (f"{protocol} emodb {mark}" in table.columns) == marked
        elif f"{protocol}-minmax" in table.name:
            assert (mark in table.title) == marked


def test_a_recipe_that_the_protocol_fixes_goes_with_every_choice() -> None:
    fixed = result(protocol="original", normalisation="minmax_all")
    chosen = [result(normalisation=how, train_variants=("noise",)) for how in ("train", "speaker")]
    made = [fixed, *chosen]
    tables = [table for table in report.tables(made) if table.name.startswith("overview")]
    assert [table.name for table in tables] == ["overview-train", "overview-speaker"]
    for table in tables:
        assert table.columns[1].startswith("original emodb")
        assert any(note.startswith("Not so under original: ") for note in table.notes)
    assert "minmax" not in named(made, "original-minmax_all").title


def test_matrix_has_training_in_rows_and_test_in_columns() -> None:
    table = named(study(), "cross_language-train-svm")
    assert table.columns == ("trained on", "de", "en")
    assert cell(table, "en", "de") == "80.0 [80.0, 80.0] / 80.0"
    assert cell(table, "en", "en") == ""
    assert "Emotions: angry, neutral and sad." in table.notes


def test_matrix_tells_shared_emotions_where_they_differ() -> None:
    few = {f"de/{number}": [[3, 1], [1, 3]] for number in range(5)}
    made = [
        result(few, protocol="cross_language", on=("pl", "de"), labels=("angry", "sad")),
        result(protocol="cross_language", on=("en", "de")),
        result(protocol="cross_language", on=("others", "de")),
    ]
    table = named(made, "cross_language-train-svm")
    assert [row[0] for row in table.rows] == ["en", "pl", "others"]
    assert cell(table, "pl", "de").endswith(" (2 emotions, 40 clips, chance 50.0)")
    assert cell(table, "en", "de").endswith(" (3 emotions, 180 clips, chance 33.3)")
    assert cell(table, "emotions", "de") == "varies"
    assert any("Not all numbers are about the same emotions" in note for note in table.notes)


def test_gap_is_clips_minus_speakers() -> None:
    table = named(study(), "optimism-gap-train")
    assert cell(table, "svm", "emodb") == "+20.0 (80.0 → 60.0)"
    assert cell(table, "majority", "emodb") == "+0.0 (33.3 → 33.3)"
    assert {record["gap"] for record in table.records} == {0.2, 0.0}


def test_estimator_missing_on_one_corpus_leaves_its_cell_blank() -> None:
    made = [result(on=("emodb", "emodb"), estimator=name) for name in ("svm", "forest")]
    table = named([*made, result(on=("emovo", "emovo"))], "speakers-train")
    assert cell(table, "forest", "emovo") == ""
    assert cell(table, "svm", "emovo") != ""
    assert "| forest | **80.0 [80.0, 80.0] / 80.0** |  |" in report.markdown([table])
    assert table.best == {(0, 1), (1, 1)}


def test_one_speaker_has_an_interval_over_clips_with_a_mark() -> None:
    table = named([result({"emodb/03": GOOD})], "speakers-train")
    assert "]† / 80.0" in cell(table, "svm", "emodb")
    assert table.records[0]["interval_over"] == "clips"
    assert any(note.startswith("† Fewer than five speakers") for note in table.notes)


def test_one_clip_has_no_interval() -> None:
    table = named([result({"emodb/03": [[1, 0, 0], [0, 0, 0], [0, 0, 0]]})], "speakers-train")
    assert cell(table, "svm", "emodb") == "100.0 [?, ?]† / 100.0"
    (record,) = csv.DictReader(io.StringIO(report.comma_separated(table)))
    assert record["uar_low"] == ""


def test_unfinished_estimator_is_marked_and_never_best() -> None:
    half, other = {"emodb/1": FAIR}, {"emodb/2": FAIR}
    made = [result(half, fold="a"), result(other, fold="b")]
    table = named([*made, result({"emodb/1": GOOD}, fold="a", estimator="x")], "speakers-train")
    assert cell(table, "x", "emodb").endswith("/ 80.0*")
    assert table.best == frozenset()
    assert any(note.startswith("* On fewer folds") for note in table.notes)


def test_several_seeds_are_averaged_and_named() -> None:
    made = [result({"emodb/1": GOOD}, seed=1), result({"emodb/1": FAIR}, seed=2)]
    table = named(made, "speakers-train")
    assert cell(table, "svm", "emodb").startswith("70.0 [")
    assert any("Several seeds (1, 2): figures and limits are means" in each for each in table.notes)
    assert table.records[0]["n_clips"] == 30


def test_several_normalisations_have_a_table_each_named_in_the_title() -> None:
    made = [result(normalisation=how) for how in ("speaker", "train")]
    tables = report.tables(made)
    assert [table.name for table in tables[:2]] == ["speakers-train", "speakers-speaker"]
    assert tables[1].title == "Per corpus: speakers, speaker normalisation"
    assert any("transductive" in note for note in tables[1].notes)


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"emotions": "six"}, "emodb (six)"),
        ({"store": "1234567890"}, "emodb (store 12345678)"),
    ],
    ids=["emotions", "store"],
)
def test_what_differs_in_emotions_or_features_is_never_summed(
    change: dict[str, str], label: str
) -> None:
    table = named([result(), result(**change)], "speakers-train")  # type: ignore[arg-type]
    assert label in table.columns
    assert len(table.columns) == 3


def test_parameters_make_a_row_of_their_own() -> None:
    table = named([result(), result(parameters={"C": 1})], "speakers-train")
    assert [row[0] for row in table.rows] == ["svm", "svm (C=1)"]


def test_names_that_become_one_file_are_numbered() -> None:
    made = [
        result(protocol="cross_language", on=("en", "de"), parameters={"C": value})
        for value in ("a/b", "a b")
    ]
    found = [name for name in names(made) if name.startswith("cross_language-train-svm")]
    assert found == ["cross_language-train-svm-C-a-b", "cross_language-train-svm-C-a-b-2"]


def test_what_is_not_above_chance_says_so() -> None:
    table = named([result(dict.fromkeys([f"emodb/{n}" for n in range(6)], CONSTANT))],
                  "speakers-train")  # fmt: skip
    assert cell(table, "svm", "emodb").split(" / ")[0].endswith("]°")
    assert any(note.startswith("° Not above chance") for note in table.notes)


def test_a_corpus_whose_speakers_utter_one_emotion_each_is_flagged() -> None:
    only = {"sad": [[0, 0, 0], [0, 0, 0], [1, 1, 8]], "angry": [[8, 1, 1], [0, 0, 0], [0, 0, 0]]}
    single = {f"urdu/{name}-{n}": counts for n in range(3) for name, counts in only.items()}
    both = {f"urdu/both-{n}": GOOD for n in range(6)}
    flagged = named([result(single, on=("urdu", "urdu"))], "speakers-train")
    assert flagged.rows[0][1].startswith("80.0 [80.0, 80.0]‡")
    assert any(note.startswith("‡ Most speakers of urdu") for note in flagged.notes)
    for fair in (single | both, both):
        table = named([result(fair, on=("urdu", "urdu"))], "speakers-train")
        assert "‡" not in table.rows[0][1]


def test_published_figures_stand_below_the_same_corpus_and_emotions_only() -> None:
    cremad = [result(on=("cremad", "cremad")), result()]
    table = named(cremad, "speakers-train")
    assert ("published: listeners", "? / 40.9", "") in table.facts
    assert any("Cao et al. (2014)" in note for note in table.notes)
    other = result(on=("cremad", "cremad"), emotions="angry,neutral,sad")
    table = named([other], "speakers-train")
    assert not any("published" in row[0] for row in table.facts)


def test_what_was_published_on_other_rows_stands_in_a_note() -> None:
    crossed = [result(protocol="cross_language", on=pair) for pair in (("en", "de"), ("de", "en"))]
    table = named(crossed, "cross_language-train-svm")
    assert any("21.9 %" in note and "289 of 1,317" in note for note in table.notes)
