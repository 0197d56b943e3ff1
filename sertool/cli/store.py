"""`sertool store`: what a feature store holds, whether all of it is whole, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from sertool.cli import console, home
from sertool.cli.plugin_option import PluginFiles
from sertool.errors import BadTable, NotFound

if TYPE_CHECKING:
    from sertool.store.stored_sets import StoredSet

app = typer.Typer(no_args_is_help=True, help="Look into a feature store.")

Store = Annotated[str | None, typer.Argument(metavar="DIR", help="The store. (default: yours)")]
COLUMNS = ("corpus", "clips", "speakers", "feature sets", "waiting clips", "verdict")
OUTDATED = "removed, as its sets have other columns now; extract again"
Read = TypeVar("Read")


@app.command()
def check(folder: Store = None, plugin: PluginFiles = None) -> None:
    """Verify every byte of a store by its checksums; exit 1 if a file is damaged.

    Says for each corpus what is there, and of what is damaged the file and what to do.

    Example: sertool store check features
    """
    from sertool.store import layout

    place = home.store_to_read(folder)
    layout.refuse_old(place)
    names = sorted({*layout.corpora(place), *layout.waiting(place)})
    if not names:
        raise NotFound(
            f"no feature store at {place}; make one with: sertool extract "
            f"NAME=FOLDER --store {place}"
        )
    rows, faults = [], []
    for name in names:
        row, damaged = _checked(place, name)
        rows.append(row)
        faults += damaged
    console.show(f"Store {place}", COLUMNS, rows)
    for fault in faults:
        console.say(fault)
    if faults:
        raise typer.Exit(1)


@app.command()
def upgrade(folder: Store = None) -> None:
    """Convert a store of an older format; nothing is measured.

    Example: sertool store upgrade features
    """
    from sertool.store import upgrade

    place = home.store_to_change(folder)
    n_files = 0
    for corpus, brought in upgrade.upgrade(place):
        n_files += 1
        console.say(
            f"{corpus}: {', '.join(brought) or 'removed, as its sets have other columns now'}"
        )
    typer.echo(f"{place}: {n_files} files converted" if n_files else f"{place}: up to date")


@app.command()
def remove(
    feature_set: Annotated[
        str, typer.Argument(metavar="SET", help="A feature set, as `store check` names it.")
    ],
    folder: Store = None,
) -> None:
    """Remove a feature set from a store; other sets are not touched.

    A corpus that has no other set leaves the store.

    Example: sertool store remove functionals features
    """
    from sertool.storage import writing
    from sertool.store import layout, merging, stored_sets

    place = home.store_to_change(folder)
    with writing.alone(place):
        corpora = sorted({*layout.corpora(place), *layout.waiting(place)})
        held = [name for name in corpora if feature_set in stored_sets.held(place, name)]
        if not held:
            raise NotFound(f"no corpus in {place} has {feature_set}: sertool store check {place}")
        for name in held:
            merging.remove(place, name, [feature_set])
    typer.echo(f"{feature_set} removed from {', '.join(held)}")


def _checked(place: Path, name: str) -> tuple[tuple[str, ...], list[str]]:
    """What to say of a corpus, and what is damaged in it."""
    from sertool.store import layout, parquet, stored_sets

    faults: list[str] = []
    clips = [file for file in [layout.clips_file(place, name)] if file.is_file()]
    who = list(_whole(parquet.read, clips, faults))
    found = list(_whole(stored_sets.read, layout.set_files(place, name), faults))
    waiting = list(_whole(stored_sets.read, layout.journal_parts(place, name), faults))
    speakers = {each for file in who for each in file.table(["speaker"])[0].to_pylist()}
    n_files = len(who) + len(found) + len(waiting) + len(faults)
    row = (
        name,
        str(sum(file.n_rows for file in who)),
        str(len(speakers)),
        _described([*found, *waiting]),
        str(len({clip for each in waiting for clip in each.file.stamps})),
        f"{len(faults)} of {n_files} files damaged" if faults else "whole",
    )
    return row, faults


def _whole(
    read: Callable[[Path], Read], files: Sequence[Path], faults: list[str]
) -> Iterator[Read]:
    """The files that can be read; of the others the reasons are added to `faults`."""
    for file in files:
        try:
            yield read(file)
        except BadTable as error:
            faults.append(str(error))


def _described(stored: Sequence[StoredSet]) -> str:
    """Sets by their names, and what keeps one from being measured."""
    from sertool.features import sets

    why = {each.name: each.why for each in stored}
    names = sets.ordered(why)
    return ", ".join(f"{name} ({why[name]})" if why[name] else name for name in names) or "-"
