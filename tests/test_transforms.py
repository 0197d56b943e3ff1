"""The transforms in front of estimators: citizens of scikit-learn, and equal to its own."""

import numpy as np
import pytest
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from sertool.errors import BadChoice
from sertool.estimators import logistic
from sertool.estimators._quantiles import NormalQuantiles
from sertool.estimators.logistic import Bounded
from sertool.estimators.svm import PerFeature


@parametrize_with_checks([NormalQuantiles(n_quantiles=10), PerFeature(), Bounded()])
def test_is_a_transformer_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("n_rows", [1, 2, 7, 100, 1000])
def test_equals_scikit_learns_transformer(n_rows):
    random = np.random.default_rng(0)
    X = np.exp(random.normal(size=(n_rows, 9)))
    X[:, 3:6] = X[:, 3:6].round()  # many equal values
    X[:, 6:] = [0.0, 1.5, -1.0]  # no other value
    other = np.exp(2 * random.normal(size=(500, 9)))
    rows = np.concatenate([X, other, other.round(), -other])
    oracle = QuantileTransformer(
        n_quantiles=min(100, n_rows), output_distribution="normal", subsample=None
    )
    expected = oracle.fit(X).transform(rows)
    np.testing.assert_allclose(NormalQuantiles().fit(X).transform(rows), expected, atol=1e-8)


def test_rows_are_transformed_each_by_itself():
    random = np.random.default_rng(1)
    X = random.normal(size=(300, 178))
    fitted = NormalQuantiles().fit(X)
    alone = np.concatenate([fitted.transform(row[None]) for row in X[:20]])
    np.testing.assert_array_equal(alone, fitted.transform(X)[:20])


def test_values_beyond_the_bound_count_as_the_bound():
    fitted = Bounded(2.0).fit(np.zeros((1, 4)))
    np.testing.assert_array_equal(fitted.transform([[-9.0, -2.0, 1.5, 7.0]]), [[-2, -2, 1.5, 2]])
    assert Bounded(np.float64(2)).fit_transform(np.ones((1, 2), np.float32)).dtype == np.float32


@pytest.mark.parametrize("bound", [0, -1.0, float("nan")])
def test_a_bound_that_is_none(bound):
    with pytest.raises(BadChoice, match="above 0"):
        logistic.estimator.made(bound=bound).fit([[0.0], [1.0]], [0, 1])


def test_one_feature_of_another_room_does_not_outvote_the_others():
    random = np.random.default_rng(2)
    y = np.repeat([0, 1], 200)
    X = random.normal(size=(400, 5)) + y[:, None]
    asked = np.array([[1e6, -2.0, -2.0, -2.0, -2.0]])
    assert logistic.estimator.made(bound=1e9).fit(X, y).predict(asked) == 1
    assert logistic.estimator.made().fit(X, y).predict(asked) == 0
