"""A speaker's own statistics, their voice: measured from speech without labels, kept as JSON.

A model subtracts from each feature its mean over the training rows. For one speaker, the mean over
their own clips is the better thing to subtract: what is left is how they speak now, compared with
how they usually do. That needs a few clips of them in the moods that are to be told apart, and no
word about which clip holds which. Compare C. Busso, A. Metallinou, S. Narayanan, "Iterative
feature normalization for emotional speech detection", ICASSP 2011.

Model files stay as they are: training on rows less their speaker's mean gains more with 20 clips of
a speaker (not always), less with 5 in another corpus, and loses much there without a voice
(`results/voice`).

The file holds a mean of each of the functionals and tells nothing of what was said.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from sertool import audio
from sertool.audio import decoding
from sertool.audio.activity import speech
from sertool.audio.windows import described_part, windows
from sertool.errors import BadChoice, BadRecording, BadVoice, NotEnough, NotFound
from sertool.features import sets
from sertool.learning import scaling
from sertool.models.persistence import Model
from sertool.storage import writing
from sertool.types import Signal

FORMAT = 3
"""Format 1 had means of other functionals, format 2 of other parts of the recordings."""
LARGEST_BYTES = 1_000_000
"""A file with more is refused before it is read; 517 means take some 25,000."""
MOST_CLIPS = 1_000_000
LARGEST_MEAN = 1e30
FARTHEST = 1e6
"""So many spreads of the training rows away from their mean there is no speech."""
FEATURES = ("functionals",)
"""What is measured. Of the study's features, means of powers, the speaker's mean says so little
that models which use them recognise less with it than without."""


@dataclass(frozen=True)
class Voice:
    """What is known of a speaker.

    Attributes:
        clips: how many clips were measured, 1 or more.
        means: of each feature over these clips, in its unit, by the name of its column.

    >>> Voice(20, {"rhythm_voiced_share": 0.5}).means["rhythm_voiced_share"]
    0.5
    """

    clips: int
    means: Mapping[str, float]


def calibrate(recordings: Iterable[str | Path]) -> Voice:
    """The voice of a speaker, from recordings in which nobody else speaks; no labels are needed.

    Args:
        recordings: paths of sound files; what is used of each, `speech_features` says.

    Raises:
        NotFound: no such file.
        BadRecording: a file that cannot be used, or in which nobody speaks.
        NotEnough: no recording.

    >>> import tempfile, soundfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vowels = np.sin(np.arange(32_000) / 20) * np.sin(np.arange(32_000) / 2_000)
    ...     soundfile.write(f"{folder}/me.wav", vowels / 10, 16_000)
    ...     calibrate([f"{folder}/me.wav"]).clips
    1
    """
    return voice(chain.from_iterable(map(speech_features, recordings)))


def speech_features(recording: str | Path) -> np.ndarray:
    """The features of the speech in a recording, shape (n_clips, 517), float32.

    A recording of up to 5 s, two windows, is one clip, cut as in training: from the first to the
    last active frame. A longer one is cut into windows of 2.5 s side by side, as a timeline is;
    those in which nobody seems to speak are left out.

    Args:
        recording: the path of a sound file of up to an hour.

    Raises:
        NotFound: no such file.
        BadRecording: a file that cannot be used, or in which nobody speaks.
    """
    rows = [sets.measure(map(sets.get, FEATURES), signal) for signal in _spoken(recording)]
    if not rows:
        raise BadRecording(f"'{recording}' holds no speech; leave it out")
    return np.stack(rows)


def voice(clips: Iterable[np.ndarray]) -> Voice:
    """The voice of a speaker from the `speech_features` of clips, each of shape (517,).

    Raises:
        NotEnough: no clip.

    >>> found = voice(np.array([[1.0] * 517, [2.0] * 517]))
    >>> found.clips, found.means["rhythm_voiced_share"]
    (2, 1.5)
    """
    X = np.array(list(clips), dtype=np.float64)
    if not len(X):
        raise NotEnough("no clip to take means of; give at least one recording of the speaker")
    means = X.mean(axis=0).tolist()
    return Voice(len(X), dict(zip(sets.columns(FEATURES), means, strict=True)))


def for_speaker(model: Model, voice: Voice) -> Model:
    """The same model, which takes a speaker's features from where they usually lie.

    Raises:
        BadChoice: the model uses other features than a voice has means of.
        BadVoice: means that no speech has.
    """
    strange = [name for name in model.features if name not in voice.means]
    if strange:
        raise BadChoice(
            f"a voice serves models of the functionals; {model.name} uses {len(strange)} other "
            f"features ({', '.join(strange[:2])} ...): choose logistic, svm, forest or xgboost, or "
            "train one with --features functionals"
        )
    means = np.array([voice.means[name] for name in model.features])
    if not (np.abs(means - model.center) <= FARTHEST * model.scale).all():
        raise BadVoice("a voice with means that no speech has; make it again: sertool calibrate")
    moved = scaling.speaker_centre(model.center, means, voice.clips) - model.center
    return dataclasses.replace(
        model,
        center=model.center + moved,
        lowest=model.lowest + moved,
        highest=model.highest + moved,
    )


def save(voice: Voice, path: Path) -> None:
    """Write a voice file; one that was there is replaced.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    content = {"format": FORMAT, "clips": voice.clips, "means": dict(voice.means)}
    writing.write(path, (json.dumps(content, indent=1) + "\n").encode())


