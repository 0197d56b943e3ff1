"""`sertool list`: every plug-in, built in or from another package."""

from __future__ import annotations

from sertool.cli import console
from sertool.cli.plugin_option import PluginFiles


def list_plugins(plugin: PluginFiles = None) -> None:
    """Name every corpus, estimator, protocol and feature there is, other packages' included.

    Feature sets are what --features takes.
    """
    from sertool import registry

    for kind in registry.KINDS:
        console.tell(f"{kind.replace('_', ' ')}: {', '.join(registry.names(kind))}")
