"""Macro F1: the mean of the F1 scores of the emotions."""

from __future__ import annotations

import numpy as np

from sertool.learning.confusion import hits, ratio
from sertool.learning.metrics import Metric


def macro_f1(confusion: np.ndarray) -> np.ndarray:
    """The mean of the emotions' F1 scores, in [0, 1]; nan where there is no clip.

    It goes over emotions that occur in the truth or in the answers, as scikit-learn's
    `f1_score(average="macro")` does: an emotion that is only ever answered counts as 0.

    >>> float(macro_f1(np.array([[2, 2, 0], [0, 4, 0], [0, 0, 0]]))).__round__(4)
    0.7333
    """
    each = ratio(2 * hits(confusion), confusion.sum(axis=-1) + confusion.sum(axis=-2))
    return ratio(np.nansum(each, axis=-1), (~np.isnan(each)).sum(axis=-1))


metric = Metric(
    name="macro_f1",
    heading="macro F1",
    sentence="The mean of the F1 scores of the emotions, in [0, 1].",
    function=macro_f1,
)
