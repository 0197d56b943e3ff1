"""Tables and figures of the study of voices, from its results alone.

python benchmarks/voice/report.py results/voice
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from figures import figure
from recorded import (
    LEVELS,
    MOST_NEUTRAL,
    NEUTRAL,
    PLAIN,
    QUESTIONS,
    SCALED,
    SHRUNK,
    SPEAKERS,
    TITLES,
    Line,
    Lines,
    by_clips,
    estimators,
    pairs,
    read,
)  # fmt: skip

from sertool.notation import percent
from sertool.report.formats import comma_separated, markdown
from sertool.report.notes import FEW_SPEAKERS
from sertool.report.table import Table


def write(lines: Lines, folder: Path) -> list[Path]:
    """Write `tables.md`, a CSV a table and the figures; the same lines give the same bytes."""
    drawings = {_drawing(each): figure(lines, each) for each in QUESTIONS}
    files = texts(lines) | drawings
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def texts(lines: Lines) -> dict[str, bytes]:
    """All files but the figures, by name."""
    made = tables(lines)
    pictures = "\n".join(f"![{Path(_drawing(each)).stem}]({_drawing(each)})" for each in QUESTIONS)
    head = "python benchmarks/voice/study.py --store DIR --results results/voice\n\n"
    text = f"    {head}{markdown(made)}\n## Figures\n\n{pictures}\n"
    plain = {f"tables/{table.name}.csv": comma_separated(table).encode() for table in made}
    return {"tables.md": text.encode(), **plain}


def _drawing(question: str) -> str:
    return f"figures/{_name(question)}.png"


def tables(lines: Lines) -> list[Table]:
    """The gains and the scores for each question, and a table of the ways that were tried."""
    made = [table(lines, each) for each in QUESTIONS for table in (gains, scores)]
    return [*made, ways(lines)]


def gains(lines: Lines, question: str) -> Table:
    """What clips of a speaker add to UAR, by corpus and estimator."""
    tried = pairs(lines, question)
    return Table(
        name=f"{_name(question)}-gains",
        title=f"{TITLES[question]}: what clips of the speaker add",
        columns=(
            "corpus", "estimator", "UAR without", *(f"{level} clips" for level in LEVELS[1:]),
            "neutral clips alone",
        ),
        rows=tuple(_gains(lines, question, *pair) for pair in tried),
        notes=(
            "Points of UAR [95 % interval over speakers] on the same clips in every column, 3 "
            "draws; of each speaker so many other clips were known, without their labels.",
            *_of_ten(lines, question),
            f"Neutral clips alone: those of the known clips that are neutral, {MOST_NEUTRAL} at "
            "most; in brackets how many, in the mean.",
            *_few(lines, question),
        ),
    )  # fmt: skip


def scores(lines: Lines, question: str) -> Table:
    """UAR by corpus, estimator and number of clips."""
    tried = pairs(lines, question)
    return Table(
        name=_name(question),
        title=TITLES[question],
        columns=(
            "corpus",
            "estimator",
            *(f"{level} clips" for level in LEVELS),
            "chance",
            "speakers",
        ),
        rows=tuple(_scores(lines, question, *pair) for pair in tried),
        notes=(
            "UAR % [95 % interval over speakers]; empty where fewer than 15 clips of some speaker "
            "would be left to test.",
            *_few(lines, question),
        ),
        records=tuple(_records(lines, question)),
    )


def ways(lines: Lines) -> Table:
    """The mean over corpora of UAR, for each way of using the clips."""
    levels = (0, 5, 20)
    rows = []
    for question in QUESTIONS:
        for estimator in estimators(lines, question):
            corpora = [corpus for corpus, name in pairs(lines, question) if name == estimator]
            for way in (SHRUNK, PLAIN, SCALED, SPEAKERS):
                keys = [
                    [(question, each, estimator, way, level) for each in corpora]
                    for level in levels
                ]
                means = [_mean(lines, each) for each in keys]
                rows.append((question, estimator, str(len(corpora)), way, *means))
    return Table(
        name="ways",
        title="What is subtracted, and what is divided by: the mean UAR over corpora",
        columns=(
            "tested on",
            "estimator",
            "corpora",
            "way",
            *(f"{level} clips" for level in levels),
        ),
        rows=tuple(rows),
        notes=(
            "Shrunk: a mean of n clips counts n / (n + 5), that of the training rows the rest.",
        ),
    )


def _gains(lines: Lines, question: str, corpus: str, estimator: str) -> tuple[str, ...]:
    without = _without(lines, question, corpus, estimator)
    found = {line.clips: line for line in by_clips(lines, question, corpus, estimator)}
    neutral = lines[question, corpus, estimator, NEUTRAL, MOST_NEUTRAL]
    return (
        corpus,
        estimator,
        percent(without.uar),
        *(_gain(found[level], without) if level in found else "" for level in LEVELS[1:]),
        f"{_gain(neutral, without)} ({neutral.known:.1f})",
    )


def _gain(line: Line, without: Line) -> str:
    gain, interval = line.gain_on(without)
    return f"{_signed(gain)} [{_signed(interval.low)}, {_signed(interval.high)}]{_mark(line)}"


def _scores(lines: Lines, question: str, corpus: str, estimator: str) -> tuple[str, ...]:
    found = {line.clips: line for line in by_clips(lines, question, corpus, estimator)}
    return (
        corpus,
        estimator,
        *(_score(found[level]) if level in found else "" for level in LEVELS),
        percent(found[0].chance),
        str(len(found[0].matrices)),
    )


def _of_ten(lines: Lines, question: str) -> Iterator[str]:
    """A sentence for each estimator: what ten clips add."""
    whose = {"new speaker": "a new speaker", "unseen corpus": "a speaker of an unseen corpus"}
    for name in estimators(lines, question):
        corpora = [corpus for corpus, each in pairs(lines, question) if each == name]
        points = [
            100
            * (
                lines[question, each, name, SHRUNK, 10].uar
                - _without(lines, question, each, name).uar
            )
            for each in corpora
        ]
        yield (
            f"Ten clips of {whose[question]} change the UAR of {name} by {min(points):+.1f} to "
            f"{max(points):+.1f} points, {np.mean(points):+.1f} in the mean over "
            f"{', '.join(corpora)}."
        )


def _score(line: Line) -> str:
    low, high = percent(line.interval.low), percent(line.interval.high)
    return f"{percent(line.uar)} [{low}, {high}]{_mark(line)}"


def _mark(line: Line) -> str:
    return FEW_SPEAKERS if line.interval.over == "clips" else ""


def _few(lines: Lines, question: str) -> list[str]:
    """The note on corpora of few speakers, where there is one."""
    marked = any(_mark(line) for line in lines.values() if line.question == question)
    note = f"{FEW_SPEAKERS} Fewer than five speakers: the interval is over clips, and too narrow."
    return [note] if marked else []


def _without(lines: Lines, question: str, corpus: str, estimator: str) -> Line:
    return lines[question, corpus, estimator, SHRUNK, 0]


def _records(lines: Lines, question: str) -> Iterator[dict[str, str | int | float]]:
    for line in lines.values():
        if line.question == question:
            yield {
                "tested_on": question,
                "corpus": line.corpus,
                "estimator": line.estimator,
                "way": line.way,
                "clips": line.clips,
                "clips_known": round(line.known, 4),
                "uar": round(line.uar, 6),
                "uar_low": round(line.interval.low, 6),
                "uar_high": round(line.interval.high, 6),
                "interval_over": line.interval.over,
                "chance_uar": round(line.chance, 6),
                "n_speakers": len(line.matrices),
            }


def _mean(lines: Lines, keys: Sequence[tuple[str, str, str, str, int]]) -> str:
    found = [lines[key].uar for key in keys if key in lines]
    return percent(float(np.mean(found))) if found else ""


def _name(question: str) -> str:
    return question.replace(" ", "-")


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    write(read(place), place)
