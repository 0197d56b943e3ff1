"""`sertool list`: every plug-in, built in or from another package."""

from __future__ import annotations

import typer


def list_plugins() -> None:
    """Name every corpus, feature, estimator and protocol there is, other packages' included.

    Feature sets are what --features takes.
    """
    from sertool import features, registry

    for kind in registry.KINDS:
        typer.echo(f"{kind}: {', '.join(registry.names(kind))}")
    typer.echo(f"feature sets: {', '.join(features.SETS)}")
