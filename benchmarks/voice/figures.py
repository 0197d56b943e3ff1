"""The figures of the study of voices."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from recorded import LEVELS, TITLES, Line, Lines, by_clips, estimators, pairs

from sertool.report.figures import COLOURS, GREY, MARKERS, STYLE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure(lines: Lines, question: str) -> bytes:
    """PNG with a panel for each corpus: UAR by number of clips, a line for each estimator."""
    from matplotlib import style
    from matplotlib.figure import Figure

    tried = pairs(lines, question)
    corpora = list(dict.fromkeys(corpus for corpus, _ in tried))
    names = estimators(lines, question)
    with style.context(["default", STYLE]):
        size = (2.1 * len(corpora), 2.9)
        drawing = Figure(figsize=size, dpi=150, layout="constrained")
        panels = drawing.subplots(1, len(corpora), sharey=True, squeeze=False)[0]
        for corpus, axes in zip(corpora, panels, strict=True):
            for number, name in enumerate(names):
                if (corpus, name) in tried:
                    beside = 0.1 * (number - (len(names) - 1) / 2)
                    found = by_clips(lines, question, corpus, name)
                    _curve(axes, found, COLOURS[number], MARKERS[number], beside, name)
            axes.axhline(100 * found[0].chance, color=GREY, linestyle="--", label="chance")
            axes.set(title=f"{corpus} ({len(found[0].matrices)} speakers)", ylim=(0, 100))
            axes.set_xticks(range(len(LEVELS)), [str(level) for level in LEVELS])
            axes.set(xlim=(-0.4, len(LEVELS) - 0.6), xlabel="clips known of the speaker")
            axes.grid(axis="y", color="#dddddd", linewidth=0.5)
        panels[0].set_ylabel("UAR, %")
        legend = dict(chain.from_iterable(_labelled(axes) for axes in panels))
        drawing.legend(legend.values(), legend.keys(), loc="outside lower center", ncols=4)
        drawing.suptitle(f"{TITLES[question]}: UAR, 95 % intervals", wrap=True)
    return _png(drawing)


def _curve(
    axes: Axes, found: Sequence[Line], colour: str, marker: str, beside: float, name: str
) -> None:
    """UAR of one estimator, with intervals."""
    uar = 100 * np.array([line.uar for line in found])
    ends = 100 * np.array([(line.interval.low, line.interval.high) for line in found])
    axes.errorbar(
        [LEVELS.index(line.clips) + beside for line in found], uar,
        yerr=np.abs(ends - uar[:, None]).T, color=colour, marker=marker, markersize=4, capsize=2,
        linewidth=1.2, elinewidth=0.8, label=name,
    )  # fmt: skip


def _labelled(axes: Axes) -> list[tuple[str, Artist]]:
    """What the legend says of a panel; not every estimator need be in each."""
    handles, labels = axes.get_legend_handles_labels()
    return list(zip(labels, handles, strict=True))


def _png(drawing: Figure) -> bytes:
    content = io.BytesIO()
    drawing.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()
