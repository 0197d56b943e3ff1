"""Predictors on samples, single windows and long recordings."""

from __future__ import annotations

import dataclasses
import io
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from synthetic import SAMPLE, needs_sample, tone, write_sound

import sertool
from sertool import audio, registry, store
from sertool.corpora import sources
from sertool.errors import BadChoice, BadRecording, NotFound
from sertool.features import sets
from sertool.models import prediction
from sertool.models.prediction import Predictor
from sertool.store import extraction
from sertool.types import Signal

RATE = 16_000


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return sertool.load("xgboost")


def speech(seconds: float) -> np.ndarray:
    """A buzz that comes and goes three times a second."""
    sound = tone(seconds)
    return sound * (np.sin(2 * np.pi * 3 * np.arange(sound.size) / RATE) > 0).astype(np.float32)


def values(found: sertool.Prediction) -> list[float]:
    return list(found.probabilities.values())


@pytest.mark.parametrize("channels", [1, 2])
def test_samples_are_heard_as_the_file_that_holds_them(
    predictor: Predictor, tmp_path: Path, channels: int
) -> None:
    samples = (np.tile(speech(4.0), (channels, 1)).T * 2**15).astype(np.int16).squeeze()
    of_file = predictor(write_sound(tmp_path / "a.wav", samples))
    of_samples = predictor(samples, rate=RATE)
    assert of_samples.path == prediction.ARRAY
    assert values(of_samples) == values(of_file)
    assert values(predictor(samples / 2**15, rate=RATE)) == values(of_file)


def test_a_window_is_heard_as_the_recording_that_it_is_cut_from(predictor: Predictor) -> None:
    whole = audio.resample(Signal(speech(2.4), RATE))
    found, of_whole = predictor.window(whole, 7.0), predictor(whole.samples, rate=whole.rate)
    assert values(found) == values(of_whole)
    assert (found.start_s, found.end_s) == (7 + of_whole.start_s, 7 + of_whole.end_s)


@pytest.mark.parametrize("seconds", [0.09, 2.51])
def test_a_window_of_another_length_is_refused(predictor: Predictor, seconds: float) -> None:
    with pytest.raises(BadRecording, match=r"possible are 0\.1 to 2\.5 s"):
        predictor.window(Signal(speech(seconds), RATE))


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_a_full_window_at_any_rate(predictor: Predictor, rate: int) -> None:
    samples = tone(2.5, rate)
    assert predictor.window(Signal(samples, rate)).end_s == pytest.approx(2.5, abs=1e-4)


def test_samples_need_their_rate_and_files_have_one(predictor: Predictor, tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match="need their rate"):
        predictor(speech(1.0))
    path = write_sound(tmp_path / "a.wav", speech(1.0))
    with pytest.raises(BadChoice, match="rate of its own"):
        predictor(path, rate=RATE)
    with pytest.raises(BadChoice, match="rate of its own"):
        next(predictor.timeline(path, rate=RATE))


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (np.zeros((2, 2, 2)), RATE, "shape"),
        (np.full(RATE, np.nan), RATE, "NaN"),
        (np.zeros(RATE), 10, "claims 10 Hz"),
        (np.zeros(RATE), RATE, "nobody seems to speak"),
        (np.ones(10), RATE, "too short"),
    ],
)
def test_samples_that_cannot_be_used(
    predictor: Predictor, samples: np.ndarray, rate: int, message: str
) -> None:
    with pytest.raises(BadRecording, match=message):
        predictor(samples, rate=rate)


def test_a_channel_in_which_nobody_speaks_is_named_beside_the_other(predictor: Predictor) -> None:
    sides = np.stack([speech(2.0), np.zeros(2 * RATE, np.float32)])
    (found,) = predictor(sides, rate=RATE, channel="each")
    assert found.channel == "left"
    assert "not answered, right: array: nobody seems to speak" in found.remarks[-1]
    assert values(predictor(sides, rate=RATE, channel=1)) == values(found)  # type: ignore[arg-type]
    with pytest.raises(BadRecording, match=r"right: .*nobody seems to speak"):
        predictor(sides, rate=RATE, channel="right")


