"""Each corpus by the mean and standard deviation of its own rows."""

from __future__ import annotations

import numpy as np

from sertool.learning.normalisations import Groups, Normalisation
from sertool.learning.scaling import each_scaled


def by_corpus(X: np.ndarray, groups: Groups) -> np.ndarray:
    """X, each corpus standardised by itself."""
    _, corpus = np.unique(groups.corpora, return_inverse=True)
    return each_scaled(X, corpus, out=X)


normalisation = Normalisation(
    "corpus",
    "Features are standardised within each corpus by its own unlabelled rows: transductive, the "
    "test rows are seen without their labels.",
    by_corpus,
    "each side",
)