def load(path: str | Path) -> Voice:
    """Read a voice file.

    Raises:
        NotFound: no such file.
        BadVoice: too large, damaged, no voice file, or of another format.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Voice(20, {"rhythm_voiced_share": 0.5}), Path(folder, "me.json"))
    ...     load(f"{folder}/me.json").clips
    20
    """
    path = Path(path)
    if not path.is_file():
        raise NotFound(
            f"no voice file {path}; sertool calibrate my_voice/ --output {path} makes one"
        )
    if path.stat().st_size > LARGEST_BYTES:
        raise BadVoice(f"{path} has {path.stat().st_size} bytes, too many for a voice file")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadVoice(
            f"{path} is no voice file ({error}); give the JSON file that sertool calibrate wrote"
        ) from None
    number = content.get("format") if isinstance(content, dict) else None
    if number != FORMAT:
        raise BadVoice(
            f"{path} is no voice file of format {FORMAT}, which this sertool reads; make it again "
            "with: sertool calibrate"
        )
    return _checked(content, path)


def _spoken(recording: str | Path) -> Iterator[Signal]:
    (feature_set,) = map(sets.get, FEATURES)
    rule = audio.rule(feature_set.window, feature_set.rate)
    with decoding.open_recording(recording, audio.LONGEST_S) as stream:
        found = windows(stream.blocks, stream.rate, rule, rule.timeline_s)
        try:
            first = list(islice(found, 3))
        except BadRecording:  # reading it as one clip says so by its name
            first = []
        if len(first) == 3:
            spoken = speech(chain(first, found))
            yield from (described_part(signal, rule)[0] for _, signal in spoken)
            return
    yield audio.load(recording, rule).signal


def _checked(content: Mapping[str, Any], path: Path) -> Voice:
    clips, means = content.get("clips"), content.get("means")
    if type(clips) is not int or not 1 <= clips <= MOST_CLIPS:
        raise BadVoice(f"{path}: 'clips' must be a whole number from 1 to {MOST_CLIPS}")
    if not isinstance(means, dict) or not all(map(_is_finite, means.values())):
        raise BadVoice(f"{path}: 'means' must hold a finite number for each feature")
    return Voice(clips, {name: float(value) for name, value in means.items()})


def _is_finite(value: Any) -> bool:
    return type(value) in (int, float) and bool(abs(value) <= LARGEST_MEAN)
