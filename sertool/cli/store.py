"""`sertool store`: what a feature store holds, and whether all of it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import console, home
from sertool.cli.plugin_option import PluginFiles
from sertool.errors import BadTable, NotFound

if TYPE_CHECKING:
    from sertool.store.parquet import Part

app = typer.Typer(no_args_is_help=True, help="Look into a feature store.")


@app.command()
def check(
    folder: Annotated[
        str | None, typer.Argument(metavar="DIR", help="The store. (default: yours)")
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Verify every byte of a store by its checksums; exit 1 if a part is damaged.

    Says for each corpus what is there, and of what is damaged the file and what to do.

    Example: sertool store check features
    """
    from sertool import store

    place = home.store_to_read(folder)
    names = sorted({*store.corpora(place), *store.waiting(place)})
    if not names:
        raise NotFound(
            f"no feature store at {place}; make one with: sertool extract "
            f"NAME=FOLDER --store {place}"
        )
    rows, faults = [], []
    for name in names:
        found = [_verified(file) for file in store.files_of(place, name)]
        whole = [part for part in found if not isinstance(part, str)]
        damaged = [fault for fault in found if isinstance(fault, str)]
        rows.append(_row(place, name, whole, len(damaged)))
        faults += damaged
    columns = ("corpus", "clips", "speakers", "feature sets", "waiting clips", "verdict")
    console.show(f"Store {place}", columns, rows)
    for fault in faults:
        console.say(fault)
    if faults:
        raise typer.Exit(1)


def _verified(file: Path) -> Part | str:
    """A part, or why it cannot be used."""
    from sertool.store import parquet

    try:
        part = parquet.read(file)
        part.table(["clip"])
    except BadTable as error:
        return str(error)
    return part


def _row(place: Path, name: str, whole: list[Part], n_damaged: int) -> tuple[str, ...]:
    from sertool import store

    waiting = [part for part in whole if store.JOURNAL in part.file.relative_to(place).parts]
    readable = [part for part in whole if part not in waiting]
    speakers = {each for part in readable for each in part.table(["speaker"])[0].to_pylist()}
    sets = dict.fromkeys(name for part in whole for name in part.sets)
    outdated = dict.fromkeys(f"{name} (outdated)" for part in whole for name in part.outdated)
    return (
        name,
        str(sum(len(part.stamps) for part in readable)),
        str(len(speakers)),
        "+".join([*sets, *outdated]) or "-",
        str(sum(len(part.stamps) for part in waiting)),
        _verdict(whole, n_damaged),
    )


def _verdict(whole: list[Part], n_damaged: int) -> str:
    if n_damaged:
        return f"{n_damaged} of {len(whole) + n_damaged} files damaged"
    if all(part.is_sealed for part in whole):
        return "whole"
    return "format 1, without a checksum; sertool extract gives it one"
