"""`sertool list`: every plug-in, built in or from another package."""

from __future__ import annotations

from sertool.cli import console


def list_plugins() -> None:
    """Name every corpus, estimator, protocol and feature there is, other packages' included.

    Feature sets are what --features takes.
    """
    from sertool import features, registry

    kinds = {kind: registry.names(kind) for kind in registry.KINDS}
    kinds = {"feature sets": tuple(features.SETS), **kinds, "features": kinds.pop("features")}
    for kind, names in kinds.items():
        console.tell(f"{kind}: {', '.join(names)}")
