"""`sertool models`: which models there are, and how good they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sertool.cli import console
from sertool.cli.plugin_option import PluginFiles
from sertool.notation import percent

if TYPE_CHECKING:
    from sertool.models.persistence import Model

COLUMNS = (
    "model",
    "emotions",
    "features",
    "corpus",
    "",
    "UAR",
    "accuracy",
    "confident",
    "ECE",
    "MB",
)
LEGEND = (
    "In %. New speakers: held out in training; ECE, the expected calibration error, is theirs. "
    "Unseen corpus: not trained on. Confident: the share of answers that are marked so, and how "
    "many of these are right."
)


def models(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="Model files of your own, too.")
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """List the models that ship, and yours, with their figures in %.

    New speakers were held out in training; unseen corpora were not trained on. Confident is the
    share of answers that are marked so, and how many of these are right; ECE is the expected
    calibration error. Each model's card (the .md file beside it) says more.

    Example: sertool models mine.sertool
    """
    from sertool.models import persistence, prediction

    shipped = [prediction.MODELS / f"{name}{persistence.SUFFIX}" for name in prediction.shipped()]
    rows = []
    for file in (*shipped, *(files or ())):
        name = file.stem if file in shipped else str(file)
        rows += _rows(name, persistence.load(file), file.stat().st_size / 1e6)
    console.show("Models", COLUMNS, rows)
    console.tell(LEGEND)


def _rows(name: str, model: Model, megabytes: float) -> list[tuple[str, ...]]:
    ece = percent(model.about["calibration"]["ece"])
    first = (name, str(len(model.labels)), str(len(model.features)))
    scored = [
        (corpus, words, figures)
        for kind, words in (("held_out", "new speakers"), ("unseen", "unseen corpus"))
        for corpus, figures in model.about.get(kind, {}).items()
    ]
    rows: list[tuple[str, ...]] = []
    for number, (corpus, words, figures) in enumerate(scored):
        lead, size = (first, f"{megabytes:.1f}") if number == 0 else (("", "", ""), "")
        rows.append((*lead, corpus, words, *_scores(figures), ece if number == 0 else "", size))
    return rows


def _scores(figures: Mapping[str, Any]) -> tuple[str, str, str]:
    right = figures["sure_accuracy"]
    confident = f"{100 * figures['sure']:.0f}" + (
        "" if right is None else f" ({100 * right:.0f} right)"
    )
    uar, accuracy = (percent(figures[name]["value"]) for name in ("uar", "accuracy"))
    return uar, accuracy, confident
