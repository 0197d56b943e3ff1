"""A model on recordings: the same window, features and scaling as in training."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sertool import audio, augmentation, features, persistence
from sertool.errors import BadModel, BadRecording, UnknownName, choices
from sertool.persistence import Model

MODELS = Path(__file__).parent / "assets" / "models"
"""The models that ship with the package, one file per estimator."""


@dataclass(frozen=True)
class Prediction:
    """What a model takes a recording for.

    Attributes:
        path: the recording, as it was given.
        emotion: the most probable one.
        probabilities: by emotion, calibrated, summing to 1.
        start_s: where the analysed window begins.
        end_s: where it ends.
        seconds: how long the prediction took.
    """

    path: str
    emotion: str
    probabilities: dict[str, float]
    start_s: float
    end_s: float
    seconds: float


class Predictor:
    """A loaded model; call it with a recording.

    Args:
        model: from `sertool.persistence.load`, or use `load()` with a name or a file.

    Raises:
        BadModel: the model was trained on other features than this sertool measures.
    """

    def __init__(self, model: Model) -> None:
        try:
            self._features = features.of_columns(model.features)
        except UnknownName as error:
            raise BadModel(f"{error}: train the model again") from None
        self.model = model
        self._rule = audio.WindowRule(**model.window)

    def __call__(self, path: str | Path) -> Prediction:
        """Recognise the emotion of one recording.

        Raises:
            NotFound: no such file.
            BadRecording: no sound, or too short, damaged or silent.
        """
        started = time.perf_counter()
        recording = audio.load(path, self._rule)
        if not recording.signal.samples.any():
            raise BadRecording(f"'{path}' is digital silence where it is analysed; nothing to hear")
        (spectrum,) = augmentation.variants(recording.signal, recording.sha256, ("original",))
        numbers = features.compute(spectrum, self._features)[None, :]
        (probabilities,) = self.model.probabilities(numbers)
        length = recording.signal.samples.size / recording.signal.rate
        return Prediction(
            path=str(path),
            emotion=self.model.labels[int(probabilities.argmax())],
            probabilities=dict(zip(self.model.labels, probabilities.tolist(), strict=True)),
            start_s=recording.offset_s,
            end_s=recording.offset_s + length,
            seconds=time.perf_counter() - started,
        )


def shipped() -> tuple[str, ...]:
    """The names of the models that ship with the package, sorted."""
    return tuple(sorted(path.stem for path in MODELS.glob(f"*{persistence.SUFFIX}")))


def load(name_or_file: str | Path) -> Predictor:
    """A predictor by the name of a model that ships with sertool, or from a model file.

    Raises:
        UnknownName: neither a model that ships nor a file.
        BadModel: the file cannot be used.

    >>> load("forest").model.labels
    ('angry', 'disgust', 'fear', 'happy', 'neutral', 'sad')
    """
    if str(name_or_file) in shipped():
        return Predictor(persistence.load(MODELS / f"{name_or_file}{persistence.SUFFIX}"))
    if not Path(name_or_file).is_file():
        raise UnknownName(
            f"neither a model file nor a model that ships: {choices(str(name_or_file), shipped())}"
        )
    return Predictor(persistence.load(Path(name_or_file)))
