"""`sertool report`: tables and figures again, from stored results alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.errors import BadChoice, SertoolError

if TYPE_CHECKING:
    from sertool.benchmark.results import Result


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with results.jsonl.")],
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write everything as one HTML page, for example r.html."
        ),
    ] = None,
) -> None:
    """Redo tables and figures of a study from its results.jsonl alone.

    Writes tables.md, tables.tex, one CSV per table and the figures into DIR, byte for byte the
    same each time, and prints the overview. The page also shows a clip of each emotion of those
    corpora whose place `sertool corpora add` was told.
    """
    from sertool.benchmark import results

    found = results.read(folder)
    pages = [_write_page(found, folder, html)] if html else []
    write_and_show(found, folder, *pages)


def write_and_show(found: Sequence[Result], folder: Path, *others: Path) -> None:
    """Write the tables of some results and print the ones that a person looks at first.

    `others` were written already and are named with the rest.
    """
    from sertool import report as reporting
    from sertool.cli import console

    files = reporting.write(found, folder)
    for full, short in reporting.at_a_glance(found):
        table = console.drawn(full.title, full.columns, full.rows, full.facts, full.best)
        notes = full.notes
        if not console.fits(table):
            table = console.drawn(short.title, short.columns, short.rows, short.facts, short.best)
            notes = short.notes
        console.put(table)
        for note in notes:
            console.tell(note)
    console.say(f"written to {folder}: {', '.join(_summed_up(files, folder))}")
    for other in others:
        console.say(f"written: {other}")


def _summed_up(files: Sequence[Path], folder: Path) -> list[str]:
    """What was written, the files of a folder inside together with their number."""
    counts = Counter(
        file.name if file.parent == folder else f"{file.parent.name}/*{file.suffix}"
        for file in files
    )
    return [f"{name} ({count})" if "*" in name else name for name, count in counts.items()]


def _samples(found: Sequence[Result]) -> dict[str, bytes]:
    """A picture of one clip of each emotion, for each tested corpus whose sound is at hand."""
    from sertool import registry
    from sertool.cli import console, home
    from sertool.corpora import find_clips
    from sertool.report import clip_pictures

    speakers = {speaker for result in found for speaker in result.by_speaker}
    tested = {name for speaker in speakers for name in speaker.partition("/")[0].split("+")}
    pictures = {}
    for name, folder in sorted(home.places().items()):
        if name in tested:
            try:
                clips = find_clips(registry.get("corpora", name), folder)
                pictures[name] = clip_pictures.drawing(folder, clip_pictures.one_of_each(clips))
            except SertoolError as error:
                console.say(f"{name} without pictures of its sound: {error}")
    return pictures


def _write_page(found: Sequence[Result], folder: Path, file: Path) -> Path:
    """Write the HTML page of some results, named after their folder.

    Raises:
        BadChoice: a file that is no HTML file by its name.
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    from sertool import report as reporting
    from sertool.storage import writing

    if file.suffix.lower() not in (".html", ".htm"):
        raise BadChoice(f"--html '{file}': give the name of a file that ends in .html")
    writing.write(file, reporting.page(found, folder.resolve().name, _samples(found)).encode())
    return file
