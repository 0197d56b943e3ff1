"""Which model, and whose: the options of every command that recognises emotions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.errors import BadChoice

if TYPE_CHECKING:
    from sertool.models.prediction import Predictor

DEFAULT_BACKEND = "xgboost"
"""The one whose mean UAR on unseen corpora is the best."""

Backend = Annotated[
    str | None,
    typer.Option(
        help="A model that ships, by its estimator: logistic, svm, forest, xgboost, cnn "
        f"(default: {DEFAULT_BACKEND})."
    ),
]
ModelFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A model file that `sertool train` wrote.")
]
VoiceFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A voice file that `sertool calibrate` wrote, for a personal model."
    ),
]


def predictor(backend: str | None, model: Path | None, voice: Path | None) -> Predictor:
    """The model that was chosen, for the speaker whose voice is given.

    Raises:
        BadChoice: two models, or one that takes no voice.
        UnknownName, BadModel, NotFound, BadVoice: what is named is not there or damaged.
    """
    from sertool.models import prediction
    from sertool.models.voice import load as load_voice

    if backend and model:
        raise BadChoice("give --backend NAME or --model FILE, not both")
    own = load_voice(voice) if voice else None
    chosen = prediction.load(model or backend or DEFAULT_BACKEND)
    return chosen.for_speaker(own) if own else chosen
