"""Results -> sections: what was run under one protocol and the same conditions, to be tabled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sertool.benchmark.results import Result
from sertool.learning import normalisations
from sertool.report.aggregates import Aggregate, Target, aggregates, chance_last


class Conditions(NamedTuple):
    """What was chosen beside the protocol; numbers of other conditions stand in other tables.

    Attributes:
        normalisation: how features were standardised.
        train_variants: the variants trained on.
        features: the feature sets, joined by "+".
    """

    normalisation: str
    train_variants: tuple[str, ...]
    features: str


@dataclass(frozen=True)
class Section:
    """The aggregates of one protocol under the same conditions.

    Attributes:
        protocol: its name.
        conditions: what else was chosen.
        varying: which of the conditions differ between sections.
        aggregates: by estimator and target.
    """

    protocol: str
    conditions: Conditions
    varying: frozenset[str]
    aggregates: Mapping[tuple[str, Target], Aggregate] = field(repr=False)

    @property
    def normalisation(self) -> str:
        """How features were standardised."""
        return self.conditions.normalisation

    @cached_property
    def estimators(self) -> tuple[str, ...]:
        """Their names, sorted, the chance line last."""
        return chance_last(name for name, _ in self.aggregates)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Single corpora first, pools of several after them, each by name."""
        targets = {target for _, target in self.aggregates}
        return tuple(sorted(targets, key=lambda each: (by_size(each.test_on), each)))

    @property
    def within(self) -> bool:
        """Whether each corpus was divided in itself."""
        return all(target.train_on == target.test_on for target in self.targets)

    @property
    def own_recipe(self) -> bool:
        """Whether the protocol fixes its conditions itself."""
        return not is_choice(self.normalisation)

    @property
    def first(self) -> Result:
        """Any of its results; all have the same question and leaks."""
        return next(iter(self.aggregates.values())).results[0]

    @property
    def words(self) -> tuple[str, ...]:
        """What tells this section from others of its protocol."""
        words = []
        if "features" in self.varying:
            words.append(f"features {self.conditions.features}")
        if self.own_recipe:
            return tuple(words)
        if "normalisation" in self.varying:
            words.append(f"{self.normalisation} normalisation")
        if "train_variants" in self.varying:
            words.append(f"trained on {', '.join(self.conditions.train_variants)}")
        return tuple(words)

    @property
    def name(self) -> str:
        """Fit for a file name once it is made plain."""
        is_chosen = "train_variants" in self.varying and not self.own_recipe
        variants = self.conditions.train_variants if is_chosen else ()
        features = (self.conditions.features,) if "features" in self.varying else ()
        return "-".join((self.protocol, self.normalisation, *features, *variants))

    @property
    def sorted_aggregates(self) -> list[Aggregate]:
        """All aggregates, in the order of `targets` and `estimators`."""
        return [aggregate for target in self.targets for aggregate in self.of(target)]

    def of(self, target: Target) -> list[Aggregate]:
        """The aggregates of one target, in the order of `estimators`."""
        return [
            self.aggregates[name, target]
            for name in self.estimators
            if (name, target) in self.aggregates
        ]

    def fullest(self, target: Target) -> Aggregate:
        """The aggregate of one target that was tested on most clips."""
        return max(self.of(target), key=lambda aggregate: aggregate.n_clips)

    def is_whole(self, aggregate: Aggregate) -> bool:
        """Whether it was fitted on all the splits that any other of its target was fitted on."""
        return aggregate.splits == frozenset().union(
            *(other.splits for other in self.of(aggregate.target))
        )

    def suffix(self, target: Target) -> str:
        """What tells a target from others of the same name: its emotions, its feature rows."""
        same = [
            other
            for other in self.targets
            if (other.train_on, other.test_on) == (target.train_on, target.test_on)
        ]
        words = [target.emotions] if len({each.emotions for each in same}) > 1 else []
        if sum(each.emotions == target.emotions for each in same) > 1:
            words.append(f"store {target.store[:8]}")
        return f" ({', '.join(words)})" if words else ""

    def tested(self, target: Target) -> str:
        """What was tested on, as a heading."""
        return target.test_on + self.suffix(target)

    def label(self, target: Target) -> str:
        """A heading: "emodb", "en->de"."""
        pair = dict.fromkeys((target.train_on, target.test_on))
        return "->".join(pair) + self.suffix(target)


def is_choice(normalisation: str) -> bool:
    """Whether a study chooses this; what sees all rows is taken by a protocol's recipe alone.

    >>> is_choice("speaker"), is_choice("minmax_all"), is_choice("of a package that is gone")
    (True, False, True)
    """
    found = normalisations.find(normalisation)
    return found is None or found.sees != "all rows"


def by_size(name: str) -> tuple[bool, int, str]:
    """Orders corpora before pools of several, and those before all the others.

    >>> sorted(["others", "a+b", "c", "b"], key=by_size)
    ['b', 'c', 'a+b', 'others']
    """
    return name == "others", name.count("+"), name


def sections(results: Iterable[Result]) -> list[Section]:
    """Results as sections, those whose train and test share most first; order plays no part."""
    kept = sorted({result.key: result for result in results}.items())
    groups: defaultdict[tuple[str, Conditions], list[Result]] = defaultdict(list)
    for _, each in kept:
        conditions = Conditions(each.normalisation, each.train_variants, each.features)
        groups[each.protocol, conditions].append(each)
    varying = _varying([result for _, result in kept])
    made = [Section(*setting, varying, aggregates(group)) for setting, group in groups.items()]
    return sorted(made, key=_order)


def _order(section: Section) -> tuple[int, str, int, Conditions]:
    how = normalisations.find(section.normalisation)
    place = normalisations.SIGHTS.index(how.sees) if how else len(normalisations.SIGHTS)
    leaks = len(section.first.leaks)
    return -leaks, section.protocol, place, section.conditions


def _varying(results: Sequence[Result]) -> frozenset[str]:
    """What differs; what a protocol fixes itself is no choice."""
    free = [each for each in results if is_choice(each.normalisation)]
    found: dict[str, set[Any]] = {
        "normalisation": {each.normalisation for each in free},
        "train_variants": {each.train_variants for each in free},
        "features": {each.features for each in results},
    }
    return frozenset(name for name, values in found.items() if len(values) > 1)
