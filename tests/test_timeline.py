"""Spans, and the files that other programs read them from."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from sertool.models.prediction import Prediction
from sertool.timeline import Span, formats, picture, spans
from sertool.timeline.envelope import envelope
from sertool.types import EMOTIONS

SPANS = (Span(0.5, 2.0, "sad", 0.625, True), Span(2.0, 3.25, 'so "so"', 0.4, False))


def window(start_s: float, angry: float, *, sure: bool = True, seconds: float = 2.0) -> Prediction:
    probabilities = {"angry": angry, "sad": 1 - angry}
    emotion = max(probabilities, key=lambda name: probabilities[name])
    return Prediction("", emotion, probabilities, start_s, start_s + seconds, 0.0, confident=sure)


def test_no_window_no_span() -> None:
    assert list(spans([])) == []


def test_one_window_is_its_span() -> None:
    assert list(spans([window(3, 0.75)])) == [Span(3, 5, "angry", 0.75, True)]


def test_each_instant_has_the_mean_of_the_windows_that_cover_it() -> None:
    # 0-1: .9, 1-2: (.9+.4)/2 = .65, 2-3: (.4+.1)/2 = .25, 3-4: .1
    found = list(spans([window(0, 0.9), window(1, 0.4), window(2, 0.1)]))
    assert [(each.start_s, each.end_s, each.emotion) for each in found] == [
        (0, 2, "angry"), (2, 4, "sad"),
    ]  # fmt: skip
    assert found[0].probability == pytest.approx((0.9 + 0.65) / 2)
    assert found[1].probability == pytest.approx((0.75 + 0.9) / 2)


def test_silence_parts_spans_of_one_emotion() -> None:
    found = list(spans([window(0, 0.9), window(5, 0.9)]))
    assert [(each.start_s, each.end_s) for each in found] == [(0, 2), (5, 7)]


def test_windows_that_touch_are_joined() -> None:
    assert [(s.start_s, s.end_s) for s in spans([window(0, 0.9), window(2, 0.8)])] == [(0, 4)]


def test_a_last_window_that_overlaps_nearly_whole() -> None:
    found = list(spans([window(0, 0.9), window(0.1, 0.9)]))
    assert [(s.start_s, s.end_s) for s in found] == [(0, 2.1)]


@pytest.mark.parametrize(
    ("sure", "expected"), [((1, 1, 0), True), ((1, 0), False), ((0, 0), False)]
)
def test_a_span_is_sure_where_most_of_its_windows_are(
    sure: tuple[int, ...], expected: bool
) -> None:
    windows = [window(2 * k, 0.9, sure=bool(each)) for k, each in enumerate(sure)]
    assert [each.confident for each in spans(windows)] == [expected]


def test_spans_come_while_the_recording_still_goes_on() -> None:
    def endless():  # type: ignore[no-untyped-def]
        start = 0
        while True:
            yield window(start, 0.9 if start % 20 < 10 else 0.1)
            start += 1

    found = spans(endless())
    assert [next(found).emotion for _ in range(4)] == ["angry", "sad", "angry", "sad"]


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(formats.as_csv(SPANS, 4.0))))
    assert [float(row["end_s"]) for row in rows] == [2.0, 3.25]
    assert [row["emotion"] for row in rows] == ["sad", 'so "so"']
    assert [row["confident"] for row in rows] == ["true", "false"]


def test_json_reads_back() -> None:
    content = json.loads(formats.as_json(SPANS, 4.0))
    assert content["duration_s"] == 4.0
    assert [Span(**each) for each in content["spans"]] == list(SPANS)


def test_audacity_labels_are_start_end_text_between_tabs() -> None:
    lines = [line.split("\t") for line in formats.as_audacity(SPANS, 4.0).splitlines()]
    assert [(float(start), float(end)) for start, end, _ in lines] == [(0.5, 2.0), (2.0, 3.25)]
    assert [text for *_, text in lines] == ["sad 62 %", 'so "so"? 40 %']


def test_a_textgrid_covers_the_recording_without_a_gap() -> None:
    text = formats.as_textgrid(SPANS, 4.0)
    body = text[text.index("intervals [1]") :]
    edges = [float(each) for each in re.findall(r"xm(?:in|ax) = ([\d.]+)", body)]
    assert edges == [0, 0.5, 0.5, 2, 2, 3.25, 3.25, 4]
    assert re.findall(r'text = "(.*)"', body) == ["", "sad 62 %", 'so ""so""? 40 %', ""]
    assert "intervals: size = 4" in text


def test_a_textgrid_of_silence_has_one_empty_interval() -> None:
    assert "intervals: size = 1" in formats.as_textgrid([], 4.0)


@pytest.mark.parametrize("size", [1, 49, 50, 1_000])
def test_an_envelope_holds_the_extremes_of_each_step(size: int) -> None:
    samples = np.random.default_rng(0).standard_normal(1_020).astype(np.float32)
    blocks = (samples[start : start + size] for start in range(0, samples.size, size))
    found = envelope(blocks, 1_000)
    steps = [samples[start : start + 50] for start in range(0, 1_020, 50)]
    np.testing.assert_array_equal(found.lowest, [step.min() for step in steps])
    np.testing.assert_array_equal(found.highest, [step.max() for step in steps])
    assert found.duration_s == 1.02


def test_every_emotion_has_a_colour_of_its_own() -> None:
    assert set(picture.COLOURS) == set(EMOTIONS)
    assert len(set(picture.COLOURS.values())) == len(EMOTIONS)


def drawn(format: str, windows: list[Prediction]) -> bytes:
    outline = envelope(iter([np.ones(8_000, np.float32)]), 1_000)
    return picture.picture(outline, windows, list(spans(windows)), "a.wav", format)  # type: ignore[arg-type]


@pytest.mark.parametrize("windows", [[], [window(0, 0.9), window(1, 0.2), window(6, 0.2)]])
def test_a_picture_is_a_png_of_the_same_bytes_each_time(windows: list[Prediction]) -> None:
    content = drawn("png", windows)
    assert content.startswith(b"\x89PNG")
    assert content == drawn("png", windows)


def test_a_picture_as_svg_is_xml() -> None:
    assert ElementTree.fromstring(drawn("svg", [window(0, 0.9)])).tag.endswith("svg")
