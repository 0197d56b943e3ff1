"""A speaker's own voice: measured as in training, believed by the number of clips, checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import soundfile
from sklearn.linear_model import LogisticRegression
from synthetic import EMODB_NAMES, syllables, tone, write_sound

import sertool
from sertool import audio, estimators, features, registry, store
from sertool.audio.windows import described_part
from sertool.corpora import sources
from sertool.errors import BadChoice, BadRecording, BadVoice, CannotWrite, NotEnough, NotFound
from sertool.features import sets
from sertool.features.sets import functionals
from sertool.features.spectrum import Spectrum
from sertool.learning.candidate import named
from sertool.models import persistence, training, voice
from sertool.models.persistence import Model
from sertool.store import extraction
from sertool.types import Signal

NAMES = functionals.FEATURES
COLUMNS = sets.columns(["functionals"])
SPEAKER = "03"
MEANS = dict.fromkeys(COLUMNS, 0.5)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    for number, name in enumerate(EMODB_NAMES):
        write_sound(folder / "wav" / name, syllables(1.2, pitch=120 + 15 * number))
    return folder


@pytest.fixture(scope="module")
def table(recordings: Path, tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("store")
    source = sources.folder_source(registry.get("corpora", "emodb"), recordings)
    list(extraction.extract(extraction.plan([source], place, ["functionals"])))
    rows = store.read(place)
    return rows.filter(pc.equal(rows.column("variant"), "original"))


@pytest.fixture(scope="module")
def model(table) -> Model:
    candidate = named("svm")
    return training.train(table, candidate, feature_sets=["functionals"], folds=2)


def scores(model: Model, X: np.ndarray) -> np.ndarray:
    scaled = ((X - model.center) / model.scale).astype(np.float32)
    return estimators.get(model.name).scores(model.estimator, scaled)


def bursts(seconds: float, rate: int) -> np.ndarray:
    """As speech, in that it is loud for 0.3 s and quiet for 0.2 s by turns."""
    sound = tone(seconds, rate)
    loud = np.arange(sound.size) / rate % 0.5 < 0.3
    return np.where(loud, sound, 0.001 * sound).astype(np.float32)


def own(recordings: Path) -> list[Path]:
    return sorted((recordings / "wav").glob(f"{SPEAKER}*"))


def test_a_voice_is_the_mean_of_what_the_store_holds_of_the_speaker(
    recordings: Path, table
) -> None:
    own_voice = sertool.calibrate(own(recordings))
    rows = table.filter(pc.equal(table.column("speaker"), SPEAKER))
    expected = store.matrix(rows, COLUMNS).astype(np.float64).mean(axis=0)
    assert own_voice.clips == rows.num_rows == 6
    np.testing.assert_array_equal(list(own_voice.means.values()), expected)
    assert tuple(own_voice.means) == COLUMNS


def test_predicting_with_a_voice_is_arithmetic_on_the_store(
    recordings: Path, table, model: Model, tmp_path: Path
) -> None:
    persistence.save(model, tmp_path / "m.sertool")
    voice.save(sertool.calibrate(own(recordings)), tmp_path / "me.json")
    predictor = sertool.load(tmp_path / "m.sertool")
    mine = predictor.for_speaker(sertool.load_voice(tmp_path / "me.json"))
    X = store.matrix(table, COLUMNS).astype(np.float64)
    is_own = np.asarray(table.column("speaker").to_pylist()) == SPEAKER
    weight = 6 / (6 + 5)
    centre = (1 - weight) * X.mean(axis=0) + weight * X[is_own].mean(axis=0)
    expected = model.calibrator.predict_proba(scores(replace(model, center=centre), X[is_own]))
    paths = [recordings / clip for clip in table.column("clip").to_pylist()]
    for path, row in zip(np.array(paths)[is_own], expected, strict=True):
        np.testing.assert_allclose(list(mine(path).probabilities.values()), row, rtol=1e-6)
    assert mine(path).probabilities != predictor(path).probabilities


def test_a_constant_difference_between_speakers_is_taken_out(table, model: Model) -> None:
    X = store.matrix(table, COLUMNS).astype(np.float64)
    smooth = LogisticRegression(C=0.01).fit(
        (X - model.center) / model.scale, table.column("emotion").to_pylist()
    )
    model = replace(model, name="logistic", estimator=smooth)
    colour = 2 * model.scale * np.random.default_rng(0).normal(size=len(COLUMNS))
    means = dict(zip(COLUMNS, (model.center + colour).tolist(), strict=True))
    mine = voice.for_speaker(model, voice.Voice(voice.MOST_CLIPS, means))
    np.testing.assert_allclose(scores(mine, X + colour), scores(model, X), atol=1e-3)
    assert np.abs(scores(model, X + colour) - scores(model, X)).max() > 0.1
    np.testing.assert_allclose(mine.lowest - model.lowest, colour, rtol=1e-3)
    np.testing.assert_allclose(mine.highest - model.highest, colour, rtol=1e-3)


def test_a_long_recording_is_cut_where_somebody_speaks(tmp_path: Path) -> None:
    silence = np.zeros(5 * 22_050, np.float32)
    sound = np.concatenate([bursts(7.5, 22_050), silence])
    path = write_sound(tmp_path / "a.wav", sound, 22_050)
    samples, rate = soundfile.read(path, dtype="float32")
    windows = [Signal(samples[start : start + 55_125], rate) for start in (0, 55_125, 110_250)]
    parts = [described_part(each, audio.RULES["utterance"])[0] for each in windows]
    expected = [features.compute(Spectrum.of(each), NAMES) for each in parts]
    np.testing.assert_array_equal(voice.speech_features(path), expected)


def test_a_short_recording_is_one_clip_as_in_training(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", syllables(4.9))
    expected = sertool.clip_features(path, feature_sets=["functionals"])
    np.testing.assert_array_equal(voice.speech_features(path), expected)


@pytest.mark.parametrize("seconds", [2.0, 12.0])
def test_nobody_speaks(tmp_path: Path, seconds: float) -> None:
    path = write_sound(tmp_path / "a.wav", np.zeros(round(seconds * 16_000), np.float32))
    with pytest.raises(BadRecording, match=r"a\.wav.*(holds no speech|nobody seems to speak)"):
        voice.speech_features(path)


def test_too_short_is_said_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=r"a\.wav.*too short"):
        voice.speech_features(write_sound(tmp_path / "a.wav", tone(0.05)))


def test_no_recording() -> None:
    with pytest.raises(NotEnough, match="at least one recording"):
        sertool.calibrate([])


def test_a_model_of_the_study_s_features_takes_no_voice(model: Model) -> None:
    other = replace(model, features=(*COLUMNS[1:], "zcr"))
    with pytest.raises(BadChoice, match=r"1 other features \(zcr"):
        voice.for_speaker(other, voice.Voice(10, MEANS))


def test_the_network_that_ships_takes_no_voice() -> None:
    with pytest.raises(BadChoice, match="cnn uses 178 other features"):
        sertool.load("cnn").for_speaker(voice.Voice(10, MEANS))


def test_means_that_no_speech_has(model: Model) -> None:
    with pytest.raises(BadVoice, match="no speech has"):
        voice.for_speaker(model, voice.Voice(10, MEANS | {COLUMNS[0]: 1e30}))


def test_a_voice_file_keeps_every_digit(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=len(COLUMNS)).tolist()
    saved = voice.Voice(7, dict(zip(COLUMNS, numbers, strict=True)))
    voice.save(saved, tmp_path / "new" / "me.json")
    assert voice.load(tmp_path / "new" / "me.json") == saved


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no voice file"),
        ("\xff", "no voice file"),
        ("[" * 100_000, "no voice file"),
        ("[]", "format 3"),
        ('{"format": 1, "clips": 3, "means": {"zcr": 1}}', "format 3.*make it again"),
        ('{"format": 3}', "'clips'"),
        ('{"format": 3, "clips": 0, "means": {}}', "'clips'"),
        ('{"format": 3, "clips": true, "means": {}}', "'clips'"),
        ('{"format": 3, "clips": 1e9, "means": {}}', "'clips'"),
        ('{"format": 3, "clips": 3}', "'means'"),
        ('{"format": 3, "clips": 3, "means": [1]}', "'means'"),
        ('{"format": 3, "clips": 3, "means": {"zcr": NaN}}', "'means'"),
        ('{"format": 3, "clips": 3, "means": {"zcr": -Infinity}}', "'means'"),
        ('{"format": 3, "clips": 3, "means": {"zcr": "1"}}', "'means'"),
        ('{"format": 3, "clips": 3, "means": {"zcr": true}}', "'means'"),
        ('{"format": 3, "clips": 3, "means": {"zcr": 1' + 400 * "0" + "}}", "'means'"),
        ('{"format": 3, "clips": 3, "means": {"zcr": 1' + 5000 * "0" + "}}", "no voice file"),
        (1_000_001 * " ", "too many"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_voice(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "me.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(BadVoice, match=says):
        voice.load(tmp_path / "me.json")


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite):
        voice.save(voice.Voice(7, MEANS), tmp_path / "file" / "me.json")


def test_no_voice_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="sertool calibrate"):
        voice.load(tmp_path / "none.json")


def test_a_voice_of_other_features_is_no_voice_for_a_model(model: Model, tmp_path: Path) -> None:
    content = {"format": 3, "clips": 3, "means": {"loudness": 1.0}}
    (tmp_path / "me.json").write_text(json.dumps(content))
    with pytest.raises(BadChoice, match="517 other features"):
        voice.for_speaker(model, voice.load(tmp_path / "me.json"))
