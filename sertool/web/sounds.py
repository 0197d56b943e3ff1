"""What is told of a recording that was sent: its emotions in time, and its picture."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from sertool import audio
from sertool.errors import BadRecording, MissingExtra
from sertool.features.spectrum import Spectrum
from sertool.features.spectrum.banks import HOP
from sertool.features.spectrum.decibel import decibel
from sertool.models.prediction import ARRAY, Prediction, Predictor
from sertool.timeline import spans
from sertool.types import Signal

LONGEST_S = 600.0
"""Recordings beyond ten minutes are refused: one would keep the others waiting."""
MOST_VALUES = 2**26
"""Samples times channels that are decoded at most: 256 MiB of float32."""
MOST_COLUMNS = 800
"""How wide a picture is at most."""
DECIBELS = 80.0
"""What a picture shows below the loudest power."""

_PART = 400 * HOP
"""Samples whose spectrum is measured at a time, so that memory does not grow with length."""
_CONTEXT = 4 * HOP
"""Samples beyond either end of a part that its outermost frames cover."""


def emotions(path: Path, predictor: Predictor, given_up: Event) -> dict[str, Any]:
    """The emotion by the window of training, as `sertool predict` has it, and those in time.

    Args:
        path: of the recording.
        predictor: whose emotions they are.
        given_up: once it is set nobody waits, and the rest of the recording is left out.

    Returns:
        The fields of a `Prediction` but its path; `duration_s`; `windows`, the fields of each
        window of the timeline; `spans`, those of each span.

    Raises:
        BadRecording: it cannot be used, by its content or for its length.
        MissingExtra: its format needs PyAV, which is not installed.
    """
    with _unnamed(path):
        sound = audio.sound(path, LONGEST_S, MOST_VALUES)
        whole = predictor.sound(sound, str(path))
        timeline = predictor.timeline(sound.signal.samples, sound.signal.rate)
        windows = list(takewhile(lambda _: not given_up.is_set(), timeline))
    return {
        **_fields(whole),
        "duration_s": sound.duration_s,
        "windows": [_fields(window) for window in windows],
        "spans": [asdict(span) for span in spans(windows)],
    }


def picture(path: Path) -> dict[str, Any]:
    """Waveform and mel spectrogram, as narrow as a screen needs, at the rate of the models.

    Returns:
        `duration_s`; `lowest` and `highest`, the extremes of the samples in each column; `mel`,
        bytes in base64, rows of `columns` from the lowest of `bands` up, 255 the loudest and 0
        `decibels` below it.

    Raises:
        BadRecording, MissingExtra: as above.
    """
    with _unnamed(path):
        sound = audio.read(path, LONGEST_S, MOST_VALUES)
        audio.window(sound)  # refuses what is too short
    signal = audio.resample(sound)
    mel = _mel(signal)
    return {
        "duration_s": sound.samples.size / sound.rate,
        "lowest": _by_column(signal.samples, np.minimum).tolist(),
        "highest": _by_column(signal.samples, np.maximum).tolist(),
        "columns": mel.shape[1],
        "bands": mel.shape[0],
        "decibels": DECIBELS,
        "mel": base64.b64encode(mel.tobytes()).decode(),
    }


@contextmanager
def _unnamed(path: Path) -> Iterator[None]:
    """Errors do not name the file that a recording was kept in for a moment."""
    try:
        yield
    except (BadRecording, MissingExtra) as error:
        said = re.sub(rf"'?{re.escape(str(path))}'?|\b{ARRAY}\b", "this recording", str(error))
        raise type(error)(said) from None


def _fields(prediction: Prediction) -> dict[str, Any]:
    return {name: value for name, value in prediction.facts().items() if name != "path"}


def _mel(signal: Signal) -> np.ndarray:
    """Mean power of the frames of each column in decibels, as bytes, shape (bands, columns)."""
    samples = signal.samples
    parts = []
    for start in range(0, samples.size, _PART):
        before = min(start, _CONTEXT)
        part = samples[start - before : start + _PART + _CONTEXT]
        frames = Spectrum.of(Signal(part, signal.rate)).mel
        parts.append(frames[:, before // HOP :][:, : _PART // HOP])
    power = np.concatenate(parts, axis=1)[:, : -(-samples.size // HOP)]
    columns = _columns(power.shape[1])
    mean = np.add.reduceat(power, columns, axis=1) / np.diff([*columns, power.shape[1]])
    shares = (decibel(mean) - decibel(mean).max()) / DECIBELS + 1
    levels: np.ndarray = np.rint(255 * np.clip(shares, 0, 1)).astype(np.uint8)
    return levels


def _by_column(samples: np.ndarray, extreme: np.ufunc) -> np.ndarray:
    extremes: np.ndarray = extreme.reduceat(samples, _columns(samples.size))
    return extremes.astype(np.float64).round(4)


def _columns(size: int) -> np.ndarray:
    """Where each column begins among so many values."""
    n_columns = min(size, MOST_COLUMNS)
    begins: np.ndarray = np.arange(n_columns) * size // n_columns
    return begins
