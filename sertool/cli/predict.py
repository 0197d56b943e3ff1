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
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import console, model_options
from sertool.cli.console import PredictionFormat
from sertool.cli.model_options import Backend, ModelFile, VoiceFile
from sertool.cli.plugin_option import PluginFiles
from sertool.cli.sound_paths import files
from sertool.cli.timeline import show as show_timeline
from sertool.errors import BadChoice, SertoolError

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
    channel: Annotated[
        str,
        typer.Option(
            metavar="mix|left|right|each|N",
            help="Which channel: their mean, one of them, or each by itself.",
        ),
    ] = "mix",
    plugin: PluginFiles = None,
) -> None:
    """Recognise the emotion of recordings, with the probability of each emotion.

    Folders are searched for sound files. A bad recording is named on stderr with the cause, and
    counted; JSON and CSV keep a row for it, with an empty emotion and the cause as a remark. Exit
    code 2 if no recording could be used. An answer that is not probable enough to rely on is marked
    unsure.

    Example: sertool predict interview.wav --timeline --output interview.png
    """
    if output and not timeline:
        raise BadChoice(
            "--output FILE writes a timeline; add --timeline, or use --format csv > FILE"
        )
    if hop is not None and not timeline:
        raise BadChoice(f"--hop {hop:g} is of a timeline; add --timeline")
    from sertool.audio import channels

    channels.checked(channel)
    predictor = model_options.predictor(backend, model, voice)
    with _local_files(recordings) as given:
        paths = files(given)
        if timeline:
            show_timeline(predictor, paths, 1.0 if hop is None else hop, format, output, channel)
        else:
            _show(_predict(predictor, paths, channel), format)


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


def _predict(predictor: Predictor, paths: Sequence[Path], channel: str) -> list[Prediction]:
    def all_asked(path: Path) -> list[Prediction]:
        answers: list[Prediction] = predictor([path], channel=channel)
        return answers

    found = console.outcomes(all_asked, paths, "predicting")
    rows = [_rows(path, each) for path, each in zip(paths, found, strict=True)]
    return list(map(_named, chain.from_iterable(rows)))


def _rows(path: Path, found: list[Prediction] | SertoolError) -> list[Prediction]:
    """The answers of a recording; an empty one where it could not be used."""
    from sertool.models.prediction import Prediction

    if isinstance(found, SertoolError):
        return [Prediction(str(path), "", {}, 0.0, 0.0, 0.0, remarks=(str(found),))]
    return found


def _named(prediction: Prediction) -> Prediction:
    """The same; what came on standard input is called as it was given."""
    if Path(prediction.path).name != STDIN_NAME:
        return prediction
    return dataclasses.replace(prediction, path=str(STDIN))


def _table(predictions: Sequence[Prediction]) -> None:
    emotions = _emotions(predictions)
    names = [Path(each.path).name for each in predictions]
    if len({*names}) < len({each.path for each in predictions}):
        names = [each.path for each in predictions]
    names = [
        f"{name}, {each.channel}" if each.channel else name
        for name, each in zip(names, predictions, strict=True)
    ]
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
        side = f", {each.channel}" if each.channel else ""
        for remark in each.remarks if each.emotion else ():
            console.say(f"{each.path}{side}: {remark}")


def _json(predictions: Sequence[Prediction]) -> None:
    typer.echo(json.dumps([dataclasses.asdict(each) for each in predictions], indent=2))


def _csv(predictions: Sequence[Prediction]) -> None:
    emotions = _emotions(predictions)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    facts = ("start_s", "end_s", "seconds", "confident", "remarks", "channel")
    writer.writerow(["path", "emotion", *emotions, *facts])
    for each in predictions:
        numbers = [each.probabilities.get(name, "") for name in emotions]
        times = [each.start_s, each.end_s, each.seconds]
        verdict = [str(each.confident).lower(), "; ".join(each.remarks)]
        writer.writerow([each.path, each.emotion, *numbers, *times, *verdict, each.channel])


def _emotions(predictions: Sequence[Prediction]) -> list[str]:
    return sorted({name for each in predictions for name in each.probabilities})


_SHOW = {PredictionFormat.table: _table, PredictionFormat.json: _json, PredictionFormat.csv: _csv}
