"""`sertool predict` on many recordings: a file that the same command goes on with, or timelines."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from sertool.cli import answering, console, skipped, stopping
from sertool.cli.answering import Question
from sertool.cli.console import PredictionFormat

OF_TIMELINES = (".json", ".txt", ".textgrid", ".png", ".svg")
"""What a file of one timeline may end in, and none of many answers."""

Called = Callable[[str], str]
"""From a text that may name the file of standard input to one that does not."""
Row = dict[str, Any]


def keep(
    question: Question, paths: Sequence[Path], output: Path, jobs: int, called: Called
) -> tuple[int, int]:
    """Write the answers on recordings to a file, but for those that it holds; (bad, asked)."""
    from sertool.models.answer_file import AnswerFile
    from sertool.storage import writing

    answers = AnswerFile(output, answering.columns(question), str(question))
    with writing.alone_at(output):
        answered = answers.answered()
        left = [path for path in paths if _text(str(path), called) not in answered]
        n_bad_before = sum(bool(answered.get(_text(str(path), called))) for path in paths)
        n_kept = len(answered)
        if n_kept:
            console.say(f"{len(paths) - len(left):,} of {len(paths):,} recordings are answered")
        bad: list[tuple[str, str]] = []
        told = lambda: f"{n_kept:,} recordings kept; the same command goes on"  # noqa: E731
        with stopping.answered(told), answers.writing() as write:
            for rows in _rows(question, left, jobs, called):
                bad += [(row["path"], row["error"]) for row in rows[:1] if row["error"]]
                write(rows[0]["path"], rows)
                n_kept += 1
            n_held = answers.finish()
    for line in skipped.lines(bad):
        console.say(line)
    typer.echo(f"{output}: answers on {n_held:,} recordings, {len(left) - len(bad):,} of them new")
    return n_bad_before + len(bad), len(paths)


def show_spans(
    question: Question, paths: Sequence[Path], format: PredictionFormat, jobs: int, called: Called
) -> tuple[int, int]:
    """Show the timelines of several recordings; (bad, asked)."""
    bad: list[tuple[str, str]] = []
    n_shown = 0
    begin = "[\n" if format is PredictionFormat.json else ""
    if format is PredictionFormat.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerow(answering.columns(question))
    with stopping.answered("nothing is kept; with --output FILE the same command goes on"):
        for rows in _rows(question, paths, jobs, called):
            bad += [(row["path"], row["error"]) for row in rows[:1] if row["error"]]
            if format is PredictionFormat.json:
                text = ",\n".join(json.dumps(row) for row in rows)
                typer.echo(begin + text, nl=False)
                begin = ",\n"
            elif format is PredictionFormat.csv:
                _print_csv(question, rows)
            else:
                _print_table(rows)
            n_shown += 1
    if format is PredictionFormat.json:
        typer.echo("\n]" if n_shown else "[]")
    for line in skipped.lines(bad):
        console.say(line)
    return len(bad), len(paths)


def _rows(
    question: Question, paths: Sequence[Path], jobs: int, called: Called
) -> Iterator[list[Row]]:
    for rows in answering.of_each(answering.rows, question, paths, jobs, "predicting"):
        yield [
            {
                name: _text(value, called) if isinstance(value, str) else value
                for name, value in row.items()
            }
            for row in rows
        ]


def _text(text: str, called: Called) -> str:
    """A text that every file can hold, also where a name is no UTF-8."""
    return called(text).encode("utf-8", "backslashreplace").decode()


def _print_csv(question: Question, rows: Sequence[Row]) -> None:
    from sertool.models.answer_file import plain

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in rows:
        writer.writerow([plain(row.get(name)) for name in answering.columns(question)])


def _print_table(rows: Sequence[Row]) -> None:
    spans = [row for row in rows if row["emotion"]]
    lines = [
        (
            console.clock(row["start_s"]), console.clock(row["end_s"]),
            row["emotion"] if row["confident"] else f"{row['emotion']} (unsure)",
            f"{row['probability']:.2f}",
        )
        for row in spans
    ]  # fmt: skip
    if lines:
        title = f"Timeline of {rows[0]['path']}"
        console.show(title, ("from", "to", "emotion", "probability"), lines)
    elif not rows[0]["error"]:
        console.say(f"{rows[0]['path']}: {rows[0]['remarks']}")
