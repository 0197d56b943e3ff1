"""A model on recordings: the same window, features and scaling as in training."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sertool import audio
from sertool.audio import decoding
from sertool.audio.activity import speech
from sertool.audio.utterance import refuse_silence
from sertool.audio.windows import described_part, windows
from sertool.errors import BadChoice, BadModel, BadRecording, UnknownName, choices
from sertool.features import sets
from sertool.features.sets import FeatureSet
from sertool.features.spectrum import Spectrum
from sertool.models import persistence, remarks
from sertool.models.persistence import Model
from sertool.models.voice import Voice, for_speaker
from sertool.storage import paths
from sertool.types import Signal

MODELS = paths.ASSETS / "models"
"""The models that ship with the package, one file per estimator."""
LONG_S = 10.0
"""From this length on, a remark says that one window is a small part of the recording."""
ARRAY = "array"
"""The `path` of a prediction on samples that came from no file."""


@dataclass(frozen=True)
class Prediction:
    """What a model takes a recording, or a part of it, for.

    Attributes:
        path: the recording, as it was given; "array" for samples.
        emotion: the most probable one.
        probabilities: by emotion, calibrated, summing to 1.
        start_s: where the analysed window begins, in seconds.
        end_s: where it ends, in seconds.
        seconds: how long the prediction took.
        confident: whether the emotion is as probable as the model asks for (`Model.sure_from`:
            3 in 4 such answers were right on held-out speakers) in sound like that of training;
            False = unsure.
        remarks: what makes this recording unlike those that the model was trained on (see
            `sertool.models.remarks`), and whether most of it was not analysed, a phrase each;
            () = nothing.

    >>> found = Prediction("a.wav", "sad", {"angry": 0.25, "sad": 0.75}, 0.6, 3.1, 0.004)
    >>> found.probabilities[found.emotion], found.end_s - found.start_s
    (0.75, 2.5)
    """

    path: str
    emotion: str
    probabilities: dict[str, float]
    start_s: float
    end_s: float
    seconds: float
    confident: bool = False
    remarks: tuple[str, ...] = ()


class Predictor:
    """A loaded model; call it with a recording.

    Args:
        model: from `sertool.models.persistence.load`, or use `load()` with a name or a file.

    Raises:
        BadModel: the model was trained on other features than this sertool measures.

    >>> predictor = load("svm")
    >>> len(predictor.model.features), predictor.rule.rate, predictor.rule.seconds
    (517, 22050, 2.5)
    """

    def __init__(self, model: Model) -> None:
        self._sets = _feature_sets(model)
        self.model = model
        self.rule = audio.WindowRule(**model.window)

    def __call__(self, recording: str | Path | np.ndarray, rate: int | None = None) -> Prediction:
        """Recognise the emotion of one recording, by the window of training (`Predictor.rule`).

        Args:
            recording: the path of a sound file, or samples of shape (n,) or (n, channels), floats
                in [-1, 1] or integers of their full range.
            rate: of samples, in Hz; a file has its own.

        Raises:
            NotFound: no such file.
            BadRecording: no sound, too short or damaged, or nobody seems to speak in it.
            BadChoice: samples without a rate, or a file with one.

        >>> time = np.arange(22_050) / 22_050
        >>> vowels = np.sin(2 * np.pi * 220 * time) * np.maximum(0, np.sin(2 * np.pi * 4 * time))
        >>> prediction = load("xgboost")(0.1 * vowels, rate=22_050)
        >>> prediction.start_s, prediction.end_s, round(sum(prediction.probabilities.values()), 6)
        (0.0, 0.88, 1.0)
        """
        started = time.perf_counter()
        name = _name(recording)
        sound = _sound(recording, rate)
        signal, start_s = audio.described(sound, self.rule, name)
        if self.rule.name == "study":
            refuse_silence(sound, start_s, start_s + signal.samples.size / signal.rate, name)
        prediction = self._predict(signal, start_s, name, started)
        duration_s = sound.samples.size / sound.rate
        if duration_s < LONG_S:
            return prediction
        analysed_s = signal.samples.size / signal.rate
        analysed = f"{analysed_s:.1f} of {duration_s:.0f} s were analysed: a timeline covers all"
        return dataclasses.replace(prediction, remarks=(*prediction.remarks, analysed))

    def timeline(
        self, recording: str | Path | np.ndarray, rate: int | None = None, *, hop_s: float = 1.0
    ) -> Generator[Prediction]:
        """Recognise the emotions of a long recording, window by window, as it is decoded.

        Windows of 2.5 s begin every `hop_s` seconds; one more ends with the recording, and one
        shorter than a window is a window by itself. Those in which nobody seems to speak are left
        out (`sertool.audio.activity`); by the rule "utterance" a prediction is of the part of its
        window from the first to the last active frame. Memory does not grow with the length of
        the recording.

        Args:
            recording: as above, of up to 24 hours.
            rate: as above.
            hop_s: from 0.05 to 2.5.

        Raises:
            NotFound, BadRecording, BadChoice: as above; that a file is damaged may show late.

        >>> list(load("xgboost").timeline(np.zeros(22_050), rate=22_050))
        []
        """
        name = _name(recording)
        with _stream(recording, rate) as stream:
            for start_s, signal in speech(windows(stream.blocks, stream.rate, self.rule, hop_s)):
                yield self._predict_window(signal, start_s, name, time.perf_counter())

    def window(self, signal: Signal, start_s: float = 0.0) -> Prediction:
        """Recognise the emotion of a piece of sound that is cut already, such as a live one.

        Args:
            signal: mono, at any rate, from 0.1 to 2.5 s; by the rule "utterance" what is analysed
                reaches from its first to its last active frame, otherwise it is all of it.
            start_s: where it begins in what it was cut from.

        Raises:
            BadRecording: too short, too long or digital silence.

        >>> noise = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
        >>> load("xgboost").window(Signal(noise, 16_000), 7.0).end_s
        8.0
        """
        started = time.perf_counter()
        length_s = signal.samples.size / signal.rate
        if not self.rule.minimum_s <= length_s < self.rule.timeline_s + 0.5 / signal.rate:
            raise BadRecording(
                f"a window of {length_s:.3f} s; possible are {self.rule.minimum_s} to "
                f"{self.rule.timeline_s} s: cut it, or call the predictor itself"
            )
        samples = audio.resample(Signal(_mono(signal.samples), signal.rate), self.rule.rate)
        return self._predict_window(samples, start_s, ARRAY, started)

    def for_speaker(self, voice: Voice) -> Predictor:
        """A predictor of the same model for one speaker; this one stays as it is.

        Args:
            voice: from `sertool.calibrate` or `sertool.load_voice`.

        Raises:
            BadChoice: the model uses other features than the functionals.
            BadVoice: a voice with means that no speech has.

        >>> predictor = load("logistic")
        >>> means = dict(zip(predictor.model.features, predictor.model.center + 1, strict=True))
        >>> own = predictor.for_speaker(Voice(5, means))
        >>> moved = own.model.center - predictor.model.center
        >>> round(float(moved.min()), 3), round(float(moved.max()), 3)
        (0.5, 0.5)
        """
        return Predictor(for_speaker(self.model, voice))

    def _predict_window(
        self, signal: Signal, start_s: float, name: str, started: float
    ) -> Prediction:
        """Predict a window that is known to hold speech, at the rule's rate."""
        part, lead_s = described_part(signal, self.rule)
        return self._predict(part, start_s + lead_s, name, started)

    def _predict(self, signal: Signal, start_s: float, name: str, started: float) -> Prediction:
        if not signal.samples.any():
            raise BadRecording(
                f"'{name}' is digital silence where it is analysed; nothing to recognise"
            )
        spectrum = Spectrum.of(signal)
        numbers = sets.measure(self._sets, spectrum)[None, :]
        (probabilities,) = self.model.probabilities(numbers)
        found = tuple(self._remarks(spectrum, numbers))
        best = int(probabilities.argmax())
        return Prediction(
            path=name,
            emotion=self.model.labels[best],
            probabilities=dict(zip(self.model.labels, probabilities.tolist(), strict=True)),
            start_s=start_s,
            end_s=start_s + signal.samples.size / signal.rate,
            seconds=time.perf_counter() - started,
            confident=bool(probabilities[best] >= self.model.sure_from and not found),
            remarks=found,
        )

    def _remarks(self, spectrum: Spectrum, numbers: np.ndarray) -> Iterator[str]:
        yield from remarks.of_sound(spectrum)
        (share,) = remarks.share_outside(numbers, self.model.lowest, self.model.highest)
        yield from remarks.of_features(share, self.model.most_outside)


