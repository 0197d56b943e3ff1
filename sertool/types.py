"""The frozen data that every part of sertool speaks: no I/O, no behaviour beyond a derived name.

Nothing heavy is imported here, so that listing plug-ins and printing help stay instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Emotion = str
"""One of `EMOTIONS` in the built-in corpora; a manifest may bring words of its own."""

EMOTIONS: tuple[Emotion, ...] = (
    "angry", "boredom", "calm", "disgust", "fear", "happy", "neutral", "sad", "surprise",
)  # fmt: skip
SIX_EMOTIONS: tuple[Emotion, ...] = ("angry", "disgust", "fear", "happy", "neutral", "sad")

Variant = Literal["original", "noise", "stretch_pitch"]
VARIANTS: tuple[Variant, ...] = ("original", "noise", "stretch_pitch")
TRAIN_VARIANTS: tuple[Variant, ...] = ("original",)
"""What is trained on where nothing else is said, in a study and for a model."""

Window = Literal["study", "utterance"]
WINDOWS: tuple[Window, ...] = ("study", "utterance")
"""The rules by which recordings are cut; `sertool.audio` says what they are."""


@dataclass(frozen=True)
class Clip:
    """One recording, as its corpus names it.

    Attributes:
        path: where it lies, POSIX, relative to the corpus folder; of a part of a file followed by
            "#", its beginning, "-" and its end in seconds, such as "a.wav#1.5-3.25".
        emotion: the label in sertool's vocabulary.
        speaker: unique inside the corpus.
        recording: what it is a copy of; two paths with the same `recording` are one clip.
        raw_label: the label as the corpus writes it.
        sentence: what is said; "" = unknown.
        gender: "female", "male" or "" = unknown.
        intensity: as the corpus writes it; "" = unknown.
        language: BCP 47; "" = the language of the corpus.
        start_s: where the clip begins in its file, in seconds; None = the file is the clip.
        end_s: where it ends.
        split: of the corpus's own division, such as "train" or "test"; "" = it has none.
        session: of the recordings; "" = unknown.
        votes: the labels of several raters; () = the corpus has none.
        age: of the speaker, as the corpus writes it; "" = unknown.
        arousal: as the corpus scales it, and so valence and dominance; None = unknown.
    """

    path: str
    emotion: Emotion
    speaker: str
    recording: str
    raw_label: str
    sentence: str = ""
    gender: str = ""
    intensity: str = ""
    language: str = ""
    start_s: float | None = field(default=None, repr=False)
    end_s: float | None = field(default=None, repr=False)
    split: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    votes: tuple[str, ...] = field(default=(), repr=False)
    age: str = field(default="", repr=False)
    arousal: float | None = field(default=None, repr=False)
    valence: float | None = field(default=None, repr=False)
    dominance: float | None = field(default=None, repr=False)

    @property
    def file(self) -> str:
        """The file that holds the clip: its path, without the part that is meant.

        >>> Clip("a.wav#0-2.5", "sad", "ann", "", "sad", start_s=0.0, end_s=2.5).file
        'a.wav'
        """
        return self.path if self.start_s is None else self.path.rpartition("#")[0]


@dataclass(frozen=True)
class Corpus:
    """A collection of recordings whose file names (or whose manifest) tell what they hold.

    Attributes:
        name: the plug-in's name.
        language: BCP 47, for example "en".
        licence: as its makers state it.
        url: where it is published.
        citation: how to cite it, one line.
        clips: recordings in a complete copy.
        speakers: speakers in a complete copy.
        parse: pure function from a path inside the corpus to its clip; None = not a clip.
    """

    name: str
    language: str
    licence: str
    url: str
    citation: str
    clips: int
    speakers: int
    parse: Callable[[str], Clip | None]


@dataclass(frozen=True)
class Signal:
    """Mono sound: `samples` of shape (n,), float32, nominally in [-1, 1]; `rate` in Hz.

    >>> import numpy as np
    >>> sound = Signal(np.zeros(11_025, np.float32), 22_050)
    >>> sound.samples.size / sound.rate
    0.5
    """

    samples: np.ndarray
    rate: int


@dataclass(frozen=True)
class Split:
    """One division of a table's rows into training and test rows.

    Attributes:
        train_on: what is trained on: a corpus, a pool of them ("ravdess+tess"), a language.
        test_on: what is tested on; equals `train_on` within a corpus.
        fold: which of the folds of this pair; "" where there is only one.
        train: row numbers, shape (n_train,), all variants of the training clips.
        test: row numbers, shape (n_test,).
        validation: row numbers, empty unless the protocol itself sets some aside.
        n_same_sound: clips that are not trained on because their very sound is tested.
    """

    train_on: str
    test_on: str
    fold: str
    train: np.ndarray
    test: np.ndarray
    validation: np.ndarray
    n_same_sound: int = 0

    @property
    def name(self) -> str:
        """Unique under its protocol, for example "ravdess/fold-1" or "en->de"."""
        crossed = f"->{self.test_on}" if self.test_on != self.train_on else ""
        fold = f"/{self.fold}" if self.fold else ""
        return f"{self.train_on}{crossed}{fold}"


@dataclass(frozen=True)
class Recipe:
    """What a protocol fixes that a study chooses elsewhere.

    Attributes:
        variants: the variants that are trained on.
        scaling: the name of a normalisation.
    """

    variants: tuple[Variant, ...]
    scaling: str


@dataclass(frozen=True)
class Protocol:
    """A way to divide clips into training and test clips, and the question that it answers.

    Attributes:
        name: the plug-in's name.
        question: what a number under this protocol answers, in one sentence.
        leaks: what train and test share by design: "clip", "speaker", "sentence", "scaling", or
            "corpus" for whatever the corpus's own division lets them share.
        scope: "within" = run on each corpus (or pool) by itself; "across" = on all at once.
        splits: `splits(identity, *, name, seed)` yields splits of the rows of `identity`, a table
            with the store's identity columns only; `name` is that of the corpus or pool
            ("" when the scope is "across").
        recipe: what it fixes that is chosen elsewhere; None = nothing.
    """

    name: str
    question: str
    leaks: tuple[str, ...]
    scope: Literal["within", "across"]
    splits: Callable[..., Iterator[Split]]
    recipe: Recipe | None = None
