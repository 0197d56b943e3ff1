"""Accuracy: the share of clips answered rightly."""

from __future__ import annotations

import numpy as np

from sertool.learning.confusion import ratio
from sertool.learning.metrics import Metric


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """The share of clips answered rightly, in [0, 1]; nan where there is no clip.

    >>> float(accuracy(np.array([[3, 1], [0, 4]])))
    0.875
    """
    return ratio(np.trace(confusion, axis1=-2, axis2=-1), confusion.sum(axis=(-2, -1)))


metric = Metric(
    name="accuracy",
    heading="accuracy",
    sentence="The share of clips answered rightly, in [0, 1].",
    function=accuracy,
)
