from pathlib import Path

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sertool.errors import BadChoice, NotEnough
from sertool.learning import normalisation
from sertool.types import NORMALISATIONS

SAMPLES = Path(__file__).parents[2] / "shared/corpora"
N_ROWS = 240


@pytest.fixture
def features():
    generator = np.random.default_rng(0)
    X = generator.normal(5, 3, size=(N_ROWS, 7)) * 10.0 ** np.arange(-3, 4)
    X[:, 3] = 0.1
    return X.astype(np.float32)


CORPORA = np.array(["emodb", "ravdess"])[np.arange(N_ROWS) % 2]
SPEAKERS = np.array(["01", "02", "03"])[np.arange(N_ROWS) // 2 % 3]
TRAIN = np.arange(0, N_ROWS, 3)


def normalise(X, how):
    return normalisation.normalise(X, how=how, train=TRAIN, corpora=CORPORA, speakers=SPEAKERS)


@pytest.mark.parametrize("how", NORMALISATIONS)
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_shape_and_precision_are_kept(features, how, precision):
    X = features.astype(precision)
    before = X.copy()
    found = normalise(X, how)
    assert found.shape == X.shape
    assert found.dtype == precision
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(X, before)


def test_none_changes_nothing(features):
    np.testing.assert_array_equal(normalise(features, "none"), features)


def test_train_equals_scikit_learn(features):
    X = features.astype(np.float64)
    expected = StandardScaler().fit(X[TRAIN]).transform(X)
    np.testing.assert_allclose(normalise(X, "train"), expected, rtol=1e-7, atol=1e-9)


def test_train_does_not_look_at_the_test_rows(features):
    changed = features.copy()
    test = np.setdiff1d(np.arange(N_ROWS), TRAIN)
    changed[test] += 100
    before, after = normalise(features, "train"), normalise(changed, "train")
    np.testing.assert_array_equal(after[TRAIN], before[TRAIN])


@pytest.mark.parametrize(
    ("how", "groups"),
    [("corpus", CORPORA), ("speaker", np.char.add(CORPORA, SPEAKERS))],
    ids=["corpus", "speaker"],
)
def test_each_group_equals_scikit_learn_on_its_own_rows(features, how, groups):
    X = features.astype(np.float64)
    found = normalise(X, how)
    assert len(np.unique(groups)) == {"corpus": 2, "speaker": 6}[how]
    for group in np.unique(groups):
        expected = StandardScaler().fit_transform(X[groups == group])
        np.testing.assert_allclose(found[groups == group], expected, rtol=1e-7, atol=1e-9)


def test_speakers_of_one_name_in_two_corpora_are_two(features):
    changed = features.copy()
    changed[(CORPORA == "emodb") & (SPEAKERS == "01")] *= 2
    other = (CORPORA == "ravdess") & (SPEAKERS == "01")
    before, after = normalise(features, "speaker"), normalise(changed, "speaker")
    np.testing.assert_array_equal(after[other], before[other])


def test_extremes_scale_training_and_test_rows_each_by_themselves(features):
    X = features.astype(np.float64)
    found = normalise(X, "extremes")
    for rows in (TRAIN, np.setdiff1d(np.arange(N_ROWS), TRAIN)):
        np.testing.assert_allclose(found[rows], MinMaxScaler().fit_transform(X[rows]))


@pytest.mark.parametrize("how", ["train", "corpus", "speaker", "extremes"])
def test_a_constant_feature_becomes_zero(features, how):
    assert (normalise(features, how)[:, 3] == 0).all()


def test_the_only_row_of_a_speaker_becomes_zero(features):
    speakers = SPEAKERS.copy()
    speakers[5] = "alone"
    found = normalisation.normalise(
        features, how="speaker", train=TRAIN, corpora=CORPORA, speakers=speakers
    )
    assert (found[5] == 0).all()


def test_small_spread_on_a_large_mean_survives_single_precision():
    X = np.full((50_000, 1), 4096, dtype=np.float32)
    X[::2] += 0.5
    rows = np.arange(len(X))
    one = np.full(len(X), "one")
    found = normalisation.normalise(X, how="train", train=rows, corpora=one, speakers=one)
    np.testing.assert_allclose(np.unique(found), [-1, 1], rtol=1e-6)


def test_minmax_all_equals_scikit_learn(features):
    X = features.astype(np.float64)
    np.testing.assert_allclose(normalisation.minmax_all(X), MinMaxScaler().fit_transform(X))
    assert normalisation.minmax_all(features).dtype == np.float32


def test_unknown_way_is_refused(features):
    with pytest.raises(BadChoice, match="did you mean 'speaker'"):
        normalise(features, "speakers")


def test_no_training_rows_are_refused(features):
    with pytest.raises(NotEnough, match="no rows"):
        normalisation.normalise(
            features,
            how="train",
            train=np.array([], dtype=int),
            corpora=CORPORA,
            speakers=SPEAKERS,
        )