def test_numbers_that_do_not_say_their_range_and_rates_that_are_none(predictor: Predictor) -> None:
    whole = (speech(1.0) * 2**15).astype(int)
    with pytest.raises(BadRecording, match=r"int64.*numpy\.int16"):
        predictor(whole.tolist(), rate=RATE)
    with pytest.raises(BadChoice, match="a rate of '16000'"):
        predictor(whole.astype(np.int16), rate="16000")  # type: ignore[arg-type]


def test_a_file_that_was_left_at_its_end_and_a_folder(predictor: Predictor, tmp_path: Path) -> None:
    written = io.BytesIO()
    soundfile.write(written, speech(2.0), RATE, format="WAV")
    assert written.tell() > 0
    assert predictor(written).emotion in predictor.model.labels
    with pytest.raises(NotFound, match="it is a folder"):
        predictor(tmp_path)


def test_a_timeline_of_a_file_is_that_of_its_samples(predictor: Predictor, tmp_path: Path) -> None:
    sound = speech(6.3)
    path = tmp_path / "a.wav"
    soundfile.write(path, sound, RATE, subtype="FLOAT")
    of_file = list(predictor.timeline(path))
    of_samples = list(predictor.timeline(sound, RATE))
    assert [each.start_s for each in of_file] == pytest.approx([0, 1, 2, 3, 3.8])
    assert list(map(values, of_file)) == list(map(values, of_samples))


def test_a_timeline_leaves_silence_out(predictor: Predictor) -> None:
    pause = np.random.default_rng(0).normal(0, 1e-5, RATE * 10).astype(np.float32)
    sound = np.concatenate([speech(5.0), pause, speech(5.0)])
    found = list(predictor.timeline(sound, RATE))
    assert all(each.start_s < 5 or each.end_s > 15 for each in found)
    first = next(sertool.spans(found))
    assert first.start_s < 4.6 < first.end_s < 15
    assert found[-1].end_s == pytest.approx(20, abs=0.3)


def test_a_timeline_that_is_closed_early_closes_its_file(
    predictor: Predictor, tmp_path: Path
) -> None:
    found = predictor.timeline(write_sound(tmp_path / "a.wav", speech(5.0)))
    next(found)
    found.close()
    (tmp_path / "a.wav").unlink()


def test_memory_does_not_grow_with_the_length(predictor: Predictor, tmp_path: Path) -> None:
    def peak(seconds: int) -> int:
        """Largest memory that was asked for, in a recording of silence but for its start."""
        path = tmp_path / f"{seconds}.wav"
        with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
            file.write(speech(3.0))
            for _ in range(seconds // 10):
                file.write(np.zeros(RATE * 10, np.float32))
        tracemalloc.start()
        assert sum(1 for _ in predictor.timeline(path)) < 5
        _, largest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return largest

    peak(30)
    assert peak(600) < peak(60) + 5e6  # the longer one has 34 MB more of samples


def test_a_remark_on_what_was_not_heard(predictor: Predictor) -> None:
    assert "4.0 of 12 s were analysed" in predictor(speech(12.0), rate=RATE).remarks[-1]
    assert "were analysed" not in "".join(predictor(speech(4.0), rate=RATE).remarks)


def test_foreign_sound_is_never_sure(predictor: Predictor) -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, RATE * 3)
    found = predictor(noise * np.linspace(0, 1, noise.size), rate=RATE)
    assert any("out of distribution" in remark for remark in found.remarks)
    assert not found.confident


