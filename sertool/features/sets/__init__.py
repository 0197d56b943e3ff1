"""Sets of numbers that are stored, compared and trained on together: one file each.

A file `features/sets/<name>.py`, or an entry point of the group `sertool.feature_sets`, holds
`feature_set`; nothing else needs to change. A set is known by its name, its version and the rule
by which windows are cut: "functionals" is the set by its own rule, "functionals@study" by another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from sertool import features, registry
from sertool.errors import BadChoice, BadPlugin, BadRecording, UnknownName, choices
from sertool.features import Feature
from sertool.types import VARIANTS, WINDOWS, Signal, Variant, Window

if TYPE_CHECKING:
    import numpy as np

REFERENCE: tuple[str, ...] = ("librosa178",)
"""The study's set; it comes before others."""
BEST: tuple[str, ...] = ("functionals",)
"""The set that is best on new speakers: what commands and studies take where none is named."""

LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000
"""Sampling rates that a set may ask for, in Hz."""
RESERVED = frozenset(
    [
        "corpus",
        "clip",
        "variant",
        "language",
        "speaker",
        "sentence",
        "gender",
        "emotion",
        "raw_label",
        "offset_s",
        "duration_s",
        "sha256",
        "start_s",
        "end_s",
        "split",
        "session",
        "votes",
        "intensity",
        "age",
        "arousal",
        "valence",
        "dominance",
    ]
)
"""What columns of a store are called that are no numbers of a set."""


@dataclass(frozen=True)
class FeatureSet:
    """Numbers that are measured together, and what they are to be measured on.

    Attributes:
        name: the plug-in's name; "functionals@study" where the rule for windows is not its own.
        columns: a name for each number, in order.
        measure: from a signal to an array of shape (n_columns,), finite.
        source: the paper or the library that defines it.
        licence: of what it is made of, such as weights.
        version: of the numbers: under another one they are measured anew.
        rate: the sampling rate that it is measured at, in Hz.
        window: the rule by which recordings are cut, "utterance" or "study".
        variants: the variants that it is measured on, in the order of `VARIANTS`.
        package: name and version of what brings it, filled in when it is found; "" = sertool.
    """

    name: str
    columns: tuple[str, ...]
    measure: Callable[[Signal], np.ndarray]
    source: str
    licence: str
    version: str = "1"
    rate: int = 22_050
    window: Window = "utterance"
    variants: tuple[Variant, ...] = VARIANTS
    package: str = ""

    @property
    def plugin(self) -> str:
        """The name of the plug-in, without a rule for windows."""
        return self.name.partition("@")[0]


def set_of(
    name: str,
    names: Sequence[str | Feature],
    *,
    source: str,
    licence: str,
    window: Window = "utterance",
) -> FeatureSet:
    """The set that some features make up, given by their names or, those of one's own, as they are.

    >>> set_of("levels", ["rms", "zcr"], source="", licence="").columns
    ('rms', 'zcr')
    """
    made = features.find(names)  # themselves: a worker may not know their names
    measure = partial(_computed, made=made)
    return FeatureSet(name, features.columns(made), measure, source, licence, window=window)


@lru_cache
def get(name: str) -> FeatureSet:
    """A feature set by its name, with a rule for windows behind "@" where it is not its own.

    Raises:
        UnknownName: no such set.
        BadChoice: no such rule.
        BadPlugin: a set of another package that cannot be imported, or breaks the contract.

    >>> get("functionals@study").name, len(get("librosa178").columns)
    ('functionals@study', 178)
    """
    plugin, _, window = name.partition("@")
    found = _own(plugin)
    if window and window not in WINDOWS:
        raise BadChoice(f"no window {choices(window, WINDOWS)}")
    if window in ("", found.window):
        return found
    return replace(found, name=name, window=cast("Window", window))


def _own(plugin: str) -> FeatureSet:
    """A set by its own rule; what one of another package measures is checked."""
    found: FeatureSet = registry.checked("feature_sets", plugin, _faults)
    where = registry.origin("feature_sets", plugin)
    if where is None:
        return found
    measure = partial(
        _checked, measure=found.measure, columns=found.columns, name=plugin, origin=where
    )
    return replace(found, measure=measure, package=str(where))


def by_window(name: str, window: str) -> str:
    """The name of a set with another rule for windows; that of its own is left out.

    Raises:
        UnknownName, BadChoice, BadPlugin: as `get` says.

    >>> by_window("functionals", "study"), by_window("librosa178", "study")
    ('functionals@study', 'librosa178')
    """
    return get(f"{name.partition('@')[0]}@{window}").name


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """These sets, each once: the study's first, the others by their names.

    Raises:
        UnknownName, BadPlugin: as `get` says.
        BadChoice: none is given.

    >>> in_order(["functionals", "librosa178", "functionals@utterance"])
    ('librosa178', 'functionals')
    """
    given = {get(name).name for name in names}
    if not given:
        possible = ", ".join(registry.names("feature_sets"))
        raise BadChoice(f"no feature set is given; there are {possible}")
    return ordered(given)


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """Names of sets in the order of `in_order`, be they known or not.

    >>> ordered(["functionals", "gone", "librosa178"])
    ('librosa178', 'functionals', 'gone')
    """
    return tuple(sorted({*names}, key=lambda name: (name not in REFERENCE, name)))


