"""`sertool predict`: the emotion of recordings."""

from __future__ import annotations

import csv
import dataclasses
import enum
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import screen
from sertool.errors import BadChoice, NotEnough, SertoolError

if TYPE_CHECKING:
    from sertool.prediction import Prediction, Predictor

DEFAULT_BACKEND = "svm"


class Format(enum.StrEnum):
    """How predictions are shown."""

    table = "table"
    json = "json"
    csv = "csv"


def predict(
    recordings: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR...", help="Sound files, or folders of them.")
    ],
    backend: Annotated[
        str | None,
        typer.Option(
            help=f"A model that ships: svm, forest, xgboost, cnn (default: {DEFAULT_BACKEND})."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A model that `sertool train` made.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to show them.")] = Format.table,
) -> None:
    """Recognise the emotion of recordings, with the probability of each emotion.

    A folder is walked. A bad recording is named on stderr with its cause and counted; in JSON and
    CSV it keeps its place, with an empty emotion. Exit code 2 where no recording could be used.

    Example: sertool predict interview.wav --backend svm --format json
    """
    from sertool import prediction

    if backend and model:
        raise BadChoice("give --backend NAME or --model FILE, not both")
    predictor = prediction.load(model or backend or DEFAULT_BACKEND)
    paths = _files(recordings)
    predictions = _predict(predictor, paths)
    _SHOW[format](predictions)
    n_bad = sum(not each.emotion for each in predictions)
    if n_bad:
        screen.say(f"{n_bad} of {len(predictions)} recordings could not be used")
    if n_bad == len(predictions):
        raise typer.Exit(2)


def _files(given: Sequence[Path]) -> list[Path]:
    """The files named, and those below the folders named, in that order."""
    from sertool.corpora import SUFFIXES

    files: list[Path] = []
    for path in given:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
            if not below:
                raise NotEnough(f"no sound file below {path}; looked for {' '.join(SUFFIXES)}")
            files += below
        else:
            files.append(path)
    return files


def _predict(predictor: Predictor, paths: Sequence[Path]) -> list[Prediction]:
    from sertool.prediction import Prediction

    predictions = []
    with screen.bar() as bar:
        task = bar.add_task("predicting", total=len(paths), visible=len(paths) > 1)
        for path in paths:
            try:
                predictions.append(predictor(path))
            except SertoolError as error:
                bar.console.print(f"skipped {error}", markup=False, highlight=False)
                predictions.append(Prediction(str(path), "", {}, 0.0, 0.0, 0.0))
            bar.advance(task)
    return predictions


def _table(predictions: Sequence[Prediction]) -> None:
    emotions = _emotions(predictions)
    rows = [
        (
            each.path,
            each.emotion or "-",
            *(f"{each.probabilities[name]:.2f}" if each.emotion else "" for name in emotions),
            f"{each.start_s:.1f}-{each.end_s:.1f} s",
            f"{each.seconds:.2f} s",
        )
        for each in predictions
    ]
    screen.show("Predictions", ("recording", "emotion", *emotions, "heard", "took"), rows)


def _json(predictions: Sequence[Prediction]) -> None:
    typer.echo(json.dumps([dataclasses.asdict(each) for each in predictions], indent=2))


def _csv(predictions: Sequence[Prediction]) -> None:
    emotions = _emotions(predictions)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["path", "emotion", *emotions, "start_s", "end_s", "seconds"])
    for each in predictions:
        numbers = [each.probabilities.get(name, "") for name in emotions]
        writer.writerow([each.path, each.emotion, *numbers, each.start_s, each.end_s, each.seconds])


def _emotions(predictions: Sequence[Prediction]) -> list[str]:
    return sorted({name for each in predictions for name in each.probabilities})


_SHOW = {Format.table: _table, Format.json: _json, Format.csv: _csv}
