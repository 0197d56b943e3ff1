"""What a model takes a recording for."""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Prediction:
    """What a model takes a recording, or a part of it, for.

    Attributes:
        path: the recording, as it was given; "array" for samples, "bytes" for bytes.
        emotion: the most probable one.
        probabilities: by emotion, calibrated, summing to 1.
        start_s: where the analysed window begins, in seconds.
        end_s: where it ends, in seconds.
        compute_s: how long the prediction took, in seconds.
        confident: whether the emotion is as probable as the model asks for (`Model.sure_from`:
            3 in 4 such answers were right on held-out speakers) in sound like that of training,
            and was analysed whole; False = unsure.
        remarks: what makes this recording unlike those that the model was trained on (see
            `sertool.models.remarks`), whether a part of it is missing or its channels cancel each
            other, and whether most of it was not analysed, a phrase each; () = nothing.
        channel: which channel was analysed, such as "left"; "" = the mean of all, or the only one.
        duration_s: of the whole recording, in seconds; 0 = not known, in a timeline or unusable.
        error: why the recording could not be used; "" = it could.

    >>> found = Prediction("a.wav", "sad", {"angry": 0.25, "sad": 0.75}, 0.6, 3.1, 0.004)
    >>> found.probabilities[found.emotion], found.end_s - found.start_s
    (0.75, 2.5)
    """

    path: str
    emotion: str
    probabilities: dict[str, float]
    start_s: float
    end_s: float
    compute_s: float
    confident: bool = False
    remarks: tuple[str, ...] = ()
    channel: str = ""
    duration_s: float = 0.0
    error: str = ""

    @property
    def seconds(self) -> float:
        """The name of `compute_s` up to 0.2."""
        warnings.warn(
            "seconds of a prediction is called compute_s now", DeprecationWarning, stacklevel=2
        )
        return self.compute_s

    def facts(self) -> dict[str, Any]:
        """All of it by name, as JSON has it; `seconds` is `compute_s`, for older readers.

        >>> Prediction("a.wav", "sad", {"sad": 1.0}, 0.6, 3.1, 0.004).facts()["compute_s"]
        0.004
        """
        return {**dataclasses.asdict(self), "seconds": self.compute_s}
