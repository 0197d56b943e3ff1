"""`sertool list`: every plug-in, built in or from another package."""

from __future__ import annotations

from sertool.cli import screen


def list_plugins() -> None:
    """Name every corpus, feature, estimator and protocol there is, other packages' included."""
    from sertool import registry

    rows = [(kind, ", ".join(registry.names(kind))) for kind in registry.KINDS]
    screen.show("Plug-ins", ("kind", "names"), rows)
