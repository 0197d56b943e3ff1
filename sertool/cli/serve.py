"""`sertool serve`: the web page."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import Annotated

import typer

from sertool import versions
from sertool.cli import console
from sertool.cli.model_options import DEFAULT_BACKEND
from sertool.cli.plugin_option import PluginFiles
from sertool.errors import MissingExtra


def serve(
    host: Annotated[
        str, typer.Option(help="The address to serve at; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 7860,
    model: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Offer this model file, too, as the first choice."),
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Serve a web page that recognises the emotion of what is recorded or uploaded there.

    The sound goes nowhere else, and none is kept. Programs can use it, too: see docs/web.md.

    Example: sertool serve --port 8000
    """
    try:
        from sertool import web
    except ModuleNotFoundError as error:
        raise MissingExtra(f"the web page needs {error.name}: {versions.hint('web')}") from None
    app = web.application(_models(model), {"localhost", socket.gethostname(), host})
    listening = web.bound(host, port)
    console.say(f"http://{_shown(host)}:{listening.getsockname()[1]} - stop it with Ctrl-C")
    if not _is_loopback(host):
        console.say(
            "whoever reaches this machine can use it; browsers record only where the page comes "
            "from localhost or over https"
        )
    web.run(app, listening)


def _models(file: Path | None) -> dict[str, str | Path]:
    """What is offered, by name: the own model first, then the default, then the others."""
    from sertool.models import prediction

    shipped = sorted(prediction.shipped(), key=lambda name: (name != DEFAULT_BACKEND, name))
    own: dict[str, str | Path] = {file.name: file} if file else {}
    return own | {name: name for name in shipped}


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
