"""Cohen's kappa: a plug-in in one file, for tests."""

from __future__ import annotations

import numpy as np

from sertool.learning.metrics import Metric


def kappa(confusions: np.ndarray) -> np.ndarray:
    total = confusions.sum(axis=(-2, -1))
    agreed = np.trace(confusions, axis1=-2, axis2=-1) / total
    by_chance = (confusions.sum(axis=-1) * confusions.sum(axis=-2)).sum(axis=-1) / total**2
    return (agreed - by_chance) / (1 - by_chance)


metric = Metric("kappa", "Cohen's kappa", "Agreement beyond chance, at most 1.", kappa)
