"""Training, the model file and predicting: the same numbers on both sides, nothing untrusted."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skops.io
from synthetic import fill, tone, write_sound

import sertool
from sertool import extraction, features, persistence, prediction, registry, store, training
from sertool.errors import BadModel, BadRecording, NotEnough, NotFound, UnknownName
from sertool.persistence import Model
from sertool.specification import Candidate

MakeStore = Callable[..., Path]
BACKENDS = ("svm", "forest", "xgboost")


def candidate(name: str) -> Candidate:
    return Candidate(name, registry.get("estimators", name))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Model]:
    """A function that trains a back end on made-up features, once each."""

    folder = tmp_path_factory.mktemp("trained")
    fill(folder, registry.get("corpora", "emodb"), 6, ("angry", "neutral", "sad"), 4)
    models: dict[str, Model] = {}

    def train(name: str) -> Model:
        if name not in models:
            models[name] = training.train(store.read(folder), candidate(name))
        return models[name]

    return train


@pytest.mark.parametrize("name", BACKENDS)
def test_a_saved_model_predicts_the_same(
    trained: Callable[[str], Model], tmp_path: Path, name: str
) -> None:
    model = trained(name)
    persistence.save(model, tmp_path / "m.sertool")
    loaded = persistence.load(tmp_path / "m.sertool")
    X = np.random.default_rng(0).normal(size=(20, 178)).astype(np.float32)
    np.testing.assert_array_equal(loaded.probabilities(X), model.probabilities(X))
    assert loaded.labels == ("angry", "neutral", "sad")
    assert loaded.features == sertool.FEATURE_NAMES
    assert loaded.about["corpora"]["emodb"]["licence"].startswith("CC0")


@pytest.mark.parametrize("name", BACKENDS)
def test_probabilities_are_calibrated_shares(trained: Callable[[str], Model], name: str) -> None:
    X = np.random.default_rng(1).normal(size=(20, 178)).astype(np.float32)
    probabilities = trained(name).probabilities(X)
    assert probabilities.shape == (20, 3)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("name", prediction.shipped())
def test_features_are_the_same_in_training_and_predicting(
    emodb_folder: Path, tmp_path: Path, name: str
) -> None:
    source = extraction.source(registry.get("corpora", "emodb"), emodb_folder)
    list(extraction.extract(extraction.plan([source], tmp_path / "store", features.SETS)))
    table = store.read(tmp_path / "store")
    predictor = sertool.load(name)
    numbers = store.matrix(table, predictor.model.features)[::3]
    expected = predictor.model.probabilities(numbers)
    for clip, row in zip(table.column("clip").to_pylist()[::3], expected, strict=True):
        predicted = predictor(emodb_folder / clip)
        np.testing.assert_allclose(list(predicted.probabilities.values()), row, atol=1e-6)


def test_every_back_end_ships() -> None:
    assert prediction.shipped() == ("cnn", "forest", "svm", "xgboost")
    assert sum(file.stat().st_size for file in prediction.MODELS.iterdir()) < 30e6


@pytest.mark.parametrize("name", prediction.shipped())
def test_shipped_model_says_what_it_was_made_from(name: str) -> None:
    model = sertool.load(name).model
    assert set(model.about["corpora"]) == {"cremad", "emodb"}
    assert all(corpus["citation"] for corpus in model.about["corpora"].values())
    assert model.labels == ("angry", "disgust", "fear", "happy", "neutral", "sad")


def test_a_prediction_says_where_it_listened(tmp_path: Path) -> None:
    predicted = sertool.load("svm")(write_sound(tmp_path / "a.wav", tone(4.0)))
    assert predicted.emotion == max(predicted.probabilities, key=predicted.probabilities.get)
    assert (predicted.start_s, predicted.end_s) == (0.6, pytest.approx(3.1))
    assert 0 < predicted.seconds < 60
    assert sum(predicted.probabilities.values()) == pytest.approx(1)


def test_silence_is_no_emotion(tmp_path: Path) -> None:
    silence = write_sound(tmp_path / "a.wav", np.zeros(48_000, np.float32))
    with pytest.raises(BadRecording, match="digital silence"):
        sertool.load("svm")(silence)


def test_neither_a_name_nor_a_file() -> None:
    with pytest.raises(UnknownName, match="did you mean 'forest'"):
        sertool.load("forst")


def test_no_model_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="sertool train"):
        persistence.load(tmp_path / "none.sertool")


@pytest.mark.parametrize("content", [b"", b"words", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.sertool").write_bytes(content)
    with pytest.raises(BadModel, match="model"):
        persistence.load(tmp_path / "m.sertool")


def test_a_truncated_model_file(trained: Callable[[str], Model], tmp_path: Path) -> None:
    persistence.save(trained("svm"), tmp_path / "m.sertool")
    whole = (tmp_path / "m.sertool").read_bytes()
    (tmp_path / "m.sertool").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadModel, match="no model file"):
        persistence.load(tmp_path / "m.sertool")


def test_a_model_of_another_format(tmp_path: Path) -> None:
    skops.io.dump({"format": 99}, tmp_path / "m.sertool")
    with pytest.raises(BadModel, match="format 99"):
        persistence.load(tmp_path / "m.sertool")


def test_a_model_with_foreign_types_is_not_built(tmp_path: Path) -> None:
    skops.io.dump({"format": 1, "estimator": shutil.Error("x")}, tmp_path / "m.sertool")
    with pytest.raises(BadModel, match=r"does not load: .*shutil\.Error"):
        persistence.load(tmp_path / "m.sertool")


def test_a_file_that_would_unpack_to_too_much(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "m.sertool", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("schema.json", "w") as entry,
    ):
        for _ in range(1 + persistence.LARGEST_BYTES // 10_000_000):
            entry.write(bytes(10_000_000))
    with pytest.raises(BadModel, match="refused"):
        persistence.load(tmp_path / "m.sertool")


def test_a_model_of_other_features_is_refused(
    trained: Callable[[str], Model], tmp_path: Path
) -> None:
    other = replace(trained("svm"), features=("loudness",))
    persistence.save(other, tmp_path / "m.sertool")
    with pytest.raises(BadModel, match="are of no set"):
        sertool.load(tmp_path / "m.sertool")


def test_a_model_of_functionals_hears_them(emodb_folder: Path, tmp_path: Path) -> None:
    source = extraction.source(registry.get("corpora", "emodb"), emodb_folder)
    list(extraction.extract(extraction.plan([source], tmp_path / "store", ["functionals"])))
    table = store.read(tmp_path / "store")
    model = training.train(table, candidate("svm"), feature_sets=["functionals"], folds=2)
    persistence.save(model, tmp_path / "m.sertool")
    path = emodb_folder / table.column("clip")[0].as_py()
    heard = sertool.load(tmp_path / "m.sertool")(path)
    numbers = store.matrix(table, store.columns(["functionals"]))[:1]
    assert list(heard.probabilities.values()) == model.probabilities(numbers)[0].tolist()


@pytest.mark.parametrize(("speakers", "emotions"), [(1, ("angry", "sad")), (3, ("angry",))])
def test_too_little_to_train_on(
    make_store: MakeStore, speakers: int, emotions: tuple[str, ...]
) -> None:
    table = store.read(make_store(speakers=speakers, emotions=emotions))
    with pytest.raises(NotEnough, match="at least two"):
        training.train(table, candidate("svm"))


def test_training_on_one_variant_calibrates_on_it(make_store: MakeStore) -> None:
    table = training.rows(store.read(make_store()), "six", ["noise"])
    model = training.train(table, candidate("forest"))
    assert model.about["variants"] == ["noise"]


def test_an_emotion_of_one_speaker_cannot_be_calibrated(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 3, ("angry", "sad", "happy"), 3)
    store.merge(tmp_path, corpus, [c for c in clips if c.emotion != "happy" or c.speaker == "01"])
    with pytest.raises(NotEnough, match="nobody is left who is happy"):
        training.train(store.read(tmp_path), candidate("svm"))


def test_a_zip_that_is_no_model(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.sertool", "w") as archive:
        archive.writestr("other.txt", "words")
    with pytest.raises(BadModel, match="no model file"):
        persistence.load(tmp_path / "m.sertool")
