from pathlib import Path

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from typer.main import get_command

from sertool import registry
from sertool.cli import app
from sertool.errors import BadPlugin, NotEnough, UnknownName
from sertool.learning import normalisations
from sertool.learning.normalisations import Groups, Normalisation
from sertool.registry import Origin

NAMES = registry.names("normalisations")

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
GROUPS = Groups(TRAIN, CORPORA, SPEAKERS)


def normalise(X, how):
    return normalisations.normalise(X.copy(), normalisations.get(how), GROUPS)


@pytest.mark.parametrize("how", NAMES)
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
    found = normalisations.normalise(
        features, normalisations.get("speaker"), Groups(TRAIN, CORPORA, speakers)
    )
    assert (found[5] == 0).all()


def test_small_spread_on_a_large_mean_survives_single_precision():
    X = np.full((50_000, 1), 4096, dtype=np.float32)
    X[::2] += 0.5
    rows = np.arange(len(X))
    one = np.full(len(X), "one")
    found = normalisations.normalise(X, normalisations.get("train"), Groups(rows, one, one))
    np.testing.assert_allclose(np.unique(found), [-1, 1], rtol=1e-6)


def test_minmax_all_equals_scikit_learn(features):
    X = features.astype(np.float64)
    np.testing.assert_allclose(normalise(X, "minmax_all"), MinMaxScaler().fit_transform(X))


def test_unknown_way_is_refused(features):
    with pytest.raises(UnknownName, match="did you mean 'speaker'"):
        normalise(features, "speakers")


def test_no_training_rows_are_refused(features):
    with pytest.raises(NotEnough, match="no rows"):
        normalisations.normalise(
            features, normalisations.get("train"), Groups(TRAIN[:0], CORPORA, SPEAKERS)
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_normalisation_says_what_it_does_and_is_an_option(name):
    how = normalisations.get(name)
    assert how.name == name
    assert how.sentence.endswith(".")
    (option,) = (
        each for each in get_command(app).commands["benchmark"].params
        if each.name == "normalisation"
    )  # fmt: skip
    if registry.origin("normalisations", name) is None:
        assert (name in option.help) == (how.sees != "all rows")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_seen_is_as_declared(features, name):
    """Training rows depend on others only where all are seen, test rows on their own at most."""
    sees = normalisations.get(name).sees
    test = np.setdiff1d(np.arange(N_ROWS), TRAIN)
    groups = Groups(TRAIN, np.where(np.isin(np.arange(N_ROWS), TRAIN), "a", "b"), SPEAKERS)
    changed = features.copy()
    changed[test[0]] += 100

    def found(X):
        return normalisations.normalise(X.copy(), normalisations.get(name), groups)

    before, after = found(features), found(changed)
    assert np.array_equal(before[TRAIN], after[TRAIN]) == (sees != "all rows")
    others = test[test != test[0]]
    is_own = sees in ("nothing", "training rows")
    assert np.array_equal(before[others], after[others]) == is_own


THEIRS = Origin("theirs", "1.0", "theirs:normalisation", "update or uninstall theirs")


@pytest.mark.parametrize(
    ("function", "match"),
    [
        (
            lambda X, groups: X[:, 1:],
            r"an array of shape \(240, 6\) of features of shape \(240, 7\)",
        ),
        (lambda X, groups: X * np.nan, "makes what is no finite number"),
        (lambda X, groups: X / groups.ages, r"failed \(AttributeError: 'Groups' object has no"),
    ],
    ids=["shape", "nan", "raises"],
)
def test_one_of_another_package_that_fails_is_named(features, function, match):
    how = Normalisation("toy", "A toy.", function)
    with pytest.raises(BadPlugin, match=f"the normalisation toy of theirs 1.0 .*{match}") as caught:
        normalisations.normalise(features, how, GROUPS, where=THEIRS)
    assert str(caught.value).endswith("; update or uninstall theirs")
