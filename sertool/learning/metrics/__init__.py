"""What confusion matrices, or probabilities, amount to: a number. One file a metric.

A metric is computed when tables are made, from what `results.jsonl` and `predictions.parquet`
hold: another one appears in the tables of results that lie there already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sertool.errors import BadPlugin

OfConfusions = Callable[[np.ndarray], np.ndarray]
"""Confusion matrices, shape (..., k, k) -> a number for each, shape (...)."""
OfProbabilities = Callable[[np.ndarray, np.ndarray], float]
"""Numbers of the true emotions, shape (n,), and their probabilities, shape (n, k) -> a number."""


@dataclass(frozen=True)
class Metric:
    """A figure of merit, larger or smaller being better as its sentence says.

    It needs one of two functions. `function` has matrices with any leading axes, so that a
    thousand resamples are one call; its figure gets an interval. `of_probabilities` is for what no
    confusion matrix tells, and is asked only where there is no `function`.

    Attributes:
        name: the plug-in's name.
        heading: what a column of it is called, for example "UAR".
        sentence: what it says, its range, and which way is better.
        function: of confusion matrices, shape (..., k, k), rows true, columns predicted, counts;
            returns shape (...), nan where there is nothing to say.
        of_probabilities: of the numbers of the true emotions, shape (n_clips,), and the
            probabilities of the k emotions in [0, 1], shape (n_clips, k); returns a number.

    Raises:
        BadPlugin: neither function.

    >>> from sertool.learning.metrics.uar import metric
    >>> metric.heading, float(metric.function(np.array([[3, 1], [0, 4]])))
    ('UAR', 0.875)
    """

    name: str
    heading: str
    sentence: str
    function: OfConfusions | None = None
    of_probabilities: OfProbabilities | None = None

    def __post_init__(self) -> None:
        if self.function is None and self.of_probabilities is None:
            raise BadPlugin(
                f"the metric {self.name} has no function; give it one of confusion matrices, "
                "function=, or one of probabilities, of_probabilities="
            )
