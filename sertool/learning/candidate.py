"""An estimator with its parameters, some perhaps open: what is fitted, chosen, compared."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sertool import estimators, registry
from sertool.errors import BadChoice, BadPlugin, SertoolError, choices
from sertool.estimators import Estimator

Plain = str | bool | int | float | None
"""A parameter that a line of results can hold as it is."""


@dataclass(frozen=True)
class Candidate:
    """An estimator that is compared, with the parameters that differ from its defaults.

    A parameter with a list for a value is one to be chosen from that list, see `search.best`.

    Attributes:
        name: what results call it.
        estimator: what is fitted.
        parameters: those that are given.
        origin: who brings the estimator; None = sertool. What fails there is theirs.
    """

    name: str
    estimator: Estimator
    parameters: Mapping[str, Any] = field(default_factory=dict)
    origin: registry.Origin | None = None

    @property
    def alternatives(self) -> tuple[Candidate, ...]:
        """All combinations of what is to choose from; this one alone where there is no choice.

        >>> svm = Candidate("svm", Estimator(dict), {"C": [1, 10], "gamma": "scale"})
        >>> [each.parameters for each in svm.alternatives]
        [{'C': 1, 'gamma': 'scale'}, {'C': 10, 'gamma': 'scale'}]
        """
        values = [each if isinstance(each, list) else [each] for each in self.parameters.values()]
        return tuple(
            replace(self, parameters=dict(zip(self.parameters, combination, strict=True)))
            for combination in itertools.product(*values)
        )

    @property
    def open(self) -> tuple[str, ...]:
        """The names of the parameters that are to be chosen."""
        return tuple(name for name, value in self.parameters.items() if isinstance(value, list))

    def fitted(
        self, X: Any, y: Any, *, seed: int, validation: tuple[Any, Any] | None = None
    ) -> Any:
        """The estimator, fitted.

        Args:
            X: features, shape (n_rows, n_features).
            y: emotions, shape (n_rows,).
            seed: what is random in it.
            validation: further rows and their emotions, for estimators that choose an epoch by
                them; others are not shown these.

        Raises:
            BadChoice: a parameter that the estimator refuses.
            BadPlugin: an estimator of another package fails.
        """
        from sklearn.utils.validation import has_fit_parameter

        with self.running():
            try:
                estimator = self.estimator.made(random_state=seed, **self.parameters)
                shown = validation is not None and has_fit_parameter(estimator, "validation")
                return estimator.fit(X, y, **({"validation": validation} if shown else {}))
            except SertoolError:
                raise
            except (ValueError, TypeError) as error:
                if not self.parameters:
                    raise
                whose = f" of {self.origin}" if self.origin else ""
                raise BadChoice(
                    f"{self.name}{whose} cannot learn with {dict(self.parameters)}: {error}"
                ) from error

    def predicted(self, fitted: Any, X: np.ndarray, labels: Collection[str]) -> np.ndarray:
        """What the fitted estimator takes some rows for, shape (n_rows,).

        Args:
            fitted: from `fitted`.
            X: features, shape (n_rows, n_features).
            labels: the emotions that it was fitted on.

        Raises:
            BadPlugin: an estimator of another package fails, or answers with anything but one of
                the labels for each row.
        """
        with self.running():
            answers = np.asarray(fitted.predict(X))
        if self.origin is not None:
            if answers.shape != (len(X),):
                raise self.breach(f"answers {len(X)} rows with an array of shape {answers.shape}")
            strange = sorted({*map(str, answers.tolist())} - {*labels})
            if strange:
                raise self.breach(f"answers {strange[0]!r}, which is none of the emotions")
        return answers

    def running(self) -> AbstractContextManager[None]:
        """Run code of the estimator: what fails in another package names that package."""
        return registry.guard("estimators", self.name, self.origin)

    def breach(self, fault: str) -> BadPlugin:
        """The error to raise where the estimator does not do what estimators promise."""
        return registry.breach("estimators", self.name, self.origin, fault)

    def settings(self, seed: int) -> dict[str, Plain]:
        """All plain parameters of the estimator, by name: given or defaults, none that is open.

        Args:
            seed: what is random in it.

        Raises:
            BadPlugin: an estimator of another package fails.
        """
        with self.running():
            first, *others = (
                each.estimator.made(random_state=seed, **each.parameters).get_params(deep=True)
                for each in self.alternatives
            )
        return {
            name: value
            for name, value in sorted(first.items())
            if isinstance(value, Plain)
            and value == value  # not NaN, which equals nothing
            and all(other[name] == value for other in others)
        }


def named(name: str, parameters: Mapping[str, Any] | None = None) -> Candidate:
    """The candidate of an estimator's name.

    Args:
        name: of a built-in estimator or a plug-in.
        parameters: those that differ from its defaults; a list is chosen from.

    Raises:
        UnknownName, BadPlugin: as `sertool.estimators.get` says.
        BadChoice: no such parameter, or one with nothing to choose from.

    >>> named("svm", {"C": [1, 3]}).open
    ('C',)
    """
    estimator, where = estimators.get(name), registry.origin("estimators", name)
    with registry.guard("estimators", name, where):
        possible = estimator.parameters
    given = dict(parameters or {})
    for parameter, value in given.items():
        if possible and parameter not in possible:
            raise BadChoice(f"{name} has no parameter {choices(parameter, possible)}")
        if value == []:
            raise BadChoice(f"{name}: {parameter} = [] leaves nothing to choose from; name values")
    return Candidate(name, estimator, given, where)


def brought(name: str, given: Any) -> Candidate:
    """The candidate of an estimator that is given in Python, under a name of one's own.

    Args:
        name: what results call it.
        given: a class, an instance, a function that makes one, or an `Estimator`.

    Raises:
        BadChoice: the name is that of a plug-in, or what is given is no estimator.

    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> print(brought("mine", KNeighborsClassifier()).origin)
    sklearn.neighbors._classification.KNeighborsClassifier given in Python
    """
    if name in registry.names("estimators"):
        raise BadChoice(f"there is an estimator {name} already; give yours another name")
    if not estimators.is_estimator(given):
        raise BadChoice(
            f"the estimator {name} is {given!r}; give parameters of a plug-in ({{'C': 3}}), or a "
            "classifier, its class or a function that makes one"
        )
    source = given.make if isinstance(given, Estimator) else given
    kind = source if hasattr(source, "__qualname__") else type(source)
    place = f"{kind.__module__}.{kind.__qualname__}"
    return Candidate(
        name, estimators.of(given), {}, registry.Origin(place, "given in Python", place)
    )
