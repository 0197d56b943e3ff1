"""Numbers that describe a signal: one file each, and the sets that they make up.

A file `features/<name>.py` holds `compute(spectrum)` and `feature`; nothing else needs to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from sertool import registry
from sertool.errors import BadChoice, UnknownName, choices

if TYPE_CHECKING:
    import numpy as np

    from sertool.features.spectrum import Spectrum


@dataclass(frozen=True)
class Feature:
    """A number or a few that describe a whole signal.

    Attributes:
        name: the plug-in's name.
        size: how many numbers.
        unit: of each number, for example "Hz".
        source: the librosa function or the paper that defines it.
        compute: from the shared spectrum to an array of shape (size,).
        parts: a name for each number, where counting them would say too little.
    """

    name: str
    size: int
    unit: str
    source: str
    compute: Callable[[Spectrum], np.ndarray]
    parts: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the store that hold this feature.

        >>> Feature("zcr", 1, "", "", len).columns
        ('zcr',)
        >>> Feature("tonnetz", 6, "", "", len).columns[::5]
        ('tonnetz_01', 'tonnetz_06')
        >>> Feature("pitch", 2, "", "", len, ("mean", "range")).columns
        ('pitch_mean', 'pitch_range')
        """
        if self.parts:
            return tuple(f"{self.name}_{part}" for part in self.parts)
        if self.size == 1:
            return (self.name,)
        width = max(2, len(str(self.size)))
        return tuple(f"{self.name}_{number:0{width}}" for number in range(1, self.size + 1))


LIBROSA_178 = (
    "zcr", "chroma", "mfcc", "rms", "mel",
    "rolloff", "centroid", "contrast", "bandwidth", "tonnetz",
)  # fmt: skip
"""The study's features in its order; their sizes sum to 178."""
FUNCTIONALS = (
    "level_contour", "band_contour", "mfcc_contour", "centroid_contour", "bandwidth_contour",
    "rolloff_contour", "flatness_contour", "contrast_contour", "zcr_contour", "tilt_contour",
    "flux_contour", "pitch_contour", "harmonicity_contour", "rhythm",
)  # fmt: skip
"""Statistics over frames where the study has means; their sizes sum to 517."""
SETS: dict[str, tuple[str, ...]] = {"librosa178": LIBROSA_178, "functionals": FUNCTIONALS}
"""What a store can hold, in the order in which it does."""
REFERENCE: tuple[str, ...] = ("librosa178",)
"""The set that is measured where no other is asked for."""


def in_order(sets: Iterable[str]) -> tuple[str, ...]:
    """These sets, each once, in the order of `SETS`.

    Raises:
        UnknownName: with the nearest name and the list.
        BadChoice: none is given.

    >>> in_order(["functionals", "librosa178", "functionals"])
    ('librosa178', 'functionals')
    """
    given = tuple(sets)
    if not given:
        raise BadChoice(f"no feature set is given; there are {', '.join(SETS)}")
    for name in given:
        if name not in SETS:
            raise UnknownName(f"no feature set {choices(name, tuple(SETS))}")
    return tuple(name for name in SETS if name in given)


def of_sets(sets: Iterable[str]) -> tuple[str, ...]:
    """The names of the features that these sets consist of, in order.

    >>> of_sets(["librosa178"]) == LIBROSA_178
    True
    """
    return tuple(feature for name in in_order(sets) for feature in SETS[name])


def columns(names: Sequence[str] = LIBROSA_178) -> tuple[str, ...]:
    """The store's column names of these features, in order.

    Raises:
        UnknownName: with the nearest name and the list.

    >>> len(columns()), columns()[:2], columns()[-1]
    (178, ('zcr', 'chroma_01'), 'tonnetz_06')
    >>> len(columns(FUNCTIONALS))
    517
    """
    return tuple(column for feature in _features(tuple(names)) for column in feature.columns)


def of_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The features of the sets that have just these columns, the inverse of `columns`.

    Raises:
        UnknownName: no sets have these columns in this order.

    >>> of_columns(columns()) == LIBROSA_178
    True
    """
    for size in range(1, len(SETS) + 1):
        for sets in combinations(SETS, size):
            if columns(of_sets(sets)) == tuple(names):
                return of_sets(sets)
    raise UnknownName(
        f"{len(names)} features ({', '.join(names[:2])} ...) that are of no set among "
        f"{', '.join(SETS)}"
    )


def compute(spectrum: Spectrum, names: Sequence[str] = LIBROSA_178) -> np.ndarray:
    """These features of one signal, side by side.

    Returns:
        Shape (178,) for the study's set, float32, finite for any finite signal.

    Raises:
        UnknownName: with the nearest name and the list.
    """
    import numpy as np

    parts = [feature.compute(spectrum) for feature in _features(tuple(names))]
    return np.concatenate(parts).astype(np.float32)


@lru_cache
def _features(names: tuple[str, ...]) -> tuple[Feature, ...]:
    return tuple(registry.get("features", name) for name in names)
