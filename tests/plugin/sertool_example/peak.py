"""Peak: the largest sample."""

from __future__ import annotations

import numpy as np

from sertool.features import Feature
from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Shape (1,)."""
    return np.array([np.abs(spectrum.samples).max()], np.float32)


feature = Feature("peak", 1, "full scale", "sertool-example", compute)
