"""The words that stand beside the numbers: what leaks, what was asked, how numbers were pooled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sertool.learning import confounding, normalisations
from sertool.notation import percent
from sertool.report.aggregates import MAJORITY, Pool, Target
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
    return tuple(leak if leak == "scaling" else f"{leak}s" for leak in leaks)


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


def pooled(shown: Sequence[tuple[Section, Pool]]) -> list[str]:
    """How the numbers of some pools came about, with the marks that they carry."""
    how = (
        "UAR % [95 % interval] / accuracy %, from the confusion matrices summed over folds; "
        "the interval is a bootstrap over speakers."
    )
    return [how, *explained(shown)]


def explained(shown: Sequence[tuple[Section, Pool]]) -> list[str]:
    """What a reader should know of some pools, and the marks that they carry."""
    notes = []
    if len({pool.labels for _, pool in shown}) > 1:
        notes.append(
            "Not all numbers are about the same emotions: hold each against its chance level."
        )
    few = {
        f"{pool.target.test_on} {len(pool.speakers)}"
        for _, pool in shown
        if pool.interval.over != "speakers"
    }
    if few:
        notes.append(
            f"{FEW_SPEAKERS} Fewer than five speakers ({', '.join(sorted(few))}): the interval is "
            "over clips, and too narrow; the next speaker may do quite differently."
        )
    if names := sorted({pool.target.test_on for _, pool in shown if is_confounded(pool)}):
        notes.append(
            f"{CONFOUNDED} Most speakers of {joined(names)} utter one emotion only: to know the "
            "voice is to know the emotion, so the figure says less than it seems to."
        )
    if any(is_at_chance(pool) for _, pool in shown):
        notes.append(f"{AT_CHANCE} Not above chance: the interval of UAR reaches down to it.")
    if not all(section.is_whole(pool) for section, pool in shown):
        notes.append(
            f"{UNFINISHED} On fewer folds or seeds than others in its column; not comparable yet."
        )
    if seeds := sorted({pool.seeds for _, pool in shown if len(pool.seeds) > 1}):
        each = joined(", ".join(map(str, these)) for these in seeds)
        notes.append(f"Several seeds ({each}): figures and limits are means over seeds.")
    return notes


def score(section: Section, pool: Pool) -> str:
    """A cell: UAR with its interval, accuracy, and the marks explained by `pooled`."""
    low, high = percent(pool.interval.low), percent(pool.interval.high)
    uar, accuracy = percent(pool.uar), percent(pool.accuracy)
    return f"{uar} [{low}, {high}]{marks(pool)} / {accuracy}{unfinished(section, pool)}"


def marks(pool: Pool) -> str:
    """What keeps a UAR from being quoted alone, a mark each, explained by `explained`."""
    few = FEW_SPEAKERS if pool.interval.over != "speakers" else ""
    confounded = CONFOUNDED if is_confounded(pool) else ""
    return few + confounded + (AT_CHANCE if is_at_chance(pool) else "")


def unfinished(section: Section, pool: Pool) -> str:
    """The mark of a number on fewer folds than others in its column, else nothing."""
    return "" if section.is_whole(pool) else UNFINISHED


def is_at_chance(pool: Pool) -> bool:
    """Whether an estimator, other than the chance line itself, is no better than guessing."""
    return pool.estimator != MAJORITY and pool.interval.low <= pool.chance.uar


def is_confounded(pool: Pool) -> bool:
    """Whether most speakers utter one emotion only, in a corpus that is divided in itself."""
    speakers, emotions = np.nonzero(pool.by_speaker.sum(axis=(0, 3)))
    within = pool.target.train_on == pool.target.test_on
    confounded = confounding.is_confounded(speakers.tolist(), emotions.tolist())
    return within and len(pool.speakers) > 1 and confounded


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


def record(section: Section, pool: Pool) -> dict[str, Value]:
    """All that is known of a pool, as plain numbers; shares in [0, 1]."""
    return {
        **setting(section, pool.target),
        "estimator": pool.estimator,
        "uar": round(pool.uar, 6),
        "uar_low": round(pool.interval.low, 6),
        "uar_high": round(pool.interval.high, 6),
        "interval_over": pool.interval.over,
        "accuracy": round(pool.accuracy, 6),
        "macro_f1": round(pool.macro_f1, 6),
        "uar_mean_of_folds": round(pool.mean_of_folds, 6),
        "n_results": len(pool.results),
        "n_seeds": len(pool.seeds),
        "n_clips": pool.n_clips,
        "n_rows": sum(pool.tested.values()),
        "n_speakers": len(pool.speakers),
        "n_emotions": len(pool.labels),
        "labels": ";".join(pool.labels),
        "chance_uar": round(pool.chance.uar, 6),
        "majority_accuracy": round(pool.chance.accuracy, 6),
    }
