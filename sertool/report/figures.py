"""The figures: colour-blind safe, drawn without a display, the same bytes each time."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sertool.notation import percent
from sertool.report.aggregates import MAJORITY, Aggregate, Target, compared
from sertool.report.notes import heading
from sertool.report.optimism import Scores, gap_pairs, gap_scores
from sertool.report.ranks import EstimatorRanks, estimator_ranks
from sertool.report.sections import Section, by_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's palette, which colour-blind readers can tell apart."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
GREY = "#666666"
SPREAD = 0.6
"""The width that the estimators of one test set take up, in test sets."""
MOST_PANELS = 12
"""Confusion matrices of more test sets than these are left to the tables."""
FEW_PAIRS = 4
"""Up to so many crossed pairs are drawn as dots, which show their intervals."""
DARK = 0.6
"""From this part of the colour map on, print is white."""
STYLE = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "figure.titlesize": 10,
    "font.size": 8,
    "legend.frameon": False,
    "text.parse_math": False,
}

Draw = Callable[[], "Figure"]


def figures(sections: Sequence[Section]) -> dict[str, Draw]:
    """All figures by name, none of them drawn yet.

    Per protocol: UAR with intervals (heat maps where many corpora are crossed) and the confusion
    matrices of the best estimator; the ranks of estimators over many test sets; the learning curves
    of those that learn in epochs; where both were run, the gap between clips and speakers.
    """
    found: dict[str, Draw] = {}
    for section in sections:
        few = len(section.targets) <= FEW_PAIRS
        draw = _dots if section.within or few else _heat_maps
        found[f"uar-{section.name}"] = partial(draw, section)
        if len(section.targets) <= MOST_PANELS:
            found[f"confusion-{section.name}"] = partial(_confusions, section)
        if ranks := estimator_ranks(section):
            found[f"ranks-{section.name}"] = partial(_ranks, section, ranks)
        if curves := _learning_curves(section):
            found[f"learning-{section.name}"] = partial(_learning, section, curves)
    for clips, speakers in gap_pairs(sections):
        if scores := gap_scores(clips, speakers):
            name = clips.name.replace("clips", "optimism-gap", 1)
            found[name] = partial(_gap, clips, scores)
    return found


def drawn(draw: Draw) -> bytes:
    """A figure as PNG."""
    from matplotlib import style

    with style.context(["default", STYLE]):
        return png(draw())


def _dots(section: Section) -> Figure:
    """UAR of every estimator on every corpus, with intervals and chance."""
    figure, axes = _wide(section.targets)
    names = compared(section.estimators)
    for number, name in enumerate(names):
        aggregates = [section.aggregates.get((name, target)) for target in section.targets]
        here = [(place, aggregate) for place, aggregate in enumerate(aggregates) if aggregate]
        uar = np.array([aggregate.uar for _, aggregate in here])
        ends = np.array(
            [[aggregate.interval.low, aggregate.interval.high] for _, aggregate in here]
        )
        lengths = np.nan_to_num(np.abs(ends - uar[:, None])).T
        axes.errorbar(
            [place + _offset(number, len(names)) for place, _ in here], 100 * uar,
            yerr=100 * lengths, fmt=MARKERS[number % len(MARKERS)], capsize=2, markersize=5,
            color=COLOURS[number % len(COLOURS)], elinewidth=1, label=name,
        )  # fmt: skip
    for place, target in enumerate(section.targets):
        chance = 100 * section.fullest(target).chance.uar
        label = "chance" if place == 0 else ""
        axes.hlines(chance, place - 0.4, place + 0.4, colors=GREY, linestyles="--", label=label)
    _finish(figure, axes, [section.label(target) for target in section.targets])
    figure.suptitle(f"UAR, 95 % intervals: {heading(section)}", wrap=True)
    return figure


def _gap(clips: Section, scores: Scores) -> Figure:
    """For every estimator and corpus, UAR under speakers (filled) and under clips (hollow)."""
    targets = [target for target in clips.targets if target in {each for _, each in scores}]
    figure, axes = _wide(targets)
    names = compared(name for name, _ in scores)
    for number, name in enumerate(names):
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        places = [place for place, target in enumerate(targets) if (name, target) in scores]
        pairs = 100 * np.array([scores[name, targets[place]] for place in places])
        across = np.array(places) + _offset(number, len(names))
        axes.vlines(across, pairs[:, 1], pairs[:, 0], colors=colour, linewidth=1.5)
        axes.plot(across, pairs[:, 0], marker, color=colour, markerfacecolor="white")
        axes.plot(across, pairs[:, 1], marker, color=colour, label=name)
    _finish(figure, axes, [clips.label(target) for target in targets])
    title = "Optimism gap: from new speakers (filled) to known speakers (hollow)"
    figure.suptitle(", ".join((title, *clips.words)), wrap=True)
    return figure


def _ranks(section: Section, found: EstimatorRanks) -> Figure:
    """Mean ranks on a line, the best on the left; a bar joins those that could be alike."""
    from matplotlib.figure import Figure

    ranks, reach = found.ranking.mean_ranks, found.ranking.critical_difference
    figure = Figure(figsize=(6.0, 1.4 + 0.25 * len(ranks)), dpi=150, layout="constrained")
    axes = figure.subplots()
    order = np.argsort(ranks, kind="stable")
    for height, number in enumerate(order):
        axes.plot(ranks[number], -height, "o", color=COLOURS[0])
        words = f" {found.estimators[number]} ({ranks[number]:.2f})"
        axes.text(ranks[number] + 0.04, -height, words, va="center")
        axes.hlines(-height, ranks[number], ranks[number] + reach, colors=GREY, linewidth=1)
    axes.set(xlim=(0.9, max(ranks.max() + reach, len(ranks)) + 0.1), yticks=[], xlabel="mean rank")
    axes.set_ylim(-len(ranks) + 0.4, 0.6)
    axes.spines["left"].set_visible(False)
    title = f"Mean ranks over {len(found.targets)} test sets, critical difference {reach:.2f}"
    figure.suptitle(f"{title}: {heading(section)}", wrap=True)
    return figure


def _learning_curves(section: Section) -> dict[str, list[dict[str, list[float]]]]:
    """By estimator and target, the curves of its fits, where it learns in epochs."""
    curves = {
        f"{section.label(aggregate.target)}: {aggregate.estimator}": [
            each.learning_curve for each in aggregate.results if "accuracy" in each.learning_curve
        ]
        for aggregate in section.sorted_aggregates
    }
    return {name: found for name, found in curves.items() if found}


def _learning(
    section: Section, curves: Mapping[str, Sequence[Mapping[str, list[float]]]]
) -> Figure:
    """One panel per estimator and test set: accuracy by epoch, one line a fit."""
    figure, panels = _panels(len(curves), (3.2, 2.4))
    kinds = (("accuracy", "rows that are learnt"), ("validation_accuracy", "validation rows"))
    for (name, fits), axes in zip(curves.items(), panels, strict=True):
        for colour, (kind, label) in zip(COLOURS, kinds, strict=False):
            for number, curve in enumerate(fits):
                values = 100 * np.array(curve.get(kind, []))
                epochs = range(1, len(values) + 1)
                axes.plot(epochs, values, color=colour, label="" if number else label)
        axes.set(title=name, xlabel="epoch", ylabel="accuracy, %", ylim=(0, 100))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    figure.suptitle(f"Learning curves: {heading(section)}", wrap=True)
    return figure


def _heat_maps(section: Section) -> Figure:
    """One panel per estimator: rows what was trained on, columns what was tested on."""
    names = compared(section.estimators)
    trained = sorted({target.train_on for target in section.targets}, key=by_size)
    tested = sorted({section.tested(target) for target in section.targets}, key=by_size)
    size = (1.6 + 0.75 * len(tested), 1.2 + 0.55 * len(trained))
    figure, panels = _panels(len(names), size)
    aggregates = section.sorted_aggregates
    ends = (
        min(aggregate.chance.uar for aggregate in aggregates),
        max(aggregate.uar for aggregate in aggregates),
    )
    for name, axes in zip(names, panels, strict=True):
        shares = np.full((len(trained), len(tested)), np.nan)
        words = [["" for _ in tested] for _ in trained]
        for target in section.targets:
            if aggregate := section.aggregates.get((name, target)):
                row, column = trained.index(target.train_on), tested.index(section.tested(target))
                shares[row, column] = aggregate.uar
                words[row][column] = f"{percent(aggregate.uar)}\n({percent(aggregate.chance.uar)})"
        _map(axes, shares, ends, words, trained, tested)
        axes.set(title=name, xlabel="tested on", ylabel="trained on")
    figure.suptitle(f"UAR % (chance): {heading(section)}", wrap=True)
    return figure


def _confusions(section: Section) -> Figure:
    """One panel per test set: the confusion matrix of its best estimator."""
    aggregates = [_winner(section, target) for target in section.targets]
    side = 1.4 + 0.5 * max(len(aggregate.labels) for aggregate in aggregates)
    figure, panels = _panels(len(aggregates), (side, side))
    for aggregate, axes in zip(aggregates, panels, strict=True):
        counts = aggregate.confusion
        shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
        words = [
            [f"{100 * share:.0f}\n{count}" for share, count in zip(*rows, strict=True)]
            for rows in zip(shares.tolist(), counts.tolist(), strict=True)
        ]
        _map(axes, shares, (0.0, 1.0), words, aggregate.labels, aggregate.labels)
        name = f"{section.label(aggregate.target)}: {aggregate.estimator}"
        title = f"{name}, UAR {percent(aggregate.uar)}"
        axes.set(title=title, xlabel="recognised", ylabel="spoken")
    figure.suptitle(f"Best estimator, % of each row and counts: {heading(section)}", wrap=True)
    return figure


def _winner(section: Section, target: Target) -> Aggregate:
    """The aggregate with the highest UAR; unfinished ones and the chance line only if alone."""
    return max(
        section.of(target),
        key=lambda aggregate: (
            section.is_whole(aggregate),
            aggregate.estimator != MAJORITY,
            aggregate.uar,
        ),
    )


def _map(
    axes: Axes,
    shares: np.ndarray,
    ends: tuple[float, float],
    words: Sequence[Sequence[str]],
    rows: Sequence[str],
    columns: Sequence[str],
) -> None:
    """A grid of shares as colours between two ends, with words on them."""
    low, high = ends
    axes.imshow(shares, cmap="Blues", vmin=low, vmax=high, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share - low > DARK * (high - low) else "black"
        axes.text(
            column, row, words[row][column],
            ha="center", va="center", color=colour, fontsize=6.5, in_layout=False,
        )  # fmt: skip
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(rows)), rows)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _offset(number: int, n_estimators: int) -> float:
    """Puts the estimators of one test set side by side, centred on it."""
    return SPREAD * ((number + 0.5) / n_estimators - 0.5)


def _wide(targets: Sequence[Target]) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(6.0, 2 + 1.2 * len(targets)), 3.6), dpi=150, layout="constrained")
    return figure, figure.subplots()


def _panels(number: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """A figure of panels of that size in inches, at most four side by side."""
    from matplotlib.figure import Figure

    across = min(number, 4 if number > 4 else 2 if number == 4 else number)
    down = math.ceil(number / across)
    width, height = across * size[0], down * size[1] + 0.4
    figure = Figure(figsize=(max(4.5, width), height), dpi=150, layout="constrained")
    every = figure.subplots(down, across, squeeze=False).ravel().tolist()
    for unused in every[number:]:
        unused.remove()
    return figure, every[:number]


def _finish(figure: Figure, axes: Axes, labels: Sequence[str]) -> None:
    axes.set_xticks(range(len(labels)), labels)
    axes.tick_params(axis="x", labelrotation=0 if len(labels) < 9 else 30)
    axes.set(ylabel="UAR, %", ylim=(0, 100), xlim=(-0.5, len(labels) - 0.5))
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=5)


def png(figure: Figure) -> bytes:
    """A figure as PNG, without the name of the software, so that the bytes repeat."""
    content = io.BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()
