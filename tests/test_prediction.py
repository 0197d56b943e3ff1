"""Training, the model file and predicting: the same numbers on both sides, nothing untrusted."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.neighbors import KNeighborsClassifier
from synthetic import fill, syllables, write_sound

import sertool
from sertool import estimators, registry, store
from sertool.corpora import sources
from sertool.errors import BadModel, BadRecording, NotEnough, NotFound, UnknownName
from sertool.features import sets
from sertool.learning.candidate import Candidate, named
from sertool.models import persistence, prediction, training
from sertool.models.persistence import Model
from sertool.store import extraction, merging

MakeStore = Callable[..., Path]
BACKENDS = ("logistic", "svm", "forest", "xgboost")


def candidate(name: str) -> Candidate:
    return named(name)


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
    X = np.random.default_rng(0).normal(size=(20, 517)).astype(np.float32)
    np.testing.assert_array_equal(loaded.probabilities(X), model.probabilities(X))
    assert loaded.labels == ("angry", "neutral", "sad")
    assert loaded.features == sets.columns(["functionals"])
    assert loaded.about["corpora"]["emodb"]["licence"].startswith("CC0")


@pytest.mark.parametrize("name", BACKENDS)
def test_probabilities_are_calibrated_shares(trained: Callable[[str], Model], name: str) -> None:
    X = np.random.default_rng(1).normal(size=(20, 517)).astype(np.float32)
    probabilities = trained(name).probabilities(X)
    assert probabilities.shape == (20, 3)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("name", prediction.shipped())
def test_features_are_the_same_in_training_and_predicting(
    emodb_folder: Path, tmp_path: Path, name: str
) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    list(extraction.extract(extraction.plan([source], tmp_path / "store", sets.known())))
    table = store.read(tmp_path / "store")
    table = table.filter([each == "original" for each in table.column("variant").to_pylist()])
    assert table.num_rows == 18
    predictor = sertool.load(name)
    numbers = store.matrix(table, predictor.model.features)
    expected = predictor.model.probabilities(numbers)
    for clip, row in zip(table.column("clip").to_pylist(), expected, strict=True):
        predicted = predictor(emodb_folder / clip)
        np.testing.assert_allclose(list(predicted.probabilities.values()), row, atol=1e-6)


def test_open_parameters_are_chosen_on_held_out_speakers(make_store: MakeStore) -> None:
    """With gamma=1e6 no two rows are alike and all are taken for one emotion: the worse choice."""
    asked = replace(candidate("svm"), parameters={"gamma": [1e6, 0.27]})
    model = training.train(store.read(make_store()), asked)
    assert model.about["parameters"] == {"gamma": 0.27}
    assert model.estimator[-1].gamma == 0.27


@pytest.mark.parametrize("n_rows", [1, 20])
def test_a_forest_is_the_mean_of_its_trees_as_scikit_learn_has_it(
    trained: Callable[[str], Model], n_rows: int
) -> None:
    forest = trained("forest").estimator
    X = np.random.default_rng(0).normal(size=(n_rows, 517)).astype(np.float32)
    expected = np.log(np.maximum(forest.predict_proba(X), 1e-6))
    np.testing.assert_array_equal(estimators.get("forest").scores(forest, X), expected)


def test_other_estimators_of_scikit_learn_are_loaded(
    trained: Callable[[str], Model], tmp_path: Path
) -> None:
    """A back end of another package may be made of any."""
    X = np.random.default_rng(0).normal(size=(30, 517)).astype(np.float32)
    neighbours = KNeighborsClassifier(3).fit(X, ["angry", "neutral", "sad"] * 10)
    persistence.save(replace(trained("logistic"), estimator=neighbours), tmp_path / "m.sertool")
    loaded = persistence.load(tmp_path / "m.sertool")
    np.testing.assert_array_equal(loaded.estimator.predict(X), neighbours.predict(X))


def test_every_back_end_ships() -> None:
    assert prediction.shipped() == ("cnn", "forest", "logistic", "svm", "xgboost")
    assert sum(file.stat().st_size for file in prediction.MODELS.iterdir()) < 30e6


@pytest.mark.parametrize("name", prediction.shipped())
def test_shipped_model_says_what_it_was_made_from(name: str) -> None:
    model = sertool.load(name).model
    assert set(model.about["corpora"]) == {"cremad", "emodb"}
    assert all(corpus["citation"] for corpus in model.about["corpora"].values())
    assert model.labels == ("angry", "disgust", "fear", "happy", "neutral", "sad")


def test_a_prediction_says_where_it_listened(tmp_path: Path) -> None:
    predicted = sertool.load("svm")(write_sound(tmp_path / "a.wav", syllables(4.0)))
    assert predicted.emotion == max(predicted.probabilities, key=predicted.probabilities.get)
    assert (predicted.start_s, predicted.end_s) == (0.0, pytest.approx(3.82, abs=0.04))
    assert 0 < predicted.compute_s < 60
    with pytest.warns(DeprecationWarning, match="compute_s"):
        assert predicted.seconds == predicted.compute_s
    assert sum(predicted.probabilities.values()) == pytest.approx(1)


def test_silence_is_no_emotion(tmp_path: Path) -> None:
    silence = write_sound(tmp_path / "a.wav", np.zeros(48_000, np.float32))
    with pytest.raises(BadRecording, match="nobody seems to speak"):
        sertool.load("svm")(silence)


def test_neither_a_name_nor_a_file() -> None:
    with pytest.raises(UnknownName, match="did you mean 'forest'"):
        sertool.load("forst")


def test_no_model_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="sertool train"):
        persistence.load(tmp_path / "none.sertool")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b'{"format": 3}', "a voice file goes with --voice"), (b"words", "it is text")],
)
def test_the_remedy_of_what_is_no_model_harms_nothing(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "m.sertool").write_bytes(content)
    with pytest.raises(BadModel, match=says) as refused:
        persistence.load(tmp_path / "m.sertool")
    assert "train" not in str(refused.value).replace("that sertool train wrote", "")


@pytest.mark.parametrize("content", [b"", b"words", b"sertool model 2 \n"])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.sertool").write_bytes(content)
    with pytest.raises(BadModel, match="is no model file"):
        persistence.load(tmp_path / "m.sertool")


def refused(path: Path, content: bytes) -> str:
    """Why a model file is refused; it takes less than a second of computing."""
    path.write_bytes(content)
    started = time.process_time()
    with pytest.raises(BadModel) as caught:
        persistence.load(path)
    assert time.process_time() - started < 1
    return str(caught.value)


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", how) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return archive.getvalue()


@pytest.mark.parametrize(
    ("content", "number"),
    [(zipped({"schema.json": b"{}"}), 1), (b"sertool model 3 %s\n" % (b"0" * 64), 3)],
    ids=["older", "newer"],
)
def test_a_model_of_another_format_is_answered_with_the_command_that_trains_it_again(
    tmp_path: Path, content: bytes, number: int
) -> None:
    path = tmp_path / "m.sertool"
    again = f"sertool train --estimator NAME --store DIR --output {path}"
    says = refused(path, content)
    assert f"a model of format {number}; this sertool reads format 2" in says
    assert says.endswith(again)


def test_a_truncated_model_file(trained: Callable[[str], Model], tmp_path: Path) -> None:
    persistence.save(trained("svm"), tmp_path / "m.sertool")
    whole = (tmp_path / "m.sertool").read_bytes()
    assert "checksum is wrong" in refused(tmp_path / "m.sertool", whole[: len(whole) // 2])


def test_a_flipped_byte_anywhere_is_refused(
    trained: Callable[[str], Model], tmp_path: Path
) -> None:
    persistence.save(trained("xgboost"), tmp_path / "m.sertool")
    whole = (tmp_path / "m.sertool").read_bytes()
    places = [*range(100), *np.random.default_rng(0).integers(100, len(whole), 100).tolist()]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        assert refused(tmp_path / "m.sertool", bytes(flipped))


@pytest.mark.parametrize(
    ("content", "number"), [(b"PK\x03\x04", 1), (b"sertool model 99 " + b"0" * 64 + b"\n", 99)]
)
def test_a_model_of_another_format_is_answered_with_the_command(
    tmp_path: Path, content: bytes, number: int
) -> None:
    reason = refused(tmp_path / "m.sertool", content)
    assert f"of format {number}; this sertool reads format 2" in reason
    assert f"sertool train --estimator NAME --store DIR --output {tmp_path}" in reason


def test_a_model_with_foreign_types_is_not_built(tmp_path: Path) -> None:
    content = persistence.seal(
        skops.io.dumps({"name": "svm", "about": {}, "estimator": shutil.Error("x")})
    )
    assert "does not load: " in refused(tmp_path / "m.sertool", content)
    assert "shutil.Error" in refused(tmp_path / "m.sertool", content)


def test_zeros_packed_into_next_to_nothing(tmp_path: Path) -> None:
    packing = zlib.compressobj(9)
    million = bytes(1_000_000)
    stream = b"".join(packing.compress(million) for _ in range(1074)) + packing.flush()
    assert len(stream) < 1_100_000
    line = f"sertool model 2 {hashlib.sha256(stream).hexdigest()}\n".encode()
    assert "would unpack to more than" in refused(tmp_path / "m.sertool", line + stream)


def test_members_that_are_packed_again(tmp_path: Path) -> None:
    archive = zipped({"schema.json": bytes(1000)}, zipfile.ZIP_DEFLATED)
    reason = refused(tmp_path / "m.sertool", persistence.seal(archive))
    assert "compressed once more" in reason


def test_members_that_lie_about_their_size(tmp_path: Path) -> None:
    archive = zipped({"schema.json": b"{}"})
    place = archive.index(b"PK\x01\x02") + 24
    lying = archive[:place] + (10**9).to_bytes(4, "little") + archive[place + 4 :]
    reason = refused(tmp_path / "m.sertool", persistence.seal(lying))
    assert "claim more bytes than there are" in reason


def test_one_array_that_is_named_again_and_again(tmp_path: Path) -> None:
    schema = [{"file": "a.npy"}] * 3000
    noise = np.random.default_rng(0).bytes(400_000)
    archive = zipped({"a.npy": noise, "schema.json": json.dumps(schema).encode()})
    reason = refused(tmp_path / "m.sertool", persistence.seal(archive))
    assert "its arrays would take 1200000000 bytes" in reason


@pytest.mark.parametrize("levels", [101, 100_000])
def test_a_schema_that_is_nested_too_deep(tmp_path: Path, levels: int) -> None:
    archive = zipped({"schema.json": b"[" * levels + b"]" * levels, "noise": os.urandom(50_000)})
    reason = refused(tmp_path / "m.sertool", persistence.seal(archive))
    assert "nested deeper" in reason or "recursion" in reason


@pytest.mark.parametrize(
    ("header", "changed"),
    [(b"'shape': (3,)", b"'shape': (3, "), (b"'shape': (3,), }", b"'shape': (3L,),}")],
)
def test_an_array_whose_header_is_no_header(tmp_path: Path, header: bytes, changed: bytes) -> None:
    members = zipfile.ZipFile(io.BytesIO(skops.io.dumps({"a": np.zeros(3)})))
    stored = {name: members.read(name) for name in members.namelist()}
    (array,) = (name for name in stored if name.endswith(".npy"))
    assert header in stored[array]
    stored[array] = stored[array].replace(header, changed)
    reason = refused(tmp_path / "m.sertool", persistence.seal(zipped(stored)))
    assert "is no model file" in reason


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persistence, "MOST_MEMBERS", 2)
    archive = zipped({"a": b"", "b": b"", "schema.json": b"{}"})
    assert "3 members, more than 2" in refused(tmp_path / "m.sertool", persistence.seal(archive))


def test_a_model_of_other_features_is_refused(
    trained: Callable[[str], Model], tmp_path: Path
) -> None:
    other = replace(trained("svm"), features=("loudness",))
    persistence.save(other, tmp_path / "m.sertool")
    with pytest.raises(BadModel, match="uses functionals, which measures other numbers now"):
        sertool.load(tmp_path / "m.sertool")
    about = {name: each for name, each in other.about.items() if name != "feature_sets"}
    persistence.save(replace(other, about=about), tmp_path / "older.sertool")
    with pytest.raises(BadModel, match="are of no set"):
        sertool.load(tmp_path / "older.sertool")


def test_a_model_of_functionals_hears_them(emodb_folder: Path, tmp_path: Path) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    list(extraction.extract(extraction.plan([source], tmp_path / "store", ["functionals"])))
    table = store.read(tmp_path / "store")
    model = training.train(table, candidate("svm"), feature_sets=["functionals"], folds=2)
    persistence.save(model, tmp_path / "m.sertool")
    path = emodb_folder / table.column("clip")[0].as_py()
    heard = sertool.load(tmp_path / "m.sertool")(path)
    numbers = store.matrix(table, sets.columns(["functionals"]))[:1]
    assert list(heard.probabilities.values()) == model.probabilities(numbers)[0].tolist()


@pytest.mark.parametrize(("speakers", "emotions"), [(1, ("angry", "sad")), (3, ("angry",))])
def test_too_little_to_train_on(
    make_store: MakeStore, speakers: int, emotions: tuple[str, ...]
) -> None:
    table = store.read(make_store(speakers=speakers, emotions=emotions))
    with pytest.raises(NotEnough, match="at least two"):
        training.train(table, candidate("svm"))


def test_training_on_one_variant_calibrates_on_it(make_store: MakeStore) -> None:
    table = training.select_rows(store.read(make_store()), "six", ["noise"])
    model = training.train(table, candidate("forest"))
    assert model.about["variants"] == ["noise"]


def test_an_emotion_of_one_speaker_cannot_be_calibrated(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 3, ("angry", "sad", "happy"), 3)
    of_one = [clip for clip in clips if clip.emotion != "happy" or clip.speaker == "01"]
    merging.merge(tmp_path, corpus, of_one, [sets.get("functionals")])
    with pytest.raises(NotEnough, match="nobody is left who is happy"):
        training.train(store.read(tmp_path), candidate("svm"))


def test_a_zip_that_is_no_model(tmp_path: Path) -> None:
    reason = refused(tmp_path / "m.sertool", persistence.seal(zipped({"other.txt": b"words"})))
    assert "is no model file" in reason


def test_samples_without_a_channel_are_refused() -> None:
    with pytest.raises(BadRecording, match=r"samples of shape \(100, 0\); give"):
        prediction.load("xgboost")(np.zeros((100, 0), np.float32), rate=16_000)