def test_sure_is_by_the_threshold_of_the_model(predictor: Predictor) -> None:
    sure = Predictor(dataclasses.replace(predictor.model, sure_from=0.0, most_outside=1.0))
    never = Predictor(dataclasses.replace(predictor.model, sure_from=1.0, most_outside=1.0))
    assert sure(speech(3.0), rate=RATE).confident
    assert not never(speech(3.0), rate=RATE).confident


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both feature sets of 100 recordings of EmoDB."""
    folder = tmp_path_factory.mktemp("sample")
    whole = sources.folder_source(registry.get("corpora", "emodb"), SAMPLE / "emodb")
    source = dataclasses.replace(whole, clips=whole.clips[:100])
    list(extraction.extract(extraction.plan([source], folder, sets.known())))
    return folder


@needs_sample
@pytest.mark.parametrize("name", prediction.shipped())
def test_a_hundred_recordings_are_heard_as_their_rows_of_the_store(
    sample_store: Path, name: str
) -> None:
    predictor = sertool.load(name)
    table = store.read(sample_store)
    table = table.filter([each == "original" for each in table.column("variant").to_pylist()])
    numbers = store.matrix(table, predictor.model.features)
    assert len(numbers) == 100
    expected = predictor.model.probabilities(numbers)
    clips = [SAMPLE / "emodb" / clip for clip in table.column("clip").to_pylist()]
    found = np.array([values(predictor(clip)) for clip in clips])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


@needs_sample
def test_a_timeline_of_joined_recordings_hears_each_within_a_window(tmp_path: Path) -> None:
    """Where two clips of 2.5 s meet a window, the windows on them are those of the clips."""
    predictor = sertool.load("svm")
    clips = [audio.load(p).signal for p in sorted((SAMPLE / "emodb").rglob("*.flac"))]
    clips = [clip for clip in clips if clip.samples.size == 55_125][:12]
    joined = np.concatenate([clip.samples for clip in clips])
    heard = list(predictor.timeline(joined, 22_050, hop_s=2.5))
    assert len(heard) == len(clips)
    for number, (clip, found) in enumerate(zip(clips, heard, strict=True)):
        alone = predictor.window(clip, 2.5 * number)
        assert found.start_s == pytest.approx(alone.start_s)
        assert values(found) == pytest.approx(values(alone), abs=1e-6)


def spoken_blocks(rate: int, seconds: float) -> Iterator[np.ndarray]:
    """Speech of 8 to 20 s and near silence of 6 to 12 s in turn, of lengths that share no beat."""
    random = np.random.default_rng(0)
    paths = sorted((SAMPLE / "emodb").rglob("*.flac"))
    clips = [audio.resample(audio.read(path), rate).samples for path in paths]
    total = 0
    while total < seconds * rate:
        chosen = [clips[number] for number in random.permutation(len(clips))]
        lengths = np.cumsum([clip.size for clip in chosen])
        speech = np.concatenate(
            chosen[: 1 + np.searchsorted(lengths, random.uniform(8, 17) * rate)]
        )
        silence = random.normal(0, 1e-5, round(random.uniform(6, 12) * rate)).astype(np.float32)
        yield from (0.9 * speech / np.abs(speech).max(), silence)
        total += speech.size + silence.size


@needs_sample
@pytest.mark.slow
@pytest.mark.parametrize(("rate", "suffix"), [(44_100, "ogg"), (48_000, "mp3")])
def test_the_joins_of_an_hour_are_where_they_are_to_the_end(
    predictor: Predictor, tmp_path: Path, rate: int, suffix: str
) -> None:
    """Where speech begins and ends, spans do, within a window, the last as well as the first."""
    path, joins = tmp_path / f"a.{suffix}", [0.0]
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        for block in spoken_blocks(rate, 3600.0):
            file.write(block)
            joins.append(joins[-1] + block.size / rate)
    found = sertool.spans(predictor.timeline(path))
    begins, ends = joined((span.start_s, span.end_s) for span in found)
    assert len(begins) == len(joins) // 2 > 100
    early, late = np.subtract(joins[:-1:2], begins), np.subtract(ends, joins[1::2])
    for deviations in (early, late):
        assert np.abs(deviations).max() <= 2.5
        drift = deviations[-20:].mean() - deviations[:20].mean()
        assert abs(drift) < 4 * deviations.std() * np.sqrt(2 / 20)


def joined(spans: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Where speech of any emotion begins and ends: spans that touch are one."""
    begins, ends = [], []
    for start_s, end_s in spans:
        if ends and ends[-1] == start_s:
            ends[-1] = end_s
        else:
            begins.append(start_s)
            ends.append(end_s)
    return begins, ends
