"""`sertool list`: every plug-in, built in or from another package."""

from __future__ import annotations

from sertool.cli import console
from sertool.cli.plugin_option import PluginFiles


def list_plugins(plugin: PluginFiles = None) -> None:
    """List every corpus, feature, estimator, protocol and other plug-in, by name.

    Feature sets are what --features takes. What is not built in is shown with package and version.
    """
    from sertool import registry

    for kind in registry.KINDS:
        shown = ", ".join(_shown(kind, name) for name in registry.names(kind))
        console.tell(f"{kind.replace('_', ' ')}: {shown}")


def _shown(kind: str, name: str) -> str:
    """A name, and what brings it where that is not sertool alone; nothing is imported."""
    from sertool import registry

    places = registry.places(kind, name)
    if len(places) > 1:
        return f"{name} (refused: in {' and '.join(places)})"
    origin = registry.origin(kind, name)
    return f"{name} ({origin})" if origin else name
