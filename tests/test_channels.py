"""Which channel is analysed, clipping on each of them, and what a caller may give."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import Run
from wild import RATE, coded, voice

import sertool
from sertool import audio
from sertool.audio import clipping, decoding
from sertool.corpora.audit.inspection import inspect
from sertool.errors import BadChoice, BadRecording, NotFound
from sertool.types import Clip

VOICE = voice()
REMARK = "the channels cancel each other: the left one is analysed"


@pytest.fixture(scope="module")
def predictor() -> sertool.Predictor:
    return sertool.load("xgboost")


def stereo(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.stack([left, right], axis=1)


OPPOSED = {
    "opposed": stereo(VOICE, -VOICE),
    "nearly": stereo(VOICE, -0.98 * VOICE),
    "with DC": stereo(VOICE + 0.05, -VOICE + 0.05),
    "louder right": stereo(0.9 * VOICE, -VOICE),
}


@pytest.mark.parametrize("name", ["opposed", "nearly", "with DC"])
def test_channels_that_cancel_each_other_are_not_mixed(
    name: str, tmp_path: Path, predictor: sertool.Predictor
) -> None:
    soundfile.write(tmp_path / "a.wav", OPPOSED[name], RATE)
    soundfile.write(tmp_path / "left.wav", OPPOSED[name][:, 0], RATE)
    found, alone = predictor(tmp_path / "a.wav"), predictor(tmp_path / "left.wav")
    assert found.probabilities == alone.probabilities
    assert (found.channel, found.remarks) == ("left", (*alone.remarks, REMARK))
    windows = list(predictor.timeline(tmp_path / "a.wav"))
    expected = list(predictor.timeline(tmp_path / "left.wav"))
    assert [each.probabilities for each in windows] == [each.probabilities for each in expected]
    assert REMARK in windows[-1].remarks


def test_a_mix_that_is_not_far_weaker_stays() -> None:
    sound = audio.sound(coded(stereo(VOICE, -0.7 * VOICE)))
    assert (sound.channel, sound.remarks) == ("", ())
    one_side = audio.sound(coded(stereo(VOICE, 0 * VOICE)))
    assert (one_side.channel, one_side.remarks) == ("", ())


def test_the_audit_tells_of_it(run: Run, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", OPPOSED["opposed"], RATE)
    (tmp_path / "mine.csv").write_text("path,emotion\na.wav,sad\n")
    ran = run("corpora", "check", f"mine={tmp_path / 'mine.csv'}", "--jobs", 1)
    assert "worry: cancelling channels" in ran.out
    assert "digital silence" not in ran.out


def test_the_audit_tells_of_what_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(coded(voice(6))[: 2 * 3 * RATE])
    (tmp_path / "mine.csv").write_text("path,emotion\na.wav,sad\n")
    ran = run("corpora", "check", f"mine={tmp_path / 'mine.csv'}", "--jobs", 1)
    assert "worry: incomplete" in ran.out
    assert "3.0 of 6.0 seconds are there" in ran.out


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """Two people, one a side: a high voice and a low one."""
    high = voice(3.0)
    low = np.roll(VOICE, 5_000)[::-1].copy()
    soundfile.write(tmp_path / "call.wav", stereo(high, low), RATE)
    for name, side in (("left", high), ("right", low)):
        soundfile.write(tmp_path / f"{name}.wav", side, RATE)
    return tmp_path / "call.wav"


@pytest.mark.parametrize("channel", ["left", "right", "2"])
def test_one_side_of_a_call(call: Path, channel: str, predictor: sertool.Predictor) -> None:
    side = "left" if channel == "left" else "right"
    found = predictor(call, channel=channel)  # type: ignore[call-overload]
    alone = predictor(call.with_name(f"{side}.wav"))
    assert (found.channel, found.probabilities) == (side, alone.probabilities)
    windows = list(predictor.timeline(call, channel=channel))
    expected = list(predictor.timeline(call.with_name(f"{side}.wav")))
    assert [each.probabilities for each in windows] == [each.probabilities for each in expected]


def test_each_side_of_a_call(call: Path, run: Run, predictor: sertool.Predictor) -> None:
    both = predictor(call, channel="each")  # type: ignore[call-overload]
    assert [each.channel for each in both] == ["left", "right"]
    rows = json.loads(run("predict", call, "--channel", "each", "--format", "json").out)
    assert [row["channel"] for row in rows] == ["left", "right"]
    table = run("predict", call, "--channel", "each", "--format", "csv").out
    assert [row["channel"] for row in csv.DictReader(io.StringIO(table))] == ["left", "right"]
    assert "call.wav, left" in run("predict", call, "--channel", "each").out
    timeline = run("predict", call, "--timeline", "--channel", "each", "--format", "json")
    spans = json.loads(timeline.out)["spans"]
    assert {span["channel"] for span in spans} == {"left", "right"}
    assert "Timeline of 0:03.0, right" in run("predict", call, "--timeline", "--channel=each").out
    refused = run("predict", call, "--timeline", "--channel=each", "--output", "a.png")
    assert refused.code == 2
    assert "holds one channel" in refused.err


def test_a_channel_that_is_not_there(run: Run, call: Path) -> None:
    for given, channel, said in (
        ("left.wav", "right", "has one channel, not 'right'"),
        ("call.wav", "3", "has 2 channels, not '3'"),
        ("call.wav", "middle", "no channel 'middle'; possible: mix, left, right, each"),
    ):
        ran = run("predict", call.with_name(given), "--channel", channel)
        assert ran.code == 2
        assert said in ran.err
    with pytest.raises(BadChoice, match="stands for several"):
        list(sertool.load("xgboost").timeline(call, channel="each"))


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("side", [None, 0, 1])
def test_clipping_is_told_at_every_rate_and_on_either_side(
    rate: int, side: int | None, tmp_path: Path, predictor: sertool.Predictor
) -> None:
    clean = voice(3.0, rate)
    cut = np.clip(12 * clean, -1, 1)
    samples = cut if side is None else stereo(*((cut, clean)[:: 1 - 2 * side]))
    soundfile.write(tmp_path / "a.wav", samples, rate)
    soundfile.write(tmp_path / "clean.wav", clean, rate)
    found = predictor(tmp_path / "a.wav").remarks
    assert [each for each in found if each.startswith("clipped")]
    assert not [each for each in predictor(tmp_path / "clean.wav").remarks if "clipped" in each]
    windows = list(predictor.timeline(tmp_path / "a.wav"))
    assert all(any("clipped" in said for said in each.remarks) for each in windows)
    (inspected,) = inspect(tmp_path, [Clip("a.wav", "sad", "x", "a", "sad")])
    full = np.abs(np.round(cut * 32_767)) >= 32_767
    assert inspected.sound is not None
    assert 0.5 * full.sum() < inspected.sound.n_clipped <= full.sum()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_runs_of_clipping_are_counted_across_blocks(size: int) -> None:
    samples = np.random.default_rng(0).choice([0.5, 1.0, -1.0], (400, 2), p=[0.3, 0.6, 0.1])
    peaks = clipping.Peaks(1_000, 2)
    for start in range(0, 400, size):
        peaks.add(samples[start : start + size])
    assert peaks.n_clipped == clipping.n_clipped(samples) == in_runs(samples)


def in_runs(samples: np.ndarray) -> int:
    """The same, sample by sample."""
    n_clipped = 0
    for channel in samples.T.tolist():
        lengths: list[list[float]] = []
        for value in channel:
            if lengths and lengths[-1][0] == value:
                lengths[-1][1] += 1
            else:
                lengths.append([value, 1])
        n_clipped += sum(int(n) for value, n in lengths if abs(value) == 1 and n >= 3)
    return n_clipped


def test_the_share_near_the_largest_is_that_of_the_part() -> None:
    samples = np.full((3_000, 2), 0.1)
    samples[1_000:1_050, 1] = 0.8
    peaks = clipping.Peaks(1_000, 2)
    for start in range(0, 3_000, 700):
        peaks.add(samples[start : start + 700])
    assert peaks.near_largest(1.0, 2.0) == pytest.approx(1.0)  # the left one does not change
    samples[:, 0] = np.linspace(0, 1, 3_000)
    again = clipping.Peaks(1_000, 2)
    again.add(samples)
    assert again.near_largest(1.0, 2.0) == pytest.approx(0.05, abs=0.06)


GIVEN = {
    "turned": stereo(VOICE, VOICE).T,
    "list": VOICE.tolist(),
    "lists": [VOICE.tolist(), VOICE.tolist()],
    "float64": VOICE.astype(np.float64),
}


@pytest.mark.parametrize("name", GIVEN)
def test_samples_in_other_shapes(name: str, predictor: sertool.Predictor) -> None:
    assert predictor(GIVEN[name], RATE).probabilities == predictor(VOICE, RATE).probabilities


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.int32])
def test_integers_rest_where_they_must(kind: type, predictor: sertool.Predictor) -> None:
    info = np.iinfo(kind)
    half = 2.0 ** (info.bits - 1)
    middle = half if info.min == 0 else 0
    whole = np.clip(np.round(VOICE * half + middle), info.min, info.max).astype(kind)
    expected = ((whole.astype(np.float64) - middle) / half).astype(np.float32)
    assert predictor(whole, RATE).probabilities == predictor(expected, RATE).probabilities


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.zeros((300, 400)), "cannot be told apart"),
        (np.zeros((3, 4)), "cannot be told apart"),
        (np.zeros((2, 3, 4)), r"shape \(2, 3, 4\)"),
        (np.zeros(9_000, complex), "type complex128"),
        (np.zeros(9_000, bool), "type bool"),
        (np.array(["a"] * 9_000), "give floats or integers"),
        ([[0.1] * 90, [0.1] * 80], "different lengths"),
        (np.float64(3.0), r"shape \(\)"),
    ],
)
def test_what_are_no_samples(samples: object, said: str, predictor: sertool.Predictor) -> None:
    with pytest.raises(BadRecording, match=said) as caught:
        predictor(samples, RATE)  # type: ignore[call-overload]
    assert "\n" not in str(caught.value)


def test_open_files_and_bytes(tmp_path: Path, predictor: sertool.Predictor) -> None:
    content = coded(VOICE)
    (tmp_path / "a.wav").write_bytes(content)
    expected = predictor(tmp_path / "a.wav").probabilities
    with (tmp_path / "a.wav").open("rb") as file:
        assert predictor(file).path == str(tmp_path / "a.wav")
        assert predictor(file).probabilities == expected  # it stays where it was
        assert [each.probabilities for each in predictor([file, file])] == [expected] * 2
    assert predictor(io.BytesIO(content)).probabilities == expected
    assert predictor(content).probabilities == expected
    assert len(list(predictor.timeline(io.BytesIO(content)))) == 2
    with pytest.raises(BadChoice, match="opened as text"), (tmp_path / "a.wav").open() as text:
        predictor(text)  # type: ignore[call-overload]
    with pytest.raises(BadChoice, match="closed"):
        predictor(file)
    with pytest.raises(BadChoice, match="rate of its own"):
        predictor(io.BytesIO(content), RATE)
    with pytest.raises(BadChoice, match="int is no recording"):
        predictor(7)  # type: ignore[call-overload]


def test_several_at_once(tmp_path: Path, predictor: sertool.Predictor) -> None:
    (tmp_path / "a.wav").write_bytes(coded(VOICE))
    one = predictor(tmp_path / "a.wav").probabilities
    found = predictor([tmp_path / "a.wav", str(tmp_path / "a.wav")])
    assert [each.probabilities for each in found] == [one, one]
    assert len(predictor([VOICE, VOICE], RATE)) == 2
    assert predictor([]) == []
    with pytest.raises(NotFound, match="nowhere"):
        predictor([tmp_path / "a.wav", tmp_path / "nowhere.wav"])


def test_a_missing_part_is_told_with_the_answer(
    tmp_path: Path, predictor: sertool.Predictor, run: Run
) -> None:
    (tmp_path / "a.wav").write_bytes(coded(voice(10))[: 44 + 2 * 6 * RATE])
    said = "incomplete: 6.0 of 10.0 seconds are there"
    assert said in predictor(tmp_path / "a.wav").remarks
    assert said in list(predictor.timeline(tmp_path / "a.wav"))[-1].remarks
    assert said in run("predict", tmp_path / "a.wav").err
    assert said in run("predict", tmp_path / "a.wav", "--timeline").err


def test_channels_come_apart_from_every_decoder(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.ogg", stereo(VOICE, 0 * VOICE), 16_000)
    with decoding.open_channels(tmp_path / "a.ogg", 99) as stream:
        blocks = np.concatenate(list(stream.channels))
    assert blocks.shape == (VOICE.size, 2)
    assert np.abs(blocks[:, 0]).max() > 0.2 > 100 * np.abs(blocks[:, 1]).max()