def _feature_sets(model: Model) -> tuple[FeatureSet, ...]:
    """What a model uses, measured as in its training.

    Raises:
        BadModel: a set that is not here, or measures other numbers by now.
    """
    versions = model.about.get("feature_sets")
    if not isinstance(versions, Mapping):  # of an older file
        versions = {}
    try:
        names = tuple(versions) or sets.of_columns(model.features)
        found = tuple(map(sets.get, names))
    except UnknownName as error:
        brought = model.about.get("plugins", {}).get("feature_sets", {}).values()
        remedy = f"install {', '.join(brought)}" if brought else "train the model again"
        raise BadModel(f"{error}: {remedy}") from None
    columns = tuple(column for each in found for column in each.columns)
    changed = [each.name for each in found if versions.get(each.name, each.version) != each.version]
    if changed or columns != tuple(model.features):
        raise BadModel(
            f"the model uses {', '.join(names)}, which measures other numbers now: train it again"
        )
    return found


def _name(recording: str | Path | np.ndarray) -> str:
    return ARRAY if isinstance(recording, np.ndarray) else str(recording)


def _sound(recording: str | Path | np.ndarray, rate: int | None) -> Signal:
    if isinstance(recording, np.ndarray):
        return _of_samples(recording, rate)
    _no_rate(recording, rate)
    return audio.read(recording)


