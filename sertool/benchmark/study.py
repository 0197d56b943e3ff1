"""What a comparison asks: in Python, on the command line, or in a TOML file.

A specification in TOML has the keys of `study()`; each estimator may carry parameters::

    protocols = ["clips", "speakers"]
    corpora = ["emodb", "ravdess+tess"]     # "+" joins corpora into one pool
    emotions = "six"                         # or "all", or a list; left out = the default
    features = ["functionals", "librosa178+functionals"]     # "+" takes both together; left out =
                                             # the set that is best on new speakers
    drop_duplicates = true                   # no clip whose sound has another name, too

    [estimators]
    forest = {}
    cnn = { epochs = 40 }
    svm = [{ C = 1 }, { C = 10 }]            # a list compares several settings of one estimator
    logistic = { C = [0.003, 0.01] }         # a list of values: each fit chooses, on its training
                                             # speakers alone
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sertool.benchmark import contracts
from sertool.errors import BadChoice, NotFound, UnknownName, choices
from sertool.features import sets
from sertool.features.sets import BEST
from sertool.learning import candidate, normalisations
from sertool.learning.candidate import Candidate
from sertool.types import TRAIN_VARIANTS, VARIANTS, Protocol, Variant

Parameters = Mapping[str, Any]
"""Of an estimator, by name; those that are not named keep their defaults."""
Estimators = Sequence[str] | Mapping[str, Parameters | Sequence[Parameters] | Any]
"""Names of plug-ins, or names with parameters, or with an estimator of one's own."""

KEYS = (
    "protocols", "corpora", "estimators", "features", "normalisation", "emotions",
    "train_variants", "seeds", "drop_duplicates",
)  # fmt: skip
CHOICES_OF_EMOTIONS = ("default", "six", "all")


@dataclass(frozen=True)
class Study:
    """What is asked; `study()` makes one from names.

    Attributes:
        protocols: the ways to divide clips.
        estimators: what is compared.
        pools: groups of corpora, each treated as one corpus; usually groups of one.
        features: groups of feature sets, each compared with the others; usually one of one.
        normalisations: how features are standardised, by name.
        emotions: a list of emotions; "six" = those of the original study; "all" = every one;
            "default" = all within one corpus, six where corpora are pooled or crossed.
        train_variants: the variants of the training clips to train on.
        seeds: of splits and estimators.
        drop_duplicates: whether clips are left out whose sound there is more than once: all of
            them where its emotions differ, else all but one.

    >>> asked = study(protocols=["clips"], corpora=["emodb"], estimators=["svm"], seeds=[1, 2])
    >>> asked.seeds, asked.emotions
    ((1, 2), 'default')
    """

    protocols: tuple[Protocol, ...]
    estimators: tuple[Candidate, ...]
    pools: tuple[tuple[str, ...], ...]
    features: tuple[tuple[str, ...], ...] = (BEST,)
    normalisations: tuple[str, ...] = ("train",)
    emotions: tuple[str, ...] | str = "default"
    train_variants: tuple[Variant, ...] = TRAIN_VARIANTS
    seeds: tuple[int, ...] = (42,)
    drop_duplicates: bool = False

    @property
    def corpora(self) -> tuple[str, ...]:
        """The names of all corpora that are needed, sorted."""
        return tuple(sorted({name for pool in self.pools for name in pool}))

    @property
    def feature_sets(self) -> tuple[str, ...]:
        """The names of all feature sets that are needed, in their order."""
        return sets.ordered(name for group in self.features for name in group)


def study(
    *,
    protocols: Sequence[str],
    corpora: Sequence[str],
    estimators: Estimators,
    features: Sequence[str] = BEST,
    normalisation: Sequence[str] = ("train",),
    emotions: Sequence[str] | str = "default",
    train_variants: Sequence[str] = TRAIN_VARIANTS,
    seeds: Sequence[int] = (42,),
    drop_duplicates: bool = False,
) -> Study:
    """A study from the names of plug-ins.

    Args:
        protocols: names, for example ["clips", "speakers"].
        corpora: names as in the store; "a+b" pools a and b into one.
        estimators: names, or names with the parameters that differ from the defaults: one
            mapping, or a list of them to compare several settings. A list as the value of a
            parameter (not a tuple) is chosen from by each fit, on speakers of its training rows;
            [[64, 32]] is the one choice [64, 32]. An estimator of one's own, under a name that no
            plug-in has: {"mine": MyClassifier()}, its class, or a function that makes one, as
            `sertool.estimators.Estimator` says; it must be picklable where there are several jobs.
        features: feature sets of the store; "a+b" takes both together, "a@study" one by another
            rule for windows than its own.
        normalisation: names, for example ["train", "speaker"].
        emotions: "default", "six", "all", or a list of emotions.
        train_variants: of "original", "noise", "stretch_pitch"; a protocol with a recipe of its
            own, such as original, has its own.
        seeds: of splits and estimators.
        drop_duplicates: leave out clips whose sound there is more than once.

    Raises:
        UnknownName: a plug-in that does not exist.
        BadPlugin: one that cannot be used.
        BadChoice: any other name or type that does not exist.

    >>> asked = study(protocols=["speakers"], corpora=["emodb", "tess+savee"], estimators=["svm"])
    >>> asked.pools
    (('emodb',), ('savee', 'tess'))
    >>> asked.estimators[0].name, asked.seeds
    ('svm', (42,))
    """
    return Study(
        protocols=tuple(map(contracts.protocol, dict.fromkeys(protocols))),
        estimators=tuple(_candidates(estimators)),
        pools=tuple(dict.fromkeys(_pool(names) for names in corpora)),
        features=tuple(dict.fromkeys(_feature_sets(names) for names in features)),
        normalisations=tuple(map(_normalisation, dict.fromkeys(normalisation))),
        emotions=_emotions(emotions),
        train_variants=_each_of(train_variants, VARIANTS, "variant"),
        seeds=tuple(_seed(seed) for seed in dict.fromkeys(seeds)),
        drop_duplicates=drop_duplicates,
    )


