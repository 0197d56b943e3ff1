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

from sertool.cli import answering, console, skipped, stopping
from sertool.cli.answering import Question
from sertool.cli.answers import OF_TIMELINES, Called, keep, show_spans
from sertool.cli.console import PredictionFormat
from sertool.cli.model_options import Backend, ModelFile, VoiceFile
from sertool.cli.plugin_option import PluginFiles
from sertool.cli.sound_paths import files
from sertool.cli.timeline import show as show_timeline
from sertool.errors import BadChoice, SertoolError

if TYPE_CHECKING:
    from sertool.models.prediction import Prediction

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
            help="Write a file; the suffix says how: .parquet .csv .jsonl, which the same command "
            "goes on with, or of one timeline .csv .json .txt (Audacity) .TextGrid .png .svg",
        ),
    ] = None,
    channel: Annotated[
        str,
        typer.Option(
            metavar="mix|left|right|each|N",
            help="Which channel: their mean, one of them, or each by itself.",
        ),
    ] = "mix",
    jobs: Annotated[
        int, typer.Option(metavar="N", help="Processes; 1 = this one alone, -1 = one a core.")
    ] = 1,
    strict: Annotated[
        bool, typer.Option("--strict", help="Treat a bad recording as an error: exit code 2.")
    ] = False,
    plugin: PluginFiles = None,
) -> None:
    """Recognise the emotion of recordings, with the probability of each emotion.

    Folders are searched for sound files. A bad recording is named on stderr with the cause, and
    counted; JSON, CSV and files keep a row for it, with an empty emotion and the cause as its
    error. Exit code 2 if no recording could be used. An answer that is not probable enough to rely
    on is marked unsure. Many recordings go to a file with --output; stopped, the same command goes
    on, and passes over those that are answered.

    Example: sertool predict interviews/ --jobs 2 --output answers.parquet
    """
    jobs = console.checked_jobs(jobs)
    if hop is not None and not timeline:
        raise BadChoice(f"--hop {hop:g} is of a timeline; add --timeline")
    if output and not timeline and output.suffix.lower() in OF_TIMELINES:
        raise BadChoice(f"--output {output} writes a timeline; add --timeline, or name a .csv")
    from sertool.audio import channels

    channels.checked(channel)
    hop_s = (1.0 if hop is None else hop) if timeline else None
    question = Question(backend, model, voice, channel, hop_s, tuple(plugin or ()))
    predictor = question.predictor()
    with _local_files(recordings) as (given, called):
        paths = list(dict.fromkeys(files(given)))
        is_one = len(paths) == 1 and not any(each.is_dir() for each in given)
        rows_only = output is not None and output.suffix.lower() in (".jsonl", ".parquet")
        if hop_s is not None and is_one and not rows_only:
            with stopping.answered("nothing was written"):
                show_timeline(predictor, paths[0], hop_s, format, output, channel)
            return
        if output:
            n_bad, n_all = keep(question, paths, output, jobs, called)
        elif hop_s is not None:
            n_bad, n_all = show_spans(question, paths, format, jobs, called)
        else:
            n_bad, n_all = _show(question, paths, format, jobs, called)
    if n_bad:
        asked = ", and --strict was asked for" if strict else ""
        console.say(f"{n_bad:,} of {n_all:,} recordings could not be used{asked}")
    if n_bad and (strict or n_bad == n_all):
        raise typer.Exit(2)


def _show(
    question: Question, paths: Sequence[Path], format: PredictionFormat, jobs: int, called: Called
) -> tuple[int, int]:
    """Show the answers once all are there; of how many recordings how many are bad."""
    with stopping.answered("nothing is kept; with --output FILE the same command goes on"):
        work = answering.of_each(answering.predictions, question, paths, jobs, "predicting")
        found = [[_named(one, called) for one in some] for some in work]
    answers = list(chain.from_iterable(found))
    bad = [(one.path, one.error) for one in answers if one.error]
    for line in skipped.lines(bad):
        console.say(line)
    _SHOW[format](answers)
    return len(bad), len(paths)


@contextmanager
def _local_files(recordings: Sequence[Path]) -> Iterator[tuple[list[Path], Called]]:
    """The recordings, what comes on standard input as a file for as long as it is needed.

    With what to call a text that names that file; errors do so themselves.
    """
    if STDIN not in recordings:
        yield list(recordings), str
        return
    if recordings.count(STDIN) > 1:
        raise BadChoice("- stands for standard input, which can be read once")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / STDIN_NAME
        with file.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)

        def called(text: str) -> str:
            return str(STDIN) if text == str(file) else text.replace(str(file), STDIN_NAME)

        try:
            yield [file if each == STDIN else each for each in recordings], called
        except SertoolError as error:
            raise type(error)(called(str(error))) from None


def _named(prediction: Prediction, called: Called) -> Prediction:
    """The same; what came on standard input is called as it was given."""
    path, error = called(prediction.path), called(prediction.error)
    return dataclasses.replace(prediction, path=path, error=error)


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
    typer.echo(json.dumps([each.facts() for each in predictions], indent=2))


def _csv(predictions: Sequence[Prediction]) -> None:
    from sertool.models.answer_file import plain

    facts = ("start_s", "end_s", "duration_s", "compute_s", "confident", "remarks", "channel")
    heads = ["path", "emotion", *_emotions(predictions), *facts, "error", "seconds"]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(heads)
    for one in predictions:
        row = {**answering.flat(one), "seconds": one.compute_s}
        writer.writerow([plain(row.get(head)) for head in heads])


def _emotions(predictions: Sequence[Prediction]) -> list[str]:
    return sorted({name for each in predictions for name in each.probabilities})


_SHOW = {PredictionFormat.table: _table, PredictionFormat.json: _json, PredictionFormat.csv: _csv}
