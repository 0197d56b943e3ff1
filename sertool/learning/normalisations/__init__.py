"""The declared axis of every result: by whose statistics features are standardised. One file each.

A file `learning/normalisations/<name>.py`, or an entry point of the group `sertool.normalisations`,
holds `normalisation`; nothing else needs to change.

Statistics come from exactly the rows that are passed: the training rows in all their variants and
the test rows as originals, so that a test speaker or corpus that was not trained on is standardised
by its original recordings alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sertool import registry
from sertool.errors import BadPlugin, UnknownName

if TYPE_CHECKING:
    import numpy as np

Sight = Literal["nothing", "training rows", "each side", "all rows"]
SIGHTS: tuple[Sight, ...] = ("nothing", "training rows", "each side", "all rows")
"""What statistics are taken from, the most innocent first; tables keep this order."""


@dataclass(frozen=True)
class Groups:
    """What a normalisation may know of the rows, beside their features.

    Attributes:
        train: row numbers of the training rows, shape (n_train,).
        corpora: a name or number for the corpus of each row, shape (n,).
        speakers: a name or number for the speaker of each row, shape (n,), unique inside a corpus;
            the clips of a corpus whose speaker is unknown have one together.
    """

    train: np.ndarray
    corpora: np.ndarray
    speakers: np.ndarray


@dataclass(frozen=True)
class Normalisation:
    """A way to standardise features.

    Attributes:
        name: the plug-in's name.
        sentence: what tables say of it.
        function: from features, shape (n, d), finite, and their groups to features of the same
            shape and precision. It may write into the array that it is given and return it, which
            spares a second copy of all rows.
        sees: what its statistics are taken from. "training rows" is what a recogniser in the field
            can do. "each side": the test rows' own, unlabelled ones, too (transductive); it needs
            several clips of whoever is recognised. "all rows": training and test rows together,
            which leaks; only a protocol that says so takes it, by its recipe.
    """

    name: str
    sentence: str
    function: Callable[[np.ndarray, Groups], np.ndarray]
    sees: Sight = "training rows"

    @property
    def order(self) -> tuple[int, str]:
        """Where it stands among others."""
        return SIGHTS.index(self.sees), self.name


def get(name: str) -> Normalisation:
    """The normalisation of that name.

    Raises:
        UnknownName: with the nearest name and the list.
        BadPlugin: it cannot be imported, or breaks the contract.

    >>> get("train").sentence
    'Features are standardised by the training rows.'
    """
    found: Normalisation = registry.checked("normalisations", name, _faults)
    return found


def find(name: str) -> Normalisation | None:
    """The same; None where it is not here or cannot be used, as tables of old results may have it.

    >>> find("nonsense") is None
    True
    """
    try:
        return get(name)
    except (UnknownName, BadPlugin):
        return None


def normalise(
    X: np.ndarray,
    how: Normalisation,
    groups: Groups,
    *,
    where: registry.Origin | None = None,
) -> np.ndarray:
    """X, standardised; same shape (n, d) and precision. X itself may be written into.

    Args:
        X: features, shape (n, d), finite floats.
        how: from `get`.
        groups: of the rows.
        where: which package brings it, from `registry.origin`; None = sertool.

    Raises:
        NotEnough: no rows to take statistics from.
        BadPlugin: one of another package fails, or returns another shape or what is no number.

    >>> import numpy as np
    >>> X = np.array([[1.0], [3.0], [10.0], [30.0]])
    >>> groups = Groups(np.array([0, 1]), np.array(["a"] * 4), np.array(["f", "f", "m", "m"]))
    >>> normalise(X.copy(), get("train"), groups).ravel().tolist()
    [-1.0, 1.0, 8.0, 28.0]
    >>> normalise(X.copy(), get("speaker"), groups).ravel().tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """
    with registry.guard("normalisations", how.name, where):
        found = how.function(X, groups)
    return found if where is None else _checked(found, X, how.name, where)


def _checked(found: Any, X: np.ndarray, name: str, where: registry.Origin) -> np.ndarray:
    import numpy as np

    with registry.guard("normalisations", name, where):
        values: np.ndarray = np.asarray(found, X.dtype)
    if values.shape != X.shape:
        fault = f"makes an array of shape {values.shape} of features of shape {X.shape}"
        raise registry.breach("normalisations", name, where, fault)
    if not np.isfinite(values).all():
        raise registry.breach("normalisations", name, where, "makes what is no finite number")
    return values


def _faults(found: Any, name: str) -> list[str]:
    """What of a normalisation breaks the contract."""
    if not isinstance(found, Normalisation):
        kind = f"{Normalisation.__module__}.{Normalisation.__name__}"
        return [f"is a {type(found).__name__}, no {kind}"]
    if found.name != name:
        return [f"calls itself {found.name}"]
    if not isinstance(found.sentence, str) or not callable(found.function):
        return ["has no sentence, or no function"]
    if found.sees not in SIGHTS:
        return [f"sees {found.sees!r}, which is none of {', '.join(SIGHTS)}"]
    return []