def known() -> tuple[str, ...]:
    """The names of all sets, other packages' among them, in order; without those that fail.

    >>> known()
    ('librosa178', 'functionals', 'speech')
    """
    return in_order(name for name in registry.names("feature_sets") if _works(name))


def _works(name: str) -> bool:
    try:
        get(name)
    except (BadPlugin, UnknownName):
        return False
    return True


def columns(names: Iterable[str] = REFERENCE) -> tuple[str, ...]:
    """The names of the columns that hold the numbers of some sets, in order.

    Raises:
        UnknownName, BadChoice, BadPlugin: as `in_order` says.

    >>> len(columns()), columns()[:2], columns()[-1]
    (178, ('zcr', 'chroma_01'), 'tonnetz_06')
    >>> len(columns(["functionals"]))
    517
    """
    return tuple(column for name in in_order(names) for column in get(name).columns)


def of_columns(wanted: Sequence[str]) -> tuple[str, ...]:
    """The sets that have just these columns, the inverse of `columns`.

    Raises:
        UnknownName: no sets have these columns in this order.

    >>> of_columns(columns(["functionals"]))
    ('functionals',)
    """
    all_sets = known()
    for size in range(1, len(all_sets) + 1):
        for names in combinations(all_sets, size):
            if columns(names) == tuple(wanted):
                return names
    raise UnknownName(
        f"{len(wanted)} features ({', '.join(wanted[:2])} ...) that are of no set among "
        f"{', '.join(all_sets)}"
    )


def measure(sets: Iterable[FeatureSet], signal: Signal) -> np.ndarray:
    """What some sets measure of one signal, side by side.

    Args:
        sets: all of one rate and window.
        signal: at their rate, cut by their rule; of a `Spectrum` all make use together.

    Returns:
        Shape (n_columns of all sets,), float32, finite.

    Raises:
        BadPlugin: a set of another package returns another shape than it declares.
        BadRecording: a set of another package fails, or returns what is no number.
    """
    import numpy as np

    from sertool.features.spectrum import Spectrum

    spectrum = Spectrum.of(signal)
    return np.concatenate([np.asarray(each.measure(spectrum), np.float32) for each in sets])


def _checked(
    signal: Signal,
    measure: Callable[[Signal], np.ndarray],
    columns: tuple[str, ...],
    name: str,
    origin: registry.Origin,
) -> np.ndarray:
    """What a set of another package measures, held to its contract; a worker knows no registry."""
    import numpy as np

    own = Signal(signal.samples.copy(), signal.rate)  # it may write into what it is given
    try:
        with registry.guard("feature_sets", name, origin):
            found = measure(own)
            kind = np.asarray(found).dtype.kind
            numbers = np.asarray(found, np.float32) if kind in "biuf" else None
    except BadPlugin as error:
        raise BadRecording(str(error)) from error
    if numbers is None or np.ma.isMaskedArray(found):
        fault = "returns a masked array, or what is no array of real numbers"
        raise registry.breach("feature_sets", name, origin, fault)
    if numbers.shape != (len(columns),):
        fault = f"declares {len(columns)} columns and returns an array of shape {numbers.shape}"
        raise registry.breach("feature_sets", name, origin, fault)
    for number in np.flatnonzero(~np.isfinite(numbers)).tolist():
        fault = f"has no number for {columns[number]} here"
        raise BadRecording(str(registry.breach("feature_sets", name, origin, fault)))
    return numbers


def _computed(signal: Signal, made: tuple[Feature, ...]) -> np.ndarray:
    from sertool.features.spectrum import Spectrum

    return features.compute(Spectrum.of(signal), made)


def _faults(found: Any, name: str) -> Iterator[str]:
    """What of a set breaks the contract."""
    if not isinstance(found, FeatureSet):
        yield f"is a {type(found).__name__}, no sertool.features.sets.FeatureSet"
        return
    texts = (found.name, found.source, found.licence, found.version, found.window)
    if not all(isinstance(text, str) for text in texts):
        yield "has a name, source, licence, version or window that is no text"
    elif not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield "has a name that is not of small letters, digits and _"
    elif found.name != name:
        yield f"calls itself {found.name}"
    elif not _are_names(found.columns) or len({*found.columns}) < len(found.columns):
        yield "has no columns, two of one name, or some whose names are no texts in a tuple"
    elif RESERVED & {*found.columns}:
        yield f"has columns that a store has, too: {', '.join(sorted(RESERVED & {*found.columns}))}"
    elif not _are_names(found.variants) or not {*found.variants} <= {*VARIANTS}:
        yield f"has variants that are not a tuple of some of {', '.join(VARIANTS)}"
    elif found.window not in WINDOWS:
        yield f"names a window {choices(found.window, WINDOWS)}"
    elif type(found.rate) is not int or not LOWEST_RATE <= found.rate <= HIGHEST_RATE:
        yield f"asks for {found.rate!r} Hz; possible are {LOWEST_RATE:,} to {HIGHEST_RATE:,}"
    elif not callable(found.measure):
        yield "has no function to measure with"


def _are_names(given: Any) -> bool:
    """Whether it is a tuple of words, at least one."""
    return (
        isinstance(given, tuple)
        and bool(given)
        and all(isinstance(each, str) and each for each in given)
    )
