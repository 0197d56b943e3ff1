"""UAR, unweighted average recall: each emotion counts alike, however many clips it has."""

from __future__ import annotations

import numpy as np

from sertool.learning.confusion import ratio, recalls
from sertool.learning.metrics import Metric


def uar(confusion: np.ndarray) -> np.ndarray:
    """Unweighted average recall, in [0, 1]: the mean over emotions that have at least one clip.

    Also called balanced accuracy. Source: Schuller et al., "The INTERSPEECH 2009 Emotion
    Challenge". nan where there is no clip.

    >>> float(uar(np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])))
    0.875
    """
    each = recalls(confusion)
    return ratio(np.nansum(each, axis=-1), (~np.isnan(each)).sum(axis=-1))


metric = Metric(
    name="uar",
    heading="UAR",
    sentence="Unweighted average recall, in [0, 1]: the mean of the recalls of emotions tested.",
    function=uar,
)
