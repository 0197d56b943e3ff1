"""`sertool report`: tables and figures again, from stored results alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli.plugin_option import PluginFiles
from sertool.errors import BadChoice, NotFound, SertoolError

if TYPE_CHECKING:
    from sertool.benchmark.results import Result
    from sertool.report import Report


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with results.jsonl.")],
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write everything as one HTML page, for example r.html."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Redo every folder of results in DIR, and in those below.")
    ] = False,
    plugin: PluginFiles = None,
) -> None:
    """Redo tables and figures of a study from its results.jsonl alone.

    Writes tables.md, tables.tex, one CSV per table and the figures into DIR, byte for byte the
    same each time, and prints the overview. The page also shows a clip of each emotion of the
    corpora that `sertool corpora add` knows.

    With --all a folder that fails is named, the others are redone, and the exit code is 1.
    """
    from sertool.benchmark import results
    from sertool.report import Report

    if every:
        if html:
            raise BadChoice("--html makes the page of one study; leave out --all")
        _redo_all(folder)
        return
    made = Report(results.read(folder), folder)
    pages = [_write_page(made, folder, html)] if html else []
    show(made, made.write(folder), folder, *pages)


def show(made: Report, files: Sequence[Path], folder: Path, *others: Path) -> None:
    """Print the tables that a person looks at first, and say what was written.

    `others` were written already and are named with the rest.
    """
    from sertool.cli import console

    for full, short in made.summary_tables:
        table = console.drawn(full.title, full.columns, full.rows, full.facts, full.best)
        notes = full.notes
        if not console.fits(table):
            table = console.drawn(short.title, short.columns, short.rows, short.facts, short.best)
            notes = short.notes
        console.put(table)
        for note in notes:
            console.tell(note)
    if files:
        console.say(f"written to {folder}: {', '.join(_summed_up(files, folder))}")
        for line in made.further.left_out:
            console.say(line)
    else:
        console.say(f"tables and figures in {folder} are those of these results already")
    for other in others:
        console.say(f"written: {other}")


def _redo_all(top: Path) -> None:
    """Redo the tables and figures of all folders of results, whatever happens to some of them."""
    from sertool.benchmark import results
    from sertool.cli import console

    folders = sorted(file.parent for file in top.rglob(results.RESULTS))
    if not folders:
        raise NotFound(f"no {results.RESULTS} in {top} or below; sertool benchmark makes one")
    with console.bar() as bar:
        task = bar.add_task("reports", total=len(folders))
        failed = 0
        for folder in folders:
            bar.update(task, description=folder.name)
            try:
                said = _redone(folder)
            except SertoolError as error:
                said = [f"failed: {error}"]
                failed += 1
            for line in said:
                bar.console.print(
                    f"{folder}: {line}", markup=False, highlight=False, soft_wrap=True
                )
            bar.advance(task)
        bar.update(task, description="reports")
    if failed:
        console.say(f"{failed} of {len(folders)} folders failed")
        raise typer.Exit(1)


def _redone(folder: Path) -> list[str]:
    """Write the report of a folder of results; what there is to say of it."""
    from sertool.benchmark import results
    from sertool.report import Report
    from sertool.report.build import script_of

    if script := script_of(folder):
        return [f"passed over, made by: {script}"]
    made = Report(results.read(folder), folder)
    return [", ".join(_summed_up(made.write(folder), folder)), *made.further.left_out]


def _summed_up(files: Sequence[Path], folder: Path) -> list[str]:
    """What was written, the files of a folder inside together with their number."""
    counts = Counter(
        file.name if file.parent == folder else f"{file.parent.name}/*{file.suffix}"
        for file in files
    )
    return [f"{name} ({count})" if "*" in name else name for name, count in counts.items()]


def _clip_pictures(found: Sequence[Result]) -> dict[str, bytes]:
    """A picture of one clip of each emotion, for each tested corpus whose folder is known."""
    from sertool.cli import console, home
    from sertool.corpora import find_clips, find_corpus
    from sertool.report import clip_pictures

    speakers = {speaker for result in found for speaker in result.by_speaker}
    tested = {name for speaker in speakers for name in speaker.partition("/")[0].split("+")}
    pictures = {}
    for name, folder in sorted(home.places().items()):
        if name in tested:
            try:
                clips = find_clips(find_corpus(name), folder)
                pictures[name] = clip_pictures.drawing(folder, clip_pictures.one_of_each(clips))
            except SertoolError as error:
                console.say(f"{name} without pictures of its sound: {error}")
    return pictures


def _write_page(made: Report, folder: Path, file: Path) -> Path:
    """Write the HTML page of some results, named after their folder.

    Raises:
        BadChoice: a file that is no HTML file by its name.
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    from sertool.storage import writing

    if file.suffix.lower() not in (".html", ".htm"):
        raise BadChoice(f"--html '{file}': give the name of a file that ends in .html")
    page = made.page(folder.resolve().name, _clip_pictures(made.results))
    writing.write(file, page.encode())
    return file
