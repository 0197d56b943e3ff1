"""`sertool list`: every plug-in, built in or from another package."""

from __future__ import annotations

from sertool.cli import console


def list_plugins() -> None:
    """List every corpus, feature, estimator, protocol and other plug-in, by name.

    Plug-ins of other packages are among them. Feature sets are what --features takes.
    """
    from sertool import registry

    for kind in registry.KINDS:
        console.tell(f"{kind.replace('_', ' ')}: {', '.join(registry.names(kind))}")
