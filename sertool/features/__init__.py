"""Numbers that describe a signal: one file each.

A file `features/<name>.py` holds `compute(spectrum)` and `feature`; `features/sets` says which of
them are stored and trained on together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sertool import registry

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


def find(names: Sequence[str | Feature]) -> tuple[Feature, ...]:
    """These features, each given by its name or as it is.

    Raises:
        UnknownName: with the nearest name and the list.

    >>> [feature.size for feature in find(["zcr", "contrast"])]
    [1, 7]
    """
    return tuple(
        each if isinstance(each, Feature) else registry.get("features", each) for each in names
    )


def columns(names: Sequence[str | Feature]) -> tuple[str, ...]:
    """The store's column names of these features, in order.

    Raises:
        UnknownName: with the nearest name and the list.

    >>> columns(["zcr", "contrast"])[:3]
    ('zcr', 'contrast_01', 'contrast_02')
    """
    return tuple(column for feature in find(names) for column in feature.columns)


def compute(spectrum: Spectrum, names: Sequence[str | Feature]) -> np.ndarray:
    """These features of one signal, side by side.

    Returns:
        Shape (n_numbers,), float32, finite for any finite signal.

    Raises:
        UnknownName: with the nearest name and the list.
    """
    import numpy as np

    numbers = [feature.compute(spectrum) for feature in find(names)]
    return np.concatenate(numbers).astype(np.float32)
