"""The command line: names become objects, generators become bars, results become tables.

Everything heavy is imported inside the commands, so that `sertool --help` is instant.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sertool.cli import (
    benchmark,
    calibrate,
    corpora,
    extract,
    listen,
    listing,
    models,
    predict,
    report,
    serve,
    stopping,
    store,
    streams,
    train,
)
from sertool.errors import SertoolError


class _Stoppable(TyperGroup):
    """Commands that a Ctrl-C ends with a line; those that keep something say what themselves."""

    def invoke(self, ctx: Any) -> Any:
        with stopping.answered():
            return super().invoke(ctx)


app = typer.Typer(
    name="sertool",
    cls=_Stoppable,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Compare classical estimators on speech emotion recognition, honestly, and use the best."
        "\n\nStart with [bold]sertool benchmark[/bold] (features ship with sertool) or "
        "[bold]sertool predict my.wav[/bold] (so do trained models)."
    ),
    rich_markup_mode="rich",
)
app.command()(benchmark.benchmark)
app.command()(predict.predict)
app.command()(listen.listen)
app.command()(serve.serve)
app.command()(calibrate.calibrate)
app.add_typer(corpora.app, name="corpora")
app.command()(extract.extract)
app.add_typer(store.app, name="store")
app.command()(train.train)
app.command()(models.models)
app.command()(report.report)
app.command(name="list")(listing.list_plugins)


def _version(wanted: bool) -> None:
    if wanted:
        from sertool import versions

        typer.echo(f"sertool {versions.sertool()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it and exit.")
    ] = False,
) -> None:
    """Options before the command."""


def main() -> None:
    """Run the command line; an error of sertool's own is one line on stderr and exit code 2."""
    try:
        with stopping.once():
            streams.survive()
            app()
    except SertoolError as error:
        typer.echo(f"sertool: {error}", err=True)
        sys.exit(2)
