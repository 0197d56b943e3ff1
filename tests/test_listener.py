"""Live sound gets the numbers of a recorded one; what cannot be predicted in time is dropped."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from synthetic import SAMPLE, needs_sample, syllables, tone, write_sound

import sertool
from sertool.audio import RULE, microphone
from sertool.audio.microphone import Block, SoundSource
from sertool.errors import BadRecording
from sertool.models.prediction import Prediction, Predictor
from sertool.timeline.listener import Listener, LiveWindow, Tally, smoothed, warm_up


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    """A model that has been used once already."""
    loaded = sertool.load("xgboost")
    warm_up(loaded)
    return loaded


def live_windows_in(
    predictor: Predictor, path: Path, speed: float
) -> tuple[list[LiveWindow], Listener]:
    with microphone.replay(path, speed) as source, Listener(predictor, source) as listener:
        return list(listener), listener


def numbers(prediction: Prediction) -> dict[str, Any]:
    facts = dataclasses.asdict(prediction)
    del facts["compute_s"]
    return facts


@pytest.mark.parametrize(
    ("rate", "seconds", "speed"), [(48_000, 5.3, 1), (22_050, 4.0, 2), (16_000, 1.7, 2)]
)
def test_a_replay_gives_the_numbers_of_the_timeline(
    predictor: Predictor, tmp_path: Path, rate: int, seconds: float, speed: float
) -> None:
    path = write_sound(tmp_path / "a.wav", syllables(seconds, rate), rate)
    live_windows, listener = live_windows_in(predictor, path, speed)
    expected = list(predictor.timeline(path))
    assert [numbers(each.prediction) for each in live_windows if each.prediction] == [
        numbers(each) for each in expected
    ]
    assert len(expected) == 1 + int(seconds > 2.5) * int(np.ceil(seconds - 2.5))
    assert (listener.n_dropped, listener.n_gaps) == (0, 0)
    assert listener.listened_s == pytest.approx(seconds, abs=1e-4)


@needs_sample
def test_real_speech_gives_the_numbers_of_the_timeline(predictor: Predictor) -> None:
    path = sorted((SAMPLE / "emodb").rglob("*.flac"))[0]
    live_windows, _ = live_windows_in(predictor, path, speed=2)
    expected = [numbers(each) for each in predictor.timeline(path)]
    assert [numbers(each.prediction) for each in live_windows if each.prediction] == expected


def test_where_nobody_speaks_there_is_no_emotion(predictor: Predictor, tmp_path: Path) -> None:
    sound = np.concatenate([syllables(2.0), np.zeros(5 * 16_000, np.float32)])
    live_windows, _ = live_windows_in(predictor, write_sound(tmp_path / "a.wav", sound), speed=4)
    assert [each.prediction is not None for each in live_windows] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [each.end_s for each in live_windows] == [2.5, 3.5, 4.5, 5.5, 6.5, 7.0]
    assert all((each.smoothed is None) == (each.prediction is None) for each in live_windows)


def prediction(start_s: float, angry: float, confident: bool = False) -> Prediction:
    emotion = "angry" if angry >= 0.5 else "sad"
    probabilities = {"angry": angry, "sad": 1 - angry}
    return Prediction("", emotion, probabilities, start_s, start_s + 2.5, 0.0, confident)


class Told:
    """Stands in for a predictor: each window is what its start says, after a while."""

    rule = RULE

    def __init__(self, angry: dict[float, float], gate: threading.Event | None = None) -> None:
        self._angry, self._gate = angry, gate

    def window(self, signal: sertool.Signal, start_s: float) -> Prediction:
        if self._gate:
            self._gate.wait(30)
        return prediction(start_s, self._angry.get(start_s, 0.5))


def spoken(seconds: float, after: threading.Event | None = None) -> Iterator[Block]:
    """Speech at once; the event is set when all of it was taken."""
    sound = syllables(seconds, RULE.rate)
    for start in range(0, sound.size, 441):
        yield Block(sound[start : start + 441], time.perf_counter())
    if after:
        after.set()


def waiting_for_each(seconds: float, live_windows: list[LiveWindow]) -> Iterator[Block]:
    """Speech that goes on when the windows that it holds so far have come."""
    for n_samples, block in enumerate(spoken(seconds)):
        n_windows = max(0, int((n_samples * 441 / RULE.rate - 2.5) // 1.0) + 1)
        deadline = time.perf_counter() + 30
        while len(live_windows) < n_windows and time.perf_counter() < deadline:
            time.sleep(0.001)
        yield block


def test_windows_that_share_sound_are_averaged() -> None:
    told: Any = Told({0.0: 0.75, 1.0: 0.25, 2.0: 0.5, 3.0: 0.0})
    live_windows: list[LiveWindow] = []
    with Listener(
        told, SoundSource("", RULE.rate, waiting_for_each(5.5, live_windows))
    ) as listener:
        for each in listener:
            live_windows.append(each)
    means = [each.smoothed.probabilities["angry"] for each in live_windows if each.smoothed]
    np.testing.assert_allclose(means, [0.75, 0.5, 0.5, 0.25])


def test_a_mean_is_confident_where_most_of_its_windows_are() -> None:
    one, two = prediction(0, 0.9, confident=True), prediction(1, 0.4)
    assert smoothed([one]).confident
    assert not smoothed([one, two]).confident
    assert smoothed([one, prediction(1, 0.8, confident=True), two]).confident
    assert not smoothed([one, prediction(1, 0.05, confident=True), two]).confident


def test_a_slow_model_hears_the_newest_window_and_counts_the_others() -> None:
    all_taken = threading.Event()
    told: Any = Told({}, gate=all_taken)
    with Listener(told, SoundSource("", RULE.rate, spoken(12.5, all_taken))) as listener:
        live_windows = [each.start_s for each in listener]
    assert live_windows[-1] == 10.0
    assert len(live_windows) <= 2
    assert len(live_windows) + listener.n_dropped == 11


def test_leaving_early_ends_the_thread() -> None:
    told: Any = Told({})
    before = threading.active_count()
    endless = itertools.cycle(list(spoken(3.0)))
    with Listener(told, SoundSource("", RULE.rate, endless)) as listener:
        assert next(iter(listener)).prediction
    assert threading.active_count() == before


def test_what_goes_wrong_with_the_sound_is_raised(predictor: Predictor, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(0.05))
    with pytest.raises(BadRecording, match="50 ms of sound are too short"):
        live_windows_in(predictor, path, speed=10)


def test_the_end_of_a_window_is_when_its_last_sample_came() -> None:
    blocks = [Block(np.full(2205, 0.1, np.float32), 100 + 0.1 * n) for n in range(1, 40)]
    blocks[25] = dataclasses.replace(blocks[25], n_gaps=2)
    told: Any = Told({})
    with Listener(told, SoundSource("", RULE.rate, iter(blocks)), hop_s=2.5) as listener:
        live_windows = list(listener)
    assert [each.ended for each in live_windows] == [
        pytest.approx(100 + each.end_s) for each in live_windows
    ]
    assert listener.n_gaps == 2


def test_the_level_rises_at_once_and_falls_slowly() -> None:
    samples = [np.tile(np.float32([0.2, 0.0]), 1102), np.zeros(2204, np.float32)]
    listener = Listener(SimpleNamespace(rule=RULE), SoundSource("", RULE.rate, iter([])))  # type: ignore[arg-type]
    levels = []
    for each in samples:
        listener._note(Block(each, 0.0))
        levels.append(listener.level_db)
    np.testing.assert_allclose(levels, [-20.0, -20.3], atol=1e-4)


def test_a_tally_shares_out_the_time() -> None:
    tally = Tally()
    assert (tally.speech_share, np.isnan(tally.median_latency_s)) == (0.0, True)
    now = time.perf_counter()
    for start_s, mean in [(0.0, prediction(0, 0.9, True)), (1.0, prediction(1, 0.9)), (2.0, None)]:
        tally.add(LiveWindow(start_s, start_s + 2.5, now - 3, mean, mean))
    assert tally.listened_s == 4.5
    assert dict(tally.seconds) == {"angry": 3.5}
    assert tally.confident_s["angry"] == 2.5
    assert tally.speech_share == 3.5 / 4.5
    assert tally.median_latency_s == pytest.approx(3, abs=1)
