"""An estimator with its parameters, some perhaps open: what is fitted, chosen, compared."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sertool.errors import BadChoice, SertoolError

Make = Callable[..., Any]
"""`make(*, random_state=None, **parameters)` returns an unfitted scikit-learn classifier."""

Plain = str | bool | int | float | None
"""A parameter that a line of results can hold as it is."""


@dataclass(frozen=True)
class Candidate:
    """An estimator that is compared, with the parameters that differ from its defaults.

    A parameter with a list for a value is one to be chosen from that list, see `search.best`.
    """

    name: str
    make: Make
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def alternatives(self) -> tuple[Candidate, ...]:
        """All combinations of what is to choose from; this one alone where there is no choice.

        >>> svm = Candidate("svm", dict, {"C": [1, 10], "gamma": "scale"})
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
        """
        from sklearn.utils.validation import has_fit_parameter

        estimator = self.make(random_state=seed, **self.parameters)
        shown = validation is not None and has_fit_parameter(estimator, "validation")
        try:
            return estimator.fit(X, y, **({"validation": validation} if shown else {}))
        except SertoolError:
            raise
        except (ValueError, TypeError) as error:
            if not self.parameters:
                raise
            raise BadChoice(
                f"{self.name} cannot learn with {dict(self.parameters)}: {error}"
            ) from error

    def settings(self, seed: int) -> dict[str, Plain]:
        """All plain parameters of the estimator, by name: given or defaults, none that is open.

        Args:
            seed: what is random in it.
        """
        first, *others = (
            each.make(random_state=seed, **each.parameters).get_params(deep=True)
            for each in self.alternatives
        )
        return {
            name: value
            for name, value in sorted(first.items())
            if isinstance(value, Plain)
            and value == value  # not NaN, which equals nothing
            and all(other[name] == value for other in others)
        }
