"""Each speaker of each corpus by the mean and standard deviation of their own rows.

A speaker's only row becomes 0, and the clips of a corpus whose speaker is unknown ("") count as one
speaker's.
"""

from __future__ import annotations

import numpy as np

from sertool.learning.normalisations import Groups, Normalisation
from sertool.learning.scaling import each_scaled


def by_speaker(X: np.ndarray, groups: Groups) -> np.ndarray:
    """X, each speaker of each corpus standardised by themselves."""
    _, corpus = np.unique(groups.corpora, return_inverse=True)
    names, speaker = np.unique(groups.speakers, return_inverse=True)
    return each_scaled(X, corpus * len(names) + speaker, out=X)


normalisation = Normalisation(
    "speaker",
    "Features are standardised within each speaker by their own unlabelled rows: transductive, "
    "needs several clips of each test speaker.",
    by_speaker,
    "each side",
)
