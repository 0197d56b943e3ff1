"""`sertool predict`: the emotion of recordings."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import console, model_options
from sertool.cli.console import PredictionFormat
from sertool.cli.model_options import Backend, ModelFile, VoiceFile
from sertool.cli.plugin_option import PluginFiles
from sertool.cli.sound_paths import files
from sertool.cli.timeline import show as show_timeline
from sertool.errors import BadChoice

if TYPE_CHECKING:
    from sertool.models.prediction import Prediction, Predictor

STDIN = Path("-")
STDIN_NAME = "standard input"


def predict(
    recordings: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR|-...", help="Sound files, folders of them, or - for standard input."
        ),
    ],
    backend: Backend = None,
    model: ModelFile = None,
    voice: VoiceFile = None,
    format: Annotated[
        PredictionFormat, typer.Option(help="The format of the output.")
    ] = PredictionFormat.table,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="Follow the emotion through a long recording.")
    ] = False,
    hop: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", help="From one window of the timeline to the next. (default: 1)"
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the timeline; the suffix says how: "
            ".csv .json .txt (Audacity) .TextGrid .png .svg",
        ),
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Recognise the emotion of recordings, with the probability of each emotion.

    Folders are searched for sound files. A bad recording is named on stderr with the cause, and
    counted; JSON and CSV keep a row for it, with an empty emotion. Exit code 2 if no recording
    could be used. An answer that is not probable enough to rely on is marked unsure.

    Example: sertool predict interview.wav --timeline --output interview.png
    """
    if output and not timeline:
        raise BadChoice(
            "--output FILE writes a timeline; add --timeline, or use --format csv > FILE"
        )
    if hop is not None and not timeline:
        raise BadChoice(f"--hop {hop:g} is of a timeline; add --timeline")
    predictor = model_options.predictor(backend, model, voice)
    with _local_files(recordings) as given:
        paths = files(given)
        if timeline:
            show_timeline(predictor, paths, 1.0 if hop is None else hop, format, output)
        else:
            _show(_predict(predictor, paths), format)


def _show(predictions: Sequence[Prediction], format: PredictionFormat) -> None:
    _SHOW[format](predictions)
    n_bad = sum(not each.emotion for each in predictions)
    if n_bad:
        console.say(f"{n_bad} of {len(predictions)} recordings could not be used")
    if n_bad == len(predictions):
        raise typer.Exit(2)


@contextmanager
def _local_files(recordings: Sequence[Path]) -> Iterator[list[Path]]:
    """The recordings, what comes on standard input as a file for as long as it is needed."""
    if STDIN not in recordings:
        yield list(recordings)
        return
    if recordings.count(STDIN) > 1:
        raise BadChoice("- stands for standard input, which can be read once")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / STDIN_NAME
        with file.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield [file if each == STDIN else each for each in recordings]


def _predict(predictor: Predictor, paths: Sequence[Path]) -> list[Prediction]:
    from sertool.models.prediction import Prediction

    found = console.outcomes(predictor, paths, "predicting")
    return [
        _named(each) if each else Prediction(str(path), "", {}, 0.0, 0.0, 0.0)
        for path, each in zip(paths, found, strict=True)
    ]


def _named(prediction: Prediction) -> Prediction:
    """The same; what came on standard input is called as it was given."""
    if Path(prediction.path).name != STDIN_NAME:
        return prediction
    return dataclasses.replace(prediction, path=str(STDIN))


def _table(predictions: Sequence[Prediction]) -> None:
    emotions = _emotions(predictions)
    names = [Path(each.path).name for each in predictions]
    if len({*names}) < len(names):
        names = [each.path for each in predictions]
    rows = [
        (
            name,
            console.verdict(each),
            *(f"{each.probabilities[emotion]:.2f}" for emotion in emotions),
        )
        for name, each in zip(names, predictions, strict=True)
        if each.emotion
    ]
    if rows:
        console.show("Predictions", ("recording", "emotion", *emotions), rows)
    for each in predictions:
        for remark in each.remarks:
            console.say(f"{each.path}: {remark}")


def _json(predictions: Sequence[Prediction]) -> None:
    typer.echo(json.dumps([dataclasses.asdict(each) for each in predictions], indent=2))


def _csv(predictions: Sequence[Prediction]) -> None:
    emotions = _emotions(predictions)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ["path", "emotion", *emotions, "start_s", "end_s", "seconds", "confident", "remarks"]
    )
    for each in predictions:
        numbers = [each.probabilities.get(name, "") for name in emotions]
        times = [each.start_s, each.end_s, each.seconds]
        verdict = [str(each.confident).lower(), "; ".join(each.remarks)]
        writer.writerow([each.path, each.emotion, *numbers, *times, *verdict])


def _emotions(predictions: Sequence[Prediction]) -> list[str]:
    return sorted({name for each in predictions for name in each.probabilities})


_SHOW = {PredictionFormat.table: _table, PredictionFormat.json: _json, PredictionFormat.csv: _csv}
