"""`sertool corpora`: what can be read, where it lies, whether it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import home, screen

if TYPE_CHECKING:
    from sertool.types import Corpus

app = typer.Typer(
    no_args_is_help=True, help="Say where corpora lie, list them, check that they are complete."
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A corpus that `sertool list` names.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder it lies in.")],
) -> None:
    """Remember where a corpus lies, so that `sertool extract NAME` finds it."""
    from sertool import registry
    from sertool.corpora import find_clips

    corpus = registry.get("corpora", name)
    n_clips = len(find_clips(corpus, folder))
    home.remember(name, folder)
    screen.say(f"{name}: {n_clips} of {corpus.clips} clips in {folder}")


@app.command(name="list")
def list_corpora() -> None:
    """Name, language, clips found of those expected, speakers, licence, and where it lies."""
    rows = []
    for corpus, place, n_found in _states():
        found = f"{n_found} / {corpus.clips}" if place else f"- / {corpus.clips}"
        where = str(place) if place else f"sertool corpora add {corpus.name} DIR"
        rows.append(
            (corpus.name, corpus.language, found, str(corpus.speakers), corpus.licence, where)
        )
    columns = ("corpus", "language", "clips found / expected", "speakers", "licence", "where")
    screen.show("Corpora", columns, rows)


@app.command()
def check() -> None:
    """Compare each corpus that was added with what a complete copy holds; exit 1 if one differs."""
    states = [(corpus, n_found) for corpus, place, n_found in _states() if place]
    if not states:
        screen.say("no corpus was added yet: sertool corpora add NAME DIR")
        raise typer.Exit(1)
    rows = [
        (corpus.name, str(n_found), str(corpus.clips), _verdict(n_found, corpus.clips))
        for corpus, n_found in states
    ]
    screen.show("Check", ("corpus", "clips", "complete copy", "verdict"), rows)
    if any(n_found != corpus.clips for corpus, n_found in states):
        raise typer.Exit(1)


def _verdict(n_found: int, n_expected: int) -> str:
    if n_found == n_expected:
        return "complete"
    return f"{abs(n_expected - n_found)} {'missing' if n_found < n_expected else 'too many'}"


def _states() -> Iterator[tuple[Corpus, Path | None, int]]:
    """Each built-in corpus, where it lies (None = not known) and how many clips are there."""
    from sertool import registry
    from sertool.corpora import find_clips
    from sertool.errors import NotEnough, NotFound

    places = home.places()
    for name in registry.names("corpora"):
        corpus = registry.get("corpora", name)
        place = places.get(name)
        try:
            n_found = len(find_clips(corpus, place)) if place else 0
        except (NotEnough, NotFound):
            n_found = 0
        yield corpus, place, n_found
