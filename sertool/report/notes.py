"""The words beside the numbers: what leaks, what was asked, how results were aggregated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sertool.learning import confounding, normalisations
from sertool.notation import percent
from sertool.report.aggregates import MAJORITY, Aggregate, Target
from sertool.report.sections import Section
from sertool.report.table import Value
from sertool.types import VARIANTS

UNFAIR = ("clip", "scaling")
"""A protocol that leaks one of these measures memory; it is marked wherever it is shown."""
FEW_SPEAKERS = "†"
CONFOUNDED = "‡"
UNFINISHED = "*"
AT_CHANCE = "°"


def joined(words: Iterable[str]) -> str:
    """Words as English lists them.

    >>> joined(["clips", "speakers", "sentences"])
    'clips, speakers and sentences'
    >>> joined([])
    'nothing'
    """
    *most, last = words or ("nothing",)
    return f"{', '.join(most)} and {last}" if most else last


def shared(leaks: Iterable[str]) -> tuple[str, ...]:
    """What train and test share by design, in the plural.

    >>> shared(["speaker", "scaling"])
    ('speakers', 'scaling')
    """
    return tuple(_PLURALS.get(leak, f"{leak}s") for leak in leaks)


_PLURALS = {"scaling": "scaling", "corpus": "whatever the corpus's own split lets them share"}


def mark(section: Section) -> str:
    """The leaks in brackets, for a protocol that tests on what it was trained on, else nothing."""
    leaks = section.first.leaks
    return f" (leaks {', '.join(shared(leaks))})" if {*UNFAIR} & {*leaks} else ""


def heading(section: Section) -> str:
    """The protocol, its mark, and what else tells this section from others."""
    return ", ".join((section.protocol + mark(section), *section.words))


def about(section: Section) -> list[str]:
    """What a section asks, what leaks, and how its features were scaled."""
    leaks = joined(shared(section.first.leaks))
    scaled = _scaled(section)
    return [
        f"{section.protocol}{mark(section)}: {section.first.question} "
        f"Train and test share {leaks}.",
        scaled,
    ]


def _scaled(section: Section) -> str:
    """How features were scaled, and where the protocol fixes that, what was trained on."""
    how = normalisations.find(section.normalisation)
    if how is None:
        return f"Normalisation: {section.normalisation}."
    if not section.own_recipe:
        return how.sentence
    variants = section.conditions.train_variants
    which = "All variants" if variants == VARIANTS else f"The variants {joined(variants)}"
    return f"{which} are trained on, and {how.sentence[0].lower()}{how.sentence[1:]}"


def score_notes(shown: Sequence[tuple[Section, Aggregate]]) -> list[str]:
    """How the numbers of some aggregates came about, with the marks that they carry."""
    how = (
        "UAR % [95 % interval] / accuracy %, from the confusion matrices summed over folds; "
        "the interval is a bootstrap over speakers."
    )
    return [how, *explained(shown)]


def explained(shown: Sequence[tuple[Section, Aggregate]]) -> list[str]:
    """What a reader should know of some aggregates, and the marks that they carry."""
    notes = []
    if len({aggregate.labels for _, aggregate in shown}) > 1:
        notes.append(
            "Not all numbers are about the same emotions: hold each against its chance level."
        )
    few = {
        f"{aggregate.target.test_on} {len(aggregate.speakers)}"
        for _, aggregate in shown
        if aggregate.interval.over != "speakers"
    }
    if few:
        notes.append(
            f"{FEW_SPEAKERS} Fewer than five speakers ({', '.join(sorted(few))}): the interval is "
            "over clips, and too narrow; the next speaker may do quite differently."
        )
    if names := sorted(
        {aggregate.target.test_on for _, aggregate in shown if is_confounded(aggregate)}
    ):
        notes.append(
            f"{CONFOUNDED} Most speakers of {joined(names)} utter one emotion only: to know the "
            "voice is to know the emotion, so the figure says less than it seems to."
        )
    if any(is_at_chance(aggregate) for _, aggregate in shown):
        notes.append(f"{AT_CHANCE} Not above chance: the interval of UAR reaches down to it.")
    if not all(section.is_whole(aggregate) for section, aggregate in shown):
        notes.append(
            f"{UNFINISHED} On fewer folds or seeds than others in its column; not comparable yet."
        )
    if seeds := sorted({aggregate.seeds for _, aggregate in shown if len(aggregate.seeds) > 1}):
        each = joined(", ".join(map(str, these)) for these in seeds)
        notes.append(f"Several seeds ({each}): figures and limits are means over seeds.")
    return notes


def score(section: Section, aggregate: Aggregate) -> str:
    """A cell: UAR with its interval, accuracy, and the marks explained by `score_notes`."""
    low, high = percent(aggregate.interval.low), percent(aggregate.interval.high)
    uar, accuracy = percent(aggregate.uar), percent(aggregate.accuracy)
    return f"{uar} [{low}, {high}]{marks(aggregate)} / {accuracy}{unfinished(section, aggregate)}"


def marks(aggregate: Aggregate) -> str:
    """What keeps a UAR from being quoted alone, a mark each, explained by `explained`."""
    few = FEW_SPEAKERS if aggregate.interval.over != "speakers" else ""
    confounded = CONFOUNDED if is_confounded(aggregate) else ""
    return few + confounded + (AT_CHANCE if is_at_chance(aggregate) else "")


def unfinished(section: Section, aggregate: Aggregate) -> str:
    """The mark of a number on fewer folds than others in its column, else nothing."""
    return "" if section.is_whole(aggregate) else UNFINISHED


def is_at_chance(aggregate: Aggregate) -> bool:
    """Whether an estimator, other than the chance line itself, is no better than guessing."""
    return aggregate.estimator != MAJORITY and aggregate.interval.low <= aggregate.chance.uar


def is_confounded(aggregate: Aggregate) -> bool:
    """Whether most speakers utter one emotion only, in a corpus that is divided in itself."""
    speakers, emotions = np.nonzero(aggregate.by_speaker.sum(axis=(0, 3)))
    within = aggregate.target.train_on == aggregate.target.test_on
    confounded = confounding.is_confounded(speakers.tolist(), emotions.tolist())
    return within and len(aggregate.speakers) > 1 and confounded


def setting(section: Section, target: Target) -> dict[str, Value]:
    """The keys that every record begins with."""
    return {
        "protocol": section.protocol,
        "leaks": ";".join(section.first.leaks),
        "normalisation": section.normalisation,
        "train_variants": ";".join(section.conditions.train_variants),
        "features": section.conditions.features,
        "train_on": target.train_on,
        "test_on": target.test_on,
        "emotions": target.emotions,
        "store": target.store,
    }


def record(section: Section, aggregate: Aggregate) -> dict[str, Value]:
    """All that is known of an aggregate, as plain numbers; shares in [0, 1]."""
    return {
        **setting(section, aggregate.target),
        "estimator": aggregate.estimator,
        "uar": round(aggregate.uar, 6),
        "uar_low": round(aggregate.interval.low, 6),
        "uar_high": round(aggregate.interval.high, 6),
        "interval_over": aggregate.interval.over,
        "accuracy": round(aggregate.accuracy, 6),
        "macro_f1": round(aggregate.macro_f1, 6),
        "uar_mean_of_folds": round(aggregate.mean_of_folds, 6),
        "n_results": len(aggregate.results),
        "n_seeds": len(aggregate.seeds),
        "n_clips": aggregate.n_clips,
        "n_rows": sum(aggregate.tested.values()),
        "n_speakers": len(aggregate.speakers),
        "n_emotions": len(aggregate.labels),
        "labels": ";".join(aggregate.labels),
        "chance_uar": round(aggregate.chance.uar, 6),
        "majority_accuracy": round(aggregate.chance.accuracy, 6),
    }
