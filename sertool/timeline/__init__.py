"""The windows of a long recording -> spans of one emotion each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sertool.models.prediction import Prediction


@dataclass(frozen=True)
class Span:
    """A part of a recording in which one emotion is the most probable.

    Attributes:
        start_s: where it begins, in seconds.
        end_s: where it ends, in seconds.
        emotion: the most probable one throughout.
        probability: of this emotion, the mean over the span, in [0, 1].
        confident: whether most windows were confident of it, weighed by time; False = unsure.
        channel: the one that was followed, such as "left"; "" = the mean of all, or the only one.

    >>> span = Span(1.0, 2.5, "sad", 0.75, True)
    >>> span.end_s - span.start_s
    1.5
    """

    start_s: float
    end_s: float
    emotion: str
    probability: float
    confident: bool
    channel: str = ""


@dataclass(frozen=True)
class _Piece:
    """What lies between two neighbouring edges of windows."""

    start_s: float
    end_s: float
    emotion: str
    probability: float
    confident: float
    channel: str


def spans(predictions: Iterable[Prediction]) -> Iterator[Span]:
    """Merge the windows of a timeline into spans; where nobody speaks there is none.

    Each instant has the mean probabilities of the windows that cover it, which smooths over a
    window's length; neighbouring instants of one emotion make a span.

    Args:
        predictions: of one recording, in order of `start_s`, as `Predictor.timeline` yields them.

    >>> def window(start_s, angry):
    ...     probabilities = {"angry": angry, "sad": 1 - angry}
    ...     emotion = max(probabilities, key=probabilities.get)
    ...     return Prediction("", emotion, probabilities, start_s, start_s + 2, 0.0)
    >>> for span in spans([window(0, 0.9), window(1, 0.3), window(2, 0.2)]):
    ...     print(span.start_s, span.end_s, span.emotion, round(span.probability, 3))
    0 2 angry 0.75
    2 4 sad 0.775
    """
    merged: list[_Piece] = []
    for piece in _pieces(predictions):
        last = merged[-1] if merged else piece
        if merged and (last.emotion, last.end_s) != (piece.emotion, piece.start_s):
            yield _span(merged)
            merged = []
        merged.append(piece)
    if merged:
        yield _span(merged)


def _pieces(predictions: Iterable[Prediction]) -> Iterator[_Piece]:
    covering: list[Prediction] = []
    reached = 0.0
    for prediction in predictions:
        yield from _between(covering, reached, prediction.start_s)
        reached = prediction.start_s
        covering = [each for each in covering if each.end_s > reached] + [prediction]
    yield from _between(covering, reached, float("inf"))


def _between(covering: Sequence[Prediction], start_s: float, end_s: float) -> Iterator[_Piece]:
    """Pieces from one instant to another, cut where a window ends; none where no window is."""
    for end in sorted({min(each.end_s, end_s) for each in covering}):
        if end > start_s:
            yield _piece([each for each in covering if each.end_s >= end], start_s, end)
            start_s = end


def mean(windows: Sequence[Prediction]) -> tuple[str, dict[str, float], float]:
    """The emotion of windows that overlap, their mean probabilities, and the share confident of it.

    Args:
        windows: one or more.
    """
    means = {
        emotion: sum(each.probabilities[emotion] for each in windows) / len(windows)
        for emotion in windows[0].probabilities
    }
    emotion = max(means, key=means.__getitem__)
    confident = sum(each.confident and each.emotion == emotion for each in windows)
    return emotion, means, confident / len(windows)


def _piece(windows: Sequence[Prediction], start_s: float, end_s: float) -> _Piece:
    emotion, means, confident = mean(windows)
    channel = windows[0].channel
    return _Piece(start_s, end_s, emotion, means[emotion], confident, channel)


def _span(pieces: Sequence[_Piece]) -> Span:
    lengths = [each.end_s - each.start_s for each in pieces]
    weighed = list(zip(lengths, pieces, strict=True))
    return Span(
        start_s=pieces[0].start_s,
        end_s=pieces[-1].end_s,
        emotion=pieces[0].emotion,
        probability=sum(length * each.probability for length, each in weighed) / sum(lengths),
        confident=sum(length * each.confident for length, each in weighed) > sum(lengths) / 2,
        channel=pieces[0].channel,
    )
