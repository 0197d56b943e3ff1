"""Windows of a stream: where they begin and end, and that no more than a window is held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from sertool.audio import WindowRule, resample
from sertool.audio.windows import windows
from sertool.errors import BadChoice, BadRecording
from sertool.types import Signal

RATE = 1_000
RULE = WindowRule(rate=RATE)


def blocks(samples: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, samples.size, size):
        yield samples[start : start + size]


@pytest.mark.parametrize(
    ("seconds", "hop_s", "starts"),
    [
        (2.5, 1.0, [0.0]),
        (1.2, 1.0, [0.0]),
        (0.1, 1.0, [0.0]),
        (2.501, 1.0, [0.0, 0.001]),
        (5.0, 1.0, [0.0, 1.0, 2.0, 2.5]),
        (5.5, 1.0, [0.0, 1.0, 2.0, 3.0]),
        (7.5, 2.5, [0.0, 2.5, 5.0]),
        (7.6, 2.5, [0.0, 2.5, 5.0, 5.1]),
        (3.0, 0.25, [0.0, 0.25, 0.5]),
    ],
)
@pytest.mark.parametrize("size", [7, 333, 100_000])
def test_where_windows_lie(seconds: float, hop_s: float, starts: list[float], size: int) -> None:
    ramp = np.arange(round(seconds * RATE), dtype=np.float32)
    found = list(windows(blocks(ramp, size), RATE, RULE, hop_s))
    assert [start for start, _ in found] == pytest.approx(starts)
    for start, signal in found:
        first = round(start * RATE)
        np.testing.assert_array_equal(signal.samples, ramp[first : first + 2_500])


def test_a_window_keeps_its_samples_when_the_stream_goes_on() -> None:
    ramp = np.arange(9_000, dtype=np.float32)
    found = windows(blocks(ramp, 500), RATE, RULE, 1.0)
    _, first = next(found)
    list(found)
    np.testing.assert_array_equal(first.samples, ramp[:2_500])


def test_windows_of_a_stream_are_those_of_the_resampled_whole() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 16_000 * 8).astype(np.float32)
    whole = resample(Signal(samples, 16_000), 22_050).samples
    for start, signal in windows(blocks(samples, 5_001), 16_000, WindowRule(), 1.0):
        first = round(start * 22_050)
        expected = whole[first : first + signal.samples.size]
        np.testing.assert_allclose(signal.samples, expected, atol=1e-6)


@pytest.mark.parametrize("hop_s", [0.0, -1.0, 0.01, 2.6])
def test_a_hop_outside_its_bounds(hop_s: float) -> None:
    with pytest.raises(BadChoice, match="possible are"):
        list(windows(iter([np.zeros(5_000, np.float32)]), RATE, RULE, hop_s))


def test_too_short() -> None:
    with pytest.raises(BadRecording, match="99 ms of sound are too short"):
        list(windows(iter([np.zeros(99, np.float32)]), RATE, RULE, 1.0))