@contextmanager
def _stream(recording: str | Path | np.ndarray, rate: int | None) -> Iterator[decoding.Stream]:
    if isinstance(recording, np.ndarray):
        sound = _of_samples(recording, rate)
        yield decoding.Stream(sound.rate, 1, iter([sound.samples[:, None]]))
    else:
        _no_rate(recording, rate)
        with decoding.open_recording(recording, audio.LONGEST_TIMELINE_S) as stream:
            yield stream


def _of_samples(samples: np.ndarray, rate: int | None) -> Signal:
    if rate is None:
        raise BadChoice("samples need their rate: predictor(samples, rate=16_000)")
    decoding.check_rate(ARRAY, rate)
    return Signal(_mono(samples), rate)


def _no_rate(path: str | Path, rate: int | None) -> None:
    if rate is not None:
        raise BadChoice(f"'{path}' has a rate of its own; leave rate={rate} out")


def _mono(samples: np.ndarray) -> np.ndarray:
    """Float32 of shape (n,): channels averaged, integers of full range brought to [-1, 1]."""
    if samples.ndim not in (1, 2) or 0 in samples.shape[1:]:
        raise BadRecording(f"samples of shape {samples.shape}; give (n,) or (n, channels)")
    if np.issubdtype(samples.dtype, np.signedinteger):
        samples = samples / -float(np.iinfo(samples.dtype).min)
    samples = decoding.checked(ARRAY, samples.astype(np.float32))
    return samples if samples.ndim == 1 else decoding.mixed(samples)


def shipped() -> tuple[str, ...]:
    """The names of the models that ship with the package, sorted."""
    return tuple(sorted(path.stem for path in MODELS.glob(f"*{persistence.SUFFIX}")))


def load(name_or_file: str | Path) -> Predictor:
    """A predictor by the name of a model that ships with sertool, or from a model file.

    Raises:
        UnknownName: neither a model that ships nor a file.
        BadModel: the file cannot be used.

    >>> model = load("forest").model
    >>> model.labels, len(model.features)
    (('angry', 'disgust', 'fear', 'happy', 'neutral', 'sad'), 517)
    """
    if str(name_or_file) in shipped():
        return Predictor(persistence.load(MODELS / f"{name_or_file}{persistence.SUFFIX}"))
    if not Path(name_or_file).is_file():
        raise UnknownName(
            f"neither a model file nor a model that ships: {choices(str(name_or_file), shipped())}"
        )
    return Predictor(persistence.load(Path(name_or_file)))
