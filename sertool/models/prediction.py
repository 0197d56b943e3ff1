"""A model on recordings: the same window, features and scaling as in training."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, overload

import numpy as np

from sertool import audio
from sertool.audio import arrays, channels, clipping, decoded, decoding, inputs
from sertool.audio.activity import speech
from sertool.audio.utterance import refuse_silence
from sertool.audio.windows import described_part, windows
from sertool.errors import BadRecording, UnknownName, choices
from sertool.features import sets
from sertool.features.spectrum import Spectrum
from sertool.models import persistence, remarks
from sertool.models.measured_sets import feature_sets
from sertool.models.persistence import Model
from sertool.models.predicted import Prediction as Prediction
from sertool.models.voice import Voice, for_speaker
from sertool.storage import paths
from sertool.types import Signal

MODELS = paths.ASSETS / "models"
"""The models that ship with the package, one file per estimator."""
LONG_S = 10.0
"""From this length on, a remark says that one window is a small part of the recording."""
ARRAY = arrays.NAME
"""The `path` of a prediction on samples that came from no file."""

One = str | Path | IO[bytes] | bytes | np.ndarray
"""A recording: a path, an open file, bytes, or samples."""
OneChannel = Literal["mix", "left", "right"]


class Predictor:
    """A loaded model; call it with a recording.

    Args:
        model: from `sertool.models.persistence.load`, or use `load()` with a name or a file.

    Raises:
        BadModel: the model was trained on other features than this sertool measures.

    >>> predictor = load("svm")
    >>> len(predictor.model.features), predictor.rule.rate, predictor.rule.seconds
    (517, 22050, 4.0)
    """

    def __init__(self, model: Model) -> None:
        self._sets = feature_sets(model)
        self.model = model
        self.rule = audio.WindowRule(**model.window)

    @overload
    def __call__(
        self, recording: One, rate: int | None = None, *, channel: OneChannel = "mix"
    ) -> Prediction: ...
    @overload
    def __call__(
        self, recording: Sequence[Any], rate: int | None = None, *, channel: str = "mix"
    ) -> Any: ...
    def __call__(
        self, recording: One | Sequence[Any], rate: int | None = None, *, channel: str = "mix"
    ) -> Prediction | list[Prediction]:
        """Recognise the emotion of a recording, by the window of training (`Predictor.rule`).

        Args:
            recording: the path of a sound file, a file that was opened to be read as bytes, or the
                bytes; or samples of shape (n,), (n, channels) or (channels, n), an array or lists,
                floats in [-1, 1] or integers of their full range. A list of any of these is
                answered with a list.
            rate: of samples, in Hz; a file has its own.
            channel: "mix", the mean of the channels, or the loudest where they cancel each other;
                "left", "right" or a number from 1 on; "each", which is answered with a list of
                those in which somebody speaks; a remark names the others.

        Raises:
            NotFound: no such file.
            BadRecording: no sound, or too short or damaged, nobody seems to speak in it, or no
                such channel.
            BadChoice: samples without a rate, a file with one, or a channel that cannot be.

        >>> time = np.arange(22_050) / 22_050
        >>> vowels = np.sin(2 * np.pi * 220 * time) * np.maximum(0, np.sin(2 * np.pi * 4 * time))
        >>> predictor = load("xgboost")
        >>> prediction = predictor(0.1 * vowels, rate=22_050)
        >>> prediction.start_s, prediction.end_s, round(sum(prediction.probabilities.values()), 6)
        (0.0, 0.88, 1.0)
        >>> both = predictor(np.stack([vowels, vowels / 2]), rate=22_050, channel="each")
        >>> [each.channel for each in both]
        ['left', 'right']
        """
        if inputs.are_several(recording):
            found = [self._channels(each, rate, channel) for each in recording]
            return list(chain.from_iterable(found))
        predictions = self._channels(recording, rate, channel)
        return predictions if channel == channels.EACH else predictions[0]

    def _channels(self, recording: Any, rate: int | None, channel: str) -> list[Prediction]:
        started = time.perf_counter()
        name = inputs.name(recording)
        opener = inputs.opener(recording, rate, audio.LONGEST_S, audio.MOST_VALUES)
        found: list[Prediction] = []
        causes: list[str] = []
        for sound in decoded.sounds(opener, channels.checked(str(channel)), name):
            try:
                found.append(self.sound(sound, name, started))
            except BadRecording as error:
                causes.append(f"{sound.channel}: {error}" if sound.channel else str(error))
            started = time.perf_counter()
        if not found:
            raise BadRecording("; ".join(causes))
        unheard = tuple(f"not answered, {cause}" for cause in causes)
        return [dataclasses.replace(each, remarks=(*each.remarks, *unheard)) for each in found]

    def sound(self, sound: decoded.Sound, name: str, started: float | None = None) -> Prediction:
        """Recognise the emotion of a recording that is decoded already.

        Args:
            sound: from `sertool.audio.sound`.
            name: what the prediction and errors call it.
            started: when the work on it began (`time.perf_counter`); None = now.

        Raises:
            BadRecording: too short, or nobody seems to speak in it.
        """
        started = time.perf_counter() if started is None else started
        signal, start_s = audio.described(sound.signal, self.rule, name)
        seconds = signal.samples.size / signal.rate
        if self.rule.name == "study":
            refuse_silence(sound.signal, start_s, start_s + seconds, name)
        near = sound.peaks.near_largest(start_s, start_s + seconds)
        prediction = self._predict(signal, start_s, name, started, near)
        remarks = [*prediction.remarks, *sound.remarks]
        is_long = sound.duration_s >= LONG_S
        if is_long:
            remarks.append(
                f"{seconds:.1f} of {sound.duration_s:.0f} s were analysed: a timeline covers all "
                "(--timeline)"
            )
        return dataclasses.replace(
            prediction,
            confident=prediction.confident and not is_long,
            remarks=tuple(remarks),
            channel=sound.channel,
            duration_s=sound.duration_s,
        )

    def timeline(
        self,
        recording: One,
        rate: int | None = None,
        *,
        hop_s: float = 1.0,
        channel: str = "mix",
    ) -> Generator[Prediction]:
        """Recognise the emotions of a long recording, window by window, as it is decoded.

        Windows of 2.5 s begin every `hop_s` seconds; one more ends with the recording, and one
        shorter than a window is a window by itself. Those in which nobody seems to speak are left
        out (`sertool.audio.activity`); by the rule "utterance" a prediction is of the part of its
        window from the first to the last active frame. Memory does not grow with the length of
        the recording.

        Args:
            recording: as above, one of up to 24 hours.
            rate: as above.
            hop_s: from 0.05 to 2.5.
            channel: as above, but "each": one timeline follows one channel. The loudest instead of
                a mix is that of the whole recording, which is decoded once before to find it.

        Raises:
            NotFound, BadRecording, BadChoice: as above; that a file is damaged may show late. That
                a part is missing is remarked on the last window.

        >>> list(load("xgboost").timeline(np.zeros(22_050), rate=22_050))
        []
        """
        name = inputs.name(recording)
        opener = inputs.opener(recording, rate, audio.LONGEST_TIMELINE_S)
        with decoding.chosen(opener, channel, name) as stream:
            last = None
            for window in self._windows(stream, name, hop_s):
                if last:
                    yield last
                last = window
            if last:
                yield dataclasses.replace(last, remarks=(*last.remarks, *stream.remarks()))

    def _windows(self, stream: decoding.Stream, name: str, hop_s: float) -> Iterator[Prediction]:
        peaks = decoded.peaks_of(stream)
        blocks = decoded.watched(stream, peaks)
        for start_s, signal in speech(windows(blocks, stream.rate, self.rule, hop_s)):
            near = peaks.near_largest(start_s, start_s + signal.samples.size / signal.rate)
            found = self._predict_window(signal, start_s, name, time.perf_counter(), near)
            yield dataclasses.replace(found, channel=stream.label)

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
        samples = decoding.checked(ARRAY, arrays.channels(signal.samples))
        mono = Signal(decoding.mixed(samples), signal.rate)
        near = clipping.near_largest(samples)
        part = audio.resampled_by(mono, self.rule)
        return self._predict_window(part, start_s, ARRAY, started, near)

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
        self, signal: Signal, start_s: float, name: str, started: float, near_largest: float
    ) -> Prediction:
        """Predict a window that is known to hold speech, at the rule's rate."""
        part, lead_s = described_part(signal, self.rule)
        return self._predict(part, start_s + lead_s, name, started, near_largest)

    def _predict(
        self, signal: Signal, start_s: float, name: str, started: float, near_largest: float
    ) -> Prediction:
        if not signal.samples.any():
            raise BadRecording(
                f"'{name}' is digital silence where it is analysed; nothing to recognise"
            )
        spectrum = Spectrum.of(signal)
        numbers = sets.measure(self._sets, spectrum)[None, :]
        (probabilities,) = self.model.probabilities(numbers)
        found = tuple(self._remarks(spectrum, numbers, near_largest))
        best = int(probabilities.argmax())
        return Prediction(
            path=name,
            emotion=self.model.labels[best],
            probabilities=dict(zip(self.model.labels, probabilities.tolist(), strict=True)),
            start_s=start_s,
            end_s=start_s + signal.samples.size / signal.rate,
            compute_s=time.perf_counter() - started,
            confident=bool(probabilities[best] >= self.model.sure_from and not found),
            remarks=found,
        )

    def _remarks(
        self, spectrum: Spectrum, numbers: np.ndarray, near_largest: float
    ) -> Iterator[str]:
        yield from remarks.of_sound(spectrum, near_largest)
        (share,) = remarks.share_outside(numbers, self.model.lowest, self.model.highest)
        yield from remarks.of_features(share, self.model.most_outside)


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
