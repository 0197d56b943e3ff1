"""Cohen's kappa: agreement beyond what chance would give."""

from __future__ import annotations

import numpy as np

from sertool.learning.metrics import Metric


def kappa(confusion: np.ndarray) -> np.ndarray:
    """In [-1, 1], 0 = chance; shape (..., k, k) to (...)."""
    total = confusion.sum(axis=(-2, -1))
    agreed = np.trace(confusion, axis1=-2, axis2=-1) / total
    by_chance = (confusion.sum(axis=-1) * confusion.sum(axis=-2)).sum(axis=-1) / total**2
    return (agreed - by_chance) / (1 - by_chance)


metric = Metric(
    name="kappa",
    heading="kappa",
    sentence="Cohen's kappa, in [-1, 1]: agreement beyond chance.",
    function=kappa,
)
