"""Made-up results whose numbers can be worked out by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from sertool import report
from sertool.benchmark.results import Result
from sertool.report import Table

LABELS = ("angry", "neutral", "sad")
QUESTIONS = {
    "original": "What does the original study's procedure report?",
    "clips": "How well are new recordings of known speakers recognised?",
    "speakers": "How well is a new speaker recognised?",
    "cross_language": "Trained on one language, how well on another?",
}
LEAKS = {
    "original": ("clip", "speaker", "sentence", "scaling"),
    "clips": ("speaker", "sentence"),
    "speakers": ("sentence",),
    "cross_language": (),
}
GOOD = [[8, 1, 1], [1, 8, 1], [1, 1, 8]]
FAIR = [[6, 2, 2], [2, 6, 2], [2, 2, 6]]
POOR = [[4, 3, 3], [3, 4, 3], [3, 3, 4]]
CONSTANT = [[10, 0, 0], [10, 0, 0], [10, 0, 0]]


def result(
    by_speaker: dict[str, list[list[int]]] | None = None,
    *,
    protocol: str = "speakers",
    on: tuple[str, str] = ("emodb", "emodb"),
    fold: str = "",
    estimator: str = "svm",
    normalisation: str = "train",
    **changes: object,
) -> Result:
    """A result whose scores follow from its confusions by speaker."""
    by_speaker = by_speaker or {f"{on[1]}/{number:02}": GOOD for number in range(6)}
    total = np.sum([*by_speaker.values()], axis=0)
    spoken = total.sum(axis=1) > 0
    pair = on[0] if on[0] == on[1] else "->".join(on)
    made = Result(
        protocol=protocol,
        question=QUESTIONS[protocol],
        leaks=LEAKS[protocol],
        split=f"{pair}/{fold}" if fold else pair,
        train_on=on[0],
        test_on=on[1],
        normalisation=normalisation,
        estimator=estimator,
        parameters={},
        emotions="all",
        train_variants=("original", "noise", "stretch_pitch"),
        seed=42,
        store="0" * 64,
        labels=LABELS,
        confusion=total.tolist(),
        by_speaker=by_speaker,
        accuracy=float(np.trace(total) / total.sum()),
        uar=float(np.mean(np.diag(total)[spoken] / total[spoken].sum(axis=1))),
        macro_f1=0.5,
        left_out={"calm": 7},
        n_train=100,
        n_test=int(total.sum()),
        n_train_clips=100,
        n_test_clips=int(total.sum()),
        n_train_speakers=9,
        n_test_speakers=len(by_speaker),
        n_shared_clips=0,
        n_shared_speakers=0,
        fit_seconds=1.5,
        predict_ms=0.25,
        model_bytes=2_000_000,
        warnings=(),
        versions={},
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def study() -> list[Result]:
    """Three estimators under three protocols on two corpora of six speakers, two folds each."""
    made = []
    for corpus in ("emodb", "cremad"):
        for estimator, matrix in (("svm", FAIR), ("forest", POOR), ("majority", CONSTANT)):
            speakers = [f"{corpus}/{number:02}" for number in range(6)]
            for fold in (0, 1):
                half = dict.fromkeys(speakers[3 * fold : 3 * fold + 3], matrix)
                made.append(result(half, on=(corpus, corpus), fold=str(fold), estimator=estimator))
            better = GOOD if estimator == "svm" else matrix
            whole = dict.fromkeys(speakers, better)
            made.append(result(whole, protocol="clips", on=(corpus, corpus), estimator=estimator))
            across = ("en", "de") if corpus == "emodb" else ("de", "en")
            made.append(result(whole, protocol="cross_language", on=across, estimator=estimator))
    return made


def named(results: Sequence[Result], name: str) -> Table:
    return next(table for table in report.tables(results) if table.name == name)


def cell(table: Table, row: str, column: str) -> str:
    rows = {each[0]: each for each in (*table.rows, *table.facts)}
    return rows[row][table.columns.index(column)]


def names(results: Sequence[Result]) -> list[str]:
    return [table.name for table in report.tables(results)]
