"""Estimators: one file each, or an entry point of the group `sertool.estimators`.

An `estimator` knows nothing of speech: rows of numbers come in, labels and a probability or a score
per label go out. It is an `Estimator`, or what one is made of: a class of scikit-learn's contract,
an instance of one, or a function that returns one.

The defaults of those here were chosen by the UAR on new speakers of EmoDB and CREMA-D, whose
figures flatter them a little; a search that the test speakers have no part in is
`benchmarks/tune.toml`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sertool import registry

if TYPE_CHECKING:
    import numpy as np

LEAST_SHARE = 1e-6
"""Probabilities below it count as this much: a forest of few trees says 0 lightly."""


def log_probabilities(shares: Any) -> np.ndarray:
    """The logarithms of probabilities, none of them minus infinity; float64, same shape.

    >>> log_probabilities([[1.0, 0.0]]).round(1).tolist()
    [[0.0, -13.8]]
    """
    import numpy as np

    values: np.ndarray = np.log(np.maximum(np.asarray(shares).astype(np.float64), LEAST_SHARE))
    return values


def scores(fitted: Any, X: np.ndarray) -> np.ndarray:
    """Log-probabilities of the labels, or where there are no probabilities the decision values.

    Args:
        fitted: a classifier with `predict_proba` or `decision_function`.
        X: features, shape (n, n_features).

    Returns:
        Shape (n, n_scores), float64.
    """
    import numpy as np

    if hasattr(fitted, "predict_proba"):
        return log_probabilities(fitted.predict_proba(X))
    values = np.asarray(fitted.decision_function(X))
    return values[:, None] if values.ndim == 1 else values


@dataclass(frozen=True)
class Estimator:
    """What is fitted, and all that keeping it takes.

    `make` returns an unfitted classifier of scikit-learn's contract: `fit(X, y)` returns itself,
    `predict(X)` labels of `y`, `get_params()` and `clone` serve it; `predict_proba(X)` or
    `decision_function(X)` is what a model's probabilities are calibrated from. It is told
    `random_state`, where it takes one, and the parameters that were given. X is float32.

    Two things are optional. Where `fit` takes `validation=`, a pair of rows and their labels, it is
    given those that the protocol sets aside, to choose an epoch by; it must do without them, too.
    Where a fitted classifier has `history_`, a dict of a name to one number per epoch such as
    {"loss": [1.7, 1.2], "validation_accuracy": [0.3, 0.4]}, results keep it and reports draw it.

    Attributes:
        make: a class, or a function with keyword arguments.
        types: the dotted names of the classes that its fitted form holds, beside those of Python,
            NumPy and SciPy and estimators of scikit-learn: a model file of it may hold these and no
            others. () = those of what `make` returns and of what it is composed of.
        scores: from a fitted classifier and features to what calibration is fitted on, shape
            (n, n_scores), finite; of each row by itself.
    """

    make: Callable[..., Any]
    types: tuple[str, ...] = ()
    scores: Callable[[Any, np.ndarray], np.ndarray] = scores

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters that may be given; () where any may.

        >>> Estimator(lambda *, C=1.0, random_state=None: None).parameters
        ('C',)
        """
        given = inspect.signature(self.make).parameters
        if any(each.kind is each.VAR_KEYWORD for each in given.values()):
            return ()
        return tuple(name for name in given if name != "random_state")

    def made(self, *, random_state: int | None = None, **parameters: Any) -> Any:
        """An unfitted classifier; one that takes no `random_state` is told none."""
        given = inspect.signature(self.make).parameters
        takes_any = any(each.kind is each.VAR_KEYWORD for each in given.values())
        if takes_any or "random_state" in given:
            parameters["random_state"] = random_state
        return self.make(**parameters)

    @property
    def held(self) -> tuple[str, ...]:
        """The dotted names of the classes that a model file of it may hold, sorted.

        >>> from sklearn.neighbors import KNeighborsClassifier
        >>> Estimator(KNeighborsClassifier).held
        ('sklearn.neighbors._classification.KNeighborsClassifier',)
        """
        if self.types:
            return tuple(sorted(self.types))
        made = self.made()
        parts = [made, *made.get_params(deep=True).values()]
        kinds = {type(each) for each in parts if hasattr(each, "get_params")}
        return tuple(sorted(f"{each.__module__}.{each.__name__}" for each in kinds))


def get(name: str) -> Estimator:
    """The estimator of that name.

    Raises:
        UnknownName: with the nearest name and the list.
        BadPlugin: it cannot be imported, two plug-ins have this name, or it is no estimator.

    >>> get("forest").parameters[0]
    'n_estimators'
    """
    found = registry.get("estimators", name)
    if not is_estimator(found):
        where = registry.origin("estimators", name)
        fault = f"is a {type(found).__name__}, no classifier and nothing that makes one"
        raise registry.breach("estimators", name, where, fault)
    return of(found)


def is_estimator(given: Any) -> bool:
    """Whether `of` can make an estimator of it."""
    return isinstance(given, Estimator) or callable(given) or hasattr(given, "get_params")


def of(given: Any) -> Estimator:
    """What a plug-in or a user gives, as an `Estimator`: that, a class, a function or an instance.

    An instance stays as it is: each fit gets a clone, with a seed in whatever of it takes one.

    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> of(KNeighborsClassifier(3)).made(weights="distance")
    KNeighborsClassifier(n_neighbors=3, weights='distance')
    """
    if isinstance(given, Estimator):
        return given
    is_instance = hasattr(given, "get_params") and not inspect.isclass(given)
    return Estimator(partial(_cloned, given) if is_instance else given)


def calibratable(name: str, fitted: Any, X: np.ndarray) -> np.ndarray:
    """The scores that a fitted estimator of a name has for some rows, shape (n, n_scores).

    Raises:
        UnknownName, BadPlugin: as `get` says; it fails, or has no score for each row.
    """
    import numpy as np

    estimator, where = get(name), registry.origin("estimators", name)
    with registry.guard("estimators", name, where):
        values = np.asarray(estimator.scores(fitted, X))
    if where is not None:
        for fault in _faults(values, len(X)):
            raise registry.breach("estimators", name, where, fault)
    return values


def _faults(values: Any, n_rows: int) -> list[str]:
    import numpy as np

    shape = np.shape(values)
    if len(shape) != 2 or shape[0] != n_rows or not shape[1]:
        return [f"has scores of shape {shape} for {n_rows} rows"]
    finite = np.issubdtype(np.asarray(values).dtype, np.number) and np.isfinite(values).all()
    return [] if finite else ["has scores or probabilities that are no finite numbers"]


def _cloned(instance: Any, *, random_state: int | None = None, **parameters: Any) -> Any:
    from sklearn.base import clone

    copied = clone(instance)
    seeds = [name for name in copied.get_params(deep=True) if _is_seed(name)]
    return copied.set_params(**{**dict.fromkeys(seeds, random_state), **parameters})


def _is_seed(name: str) -> bool:
    return name.rpartition("__")[2] == "random_state"
