"""Sound as it comes -> emotions as they are spoken: windows and voice activity of the timeline.

A thread cuts the sound into windows; whoever iterates predicts. Where predicting is slower than
the sound, the newest window replaces the one that waits, so that nothing piles up.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Self

import numpy as np

from sertool import timeline
from sertool.audio.activity import SILENCE_DB, decibels, voice_activity
from sertool.audio.microphone import Block, SoundSource
from sertool.audio.windows import windows
from sertool.models.prediction import Prediction, Predictor
from sertool.types import Signal

FALL_DB = 0.3
"""How much the level falls at most from one block to the next, so that an eye can follow."""
POLL_S = 0.05
"""How long to wait for a window before asking whether the sound is over."""


@dataclass(frozen=True)
class LiveWindow:
    """One window of sound as it came.

    Attributes:
        start_s: where it begins, from when listening began.
        end_s: where it ends.
        ended: when its last sample was there, in seconds of `time.perf_counter`.
        prediction: of this window, the same as in `Predictor.timeline`; None = nobody speaks.
        smoothed: the mean over the windows that share sound with it; confident where more
            than half of them are confident of its emotion. None = nobody speaks.
    """

    start_s: float
    end_s: float
    ended: float
    prediction: Prediction | None
    smoothed: Prediction | None


def smoothed(windows: Sequence[Prediction]) -> Prediction:
    """The mean of overlapping windows, as `sertool.spans` has it where they overlap.

    Args:
        windows: one or more, in order; the remarks are those of the last.

    >>> def window(start_s, angry):
    ...     probabilities = {"angry": angry, "sad": 1 - angry}
    ...     emotion = max(probabilities, key=probabilities.get)
    ...     return Prediction("", emotion, probabilities, start_s, start_s + 2, 0.0, angry > 0.5)
    >>> mean = smoothed([window(0, 0.75), window(1, 0.5)])
    >>> mean.emotion, mean.probabilities["angry"], mean.start_s, mean.end_s, mean.confident
    ('angry', 0.625, 0, 3, False)
    """
    emotion, means, confident = timeline.mean(windows)
    return replace(
        windows[-1],
        emotion=emotion,
        probabilities=means,
        start_s=windows[0].start_s,
        confident=confident > 0.5,
    )


def warm_up(predictor: Predictor) -> None:
    """Predict once on noise, so that the first window is not late while code is being compiled."""
    rule = predictor.rule
    noise = np.random.default_rng(0).normal(0, 0.1, round(rule.timeline_s * rule.rate))
    predictor.window(Signal(noise.astype(np.float32), rule.rate))


@dataclass(frozen=True)
class _Window:
    start_s: float
    signal: Signal
    ended: float
    is_speech: bool

    @property
    def end_s(self) -> float:
        return self.start_s + self.signal.samples.size / self.signal.rate


class Listener:
    """Listens to a source while it is entered; iterate over it for live windows.

    ::

        device = microphone.chosen(microphone.devices(), None)
        with microphone.open_device(device) as source, Listener(predictor, source) as listener:
            for live_window in listener:
                ...

    Iterating ends with the source, and raises what went wrong with it.

    Attributes:
        level_db: of the sound now, in dB re full scale.
        n_dropped: windows that were replaced by newer ones before they could be predicted.
        n_gaps: how often the device lost sound.

    Args:
        predictor: a model.
        source: from `microphone.open_device` or `microphone.replay`.
        hop_s: from the beginning of a window to that of the next, from 0.05 to 2.5.
    """

    def __init__(self, predictor: Predictor, source: SoundSource, hop_s: float = 1.0) -> None:
        self.level_db = SILENCE_DB
        self.n_dropped = 0
        self.n_gaps = 0
        self._predictor = predictor
        self._source = source
        self._hop_s = hop_s
        self._n_samples = 0
        self._ended = 0.0
        self._recent: list[Prediction] = []
        self._waiting: queue.Queue[_Window] = queue.Queue(maxsize=1)
        self._left = threading.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="listener")
        self._cutting: Future[None]

    @property
    def listened_s(self) -> float:
        """How much sound came."""
        return self._n_samples / self._source.rate

    def __enter__(self) -> Self:
        self._cutting = self._thread.submit(self._cut)
        return self

    def leave(self) -> None:
        """Stop listening; iterating ends after the window that is being predicted."""
        self._left.set()

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._thread.shutdown()

    def __iter__(self) -> Iterator[LiveWindow]:
        return (moment for moment in self.moments(POLL_S) if moment)

    def moments(self, every_s: float) -> Iterator[LiveWindow | None]:
        """What iterating gives, and None whenever no window came for so many seconds.

        A display can be drawn anew at each, in the thread that predicts: another one would make
        predicting slower.
        """
        while not self._left.is_set():
            if self._cutting.done() and self._waiting.empty():
                return self._cutting.result()
            try:
                window = self._waiting.get(timeout=every_s)
            except queue.Empty:
                yield None
            else:
                yield self._predicted(window)

    def _predicted(self, window: _Window) -> LiveWindow:
        prediction = mean = None
        if window.is_speech:
            predicted = self._predictor.window(window.signal, window.start_s)
            prediction = replace(predicted, path=self._source.name)
            overlapping = [each for each in self._recent if each.end_s > window.start_s]
            self._recent = [*overlapping, prediction]
            mean = smoothed(self._recent)
        return LiveWindow(window.start_s, window.end_s, window.ended, prediction, mean)

    def _cut(self) -> None:
        """In the thread: the windows of the sound in order, and whether somebody speaks in each."""
        source = self._source
        cut = windows(self._blocks(), source.rate, self._predictor.rule, self._hop_s)
        for start_s, signal, is_speech in voice_activity(cut):
            window = _Window(start_s, signal, self._ended, is_speech)
            since_s = (self.listened_s - window.end_s) / source.speed
            self._hand_over(replace(window, ended=self._ended - since_s))

    def _blocks(self) -> Iterator[np.ndarray]:
        for block in self._source.blocks:
            if self._left.is_set():
                return
            self._note(block)
            yield block.samples

    def _note(self, block: Block) -> None:
        level_db = decibels(block.samples.var(dtype=np.float64))
        self.level_db = max(float(level_db), self.level_db - FALL_DB)
        self._n_samples += block.samples.size
        self.n_gaps += block.n_gaps
        self._ended = block.ended

    def _hand_over(self, window: _Window) -> None:
        while True:
            try:
                return self._waiting.put_nowait(window)
            except queue.Full:
                with suppress(queue.Empty):
                    self._waiting.get_nowait()
                    self.n_dropped += 1


@dataclass
class Tally:
    """What came so far; each window counts for the time since the end of the one before.

    Attributes:
        listened_s: all of it.
        speech_s: in which somebody spoke.
        seconds: by emotion, as smoothed.
        confident_s: those of them in which the model was confident.
        latencies_s: from the end of each window to when its emotion was shown.
    """

    listened_s: float = 0.0
    speech_s: float = 0.0
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    confident_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    latencies_s: list[float] = field(default_factory=list)

    def add(self, live_window: LiveWindow) -> float:
        """Count a window that has just been shown; its latency in seconds."""
        new_s = live_window.end_s - self.listened_s
        self.listened_s = live_window.end_s
        if live_window.smoothed:
            self.speech_s += new_s
            self.seconds[live_window.smoothed.emotion] += new_s
            self.confident_s[live_window.smoothed.emotion] += new_s * live_window.smoothed.confident
        self.latencies_s.append(time.perf_counter() - live_window.ended)
        return self.latencies_s[-1]

    @property
    def speech_share(self) -> float:
        """In [0, 1]; 0 where nothing came."""
        return self.speech_s / self.listened_s if self.listened_s else 0.0

    @property
    def median_latency_s(self) -> float:
        """NaN where nothing came."""
        return median(self.latencies_s) if self.latencies_s else float("nan")