def read(file: Path) -> dict[str, Any]:
    """The keys of a TOML file, to be passed to `study()`.

    Raises:
        NotFound: no such file.
        BadChoice: no TOML, an unknown key, or a value of another type.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(f"cannot read the specification {file}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadChoice(f"{file} is not TOML: {error}") from None
    for name, value in content.items():
        if name not in KEYS:
            raise BadChoice(f"{file}: unknown key {choices(name, KEYS)}")
        _check_type(file, name, value)
    return content


def _check_type(file: Path, name: str, value: object) -> None:
    if name == "drop_duplicates":
        if not isinstance(value, bool):
            raise BadChoice(f"{file}: {name} = {value!r} must be true or false")
        return
    kind, words = (int, "whole numbers") if name == "seeds" else (str, "names")
    is_list = isinstance(value, list) and all(type(each) is kind for each in value)
    is_table = name == "estimators" and isinstance(value, dict) and _are_settings(value)
    is_word = name == "emotions" and isinstance(value, str)
    if not (is_list or is_table or is_word):
        raise BadChoice(f"{file}: {name} = {value!r} must be a list of {words}: {name} = [...]")


def _are_settings(estimators: dict[str, Any]) -> bool:
    """Whether each estimator has a table of parameters, or a list of them."""
    settings = [each if isinstance(each, list) else [each] for each in estimators.values()]
    return all(isinstance(table, dict) for tables in settings for table in tables)


def _candidates(asked: Estimators) -> Iterator[Candidate]:
    for name in dict.fromkeys(asked):
        settings = asked[name] if isinstance(asked, Mapping) else {}
        if isinstance(settings, Mapping):
            yield candidate.named(name, settings)
        elif isinstance(settings, (list, tuple)):
            for each in settings:
                if not isinstance(each, Mapping):
                    raise BadChoice(
                        f"{name}: {each!r} is no table of parameters, such as {{C = 3}}"
                    )
                yield candidate.named(name, each)
        else:
            yield candidate.brought(name, settings)


def _normalisation(name: str) -> str:
    if normalisations.get(name).sees == "all rows":
        raise BadChoice(
            f"{name} lets training see the rows that are tested; only a protocol whose recipe says "
            "so takes it, such as original"
        )
    return name


def _feature_sets(names: str) -> tuple[str, ...]:
    """Sets that are taken together; one that is not installed may be in the store all the same."""
    given = _joined(names)
    try:
        return sets.in_order(given)
    except UnknownName:
        return sets.ordered(given)


def _pool(names: str) -> tuple[str, ...]:
    corpora = tuple(sorted(_joined(names)))
    if not corpora:
        raise BadChoice(f"{names!r} names no corpus; give one, or several as a+b")
    return corpora


def _joined(names: str) -> list[str]:
    return [name.strip() for name in names.split("+") if name.strip()]


def _emotions(given: Sequence[str] | str) -> tuple[str, ...] | str:
    if not isinstance(given, str):
        return tuple(given)
    if given not in CHOICES_OF_EMOTIONS:
        raise BadChoice(f"emotions {choices(given, CHOICES_OF_EMOTIONS)}, or a list of emotions")
    return given


def _each_of(given: Sequence[str], possible: Sequence[str], what: str) -> tuple[Any, ...]:
    for name in given:
        if name not in possible:
            raise BadChoice(f"no {what} {choices(name, possible)}")
    return tuple(dict.fromkeys(given))


def _seed(given: int) -> int:
    if not 0 <= given < 2**32:
        raise BadChoice(f"a seed is a whole number from 0 to {2**32 - 1}, not {given}")
    return given
