"""The optimism gap: how much of a figure is owed to speakers that were trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sertool.notation import percent
from sertool.report.aggregates import Target, chance_last
from sertool.report.notes import about, setting
from sertool.report.sections import Section
from sertool.report.table import Table

Scores = dict[tuple[str, Target], tuple[float, float]]
"""By estimator and target: UAR under `clips` and under `speakers`, in [0, 1]."""


def gaps(sections: Sequence[Section]) -> Iterator[Table]:
    """UAR under `clips` minus UAR under `speakers`: what it is worth to know the speakers."""
    for clips, speakers in gap_pairs(sections):
        if scores := gap_scores(clips, speakers):
            yield _gap(clips, speakers, scores)


def gap_pairs(sections: Sequence[Section]) -> list[tuple[Section, Section]]:
    """The sections of `clips` and `speakers` that differ in nothing else."""
    speakers = {each.conditions: each for each in sections if each.protocol == "speakers"}
    return [
        (each, speakers[each.conditions])
        for each in sections
        if each.protocol == "clips" and each.conditions in speakers
    ]


def gap_scores(clips: Section, speakers: Section) -> Scores:
    """UAR under both, where both are finished."""
    pairs = [
        (aggregate, speakers.aggregates[aggregate.estimator, aggregate.target])
        for aggregate in clips.sorted_aggregates
        if (aggregate.estimator, aggregate.target) in speakers.aggregates
    ]
    return {
        (known.estimator, known.target): (known.uar, new.uar)
        for known, new in pairs
        if clips.is_whole(known) and speakers.is_whole(new)
    }


def _gap(clips: Section, speakers: Section, scores: Scores) -> Table:
    estimators = chance_last(name for name, _ in scores)
    targets = [target for target in clips.targets if target in {each for _, each in scores}]
    return Table(
        name=clips.name.replace("clips", "optimism-gap", 1),
        title=", ".join(("Optimism gap: UAR under clips minus UAR under speakers", *clips.words)),
        columns=("estimator", *(clips.label(target) for target in targets)),
        rows=tuple(
            (each, *(_gap_cell(scores.get((each, target))) for target in targets))
            for each in estimators
        ),
        notes=(
            *(about(section)[0] for section in (clips, speakers)),
            about(clips)[1],
            "Points of UAR (clips → speakers), each from the confusion matrices summed over folds: "
            "how much a figure owes to the speakers being known.",
        ),
        records=tuple(
            {
                **setting(clips, target),
                "protocol": "clips - speakers",
                "leaks": "",
                "estimator": estimator,
                "uar_clips": round(known, 6),
                "uar_speakers": round(new, 6),
                "gap": round(known - new, 6),
            }
            for (estimator, target), (known, new) in scores.items()
        ),
    )


def _gap_cell(pair: tuple[float, float] | None) -> str:
    if pair is None:
        return ""
    known, new = pair
    return f"{100 * (known - new):+.1f} ({percent(known)} → {percent(new)})"
