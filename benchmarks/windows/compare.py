"""Which part of a recording to describe: rules compared on new speakers of three corpora.

    python benchmarks/windows/compare.py --emodb DIR --ravdess DIR --cremad DIR --jobs 2

The rule "utterance" was chosen by this table, on these corpora alone: functionals and logistic,
scaling by the training rows, one speaker of EmoDB left out at a time, five groups of the others'
(every third speaker of CREMA-D). Each rule is tested on whole clips, and on the first second of
speech of the same clips by models trained on whole clips.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import typer
from joblib import Parallel, delayed
from sklearn.metrics import recall_score
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from sertool import audio
from sertool.audio.activity import frame_length, levels, near_loudest
from sertool.audio.highpass import highpass
from sertool.audio.utterance import stretch
from sertool.corpora import find_corpus
from sertool.corpora.sources import folder_source
from sertool.errors import BadRecording
from sertool.estimators.logistic import logistic
from sertool.features import sets
from sertool.learning import scaling
from sertool.notation import markdown_table
from sertool.types import Signal

CORPORA = ("emodb", "ravdess", "cremad")
EVERY = {"cremad": 3}
"""Of how many speakers one is taken."""
FEATURES = sets.get("functionals")
Rule = Callable[[Signal], Signal]


def within(sound: Signal, decibels: float, longest_s: float, margin_s: float = 0.0) -> Signal:
    """From the first to the last frame so near the loudest, or the stretch with most of them."""
    length = frame_length(sound.rate)
    active = near_loudest(levels(sound), decibels)
    first, end = stretch(active, round(longest_s * sound.rate) // length)
    margin = round(margin_s * sound.rate)
    part = sound.samples[max(0, first * length - margin) : end * length + margin]
    return Signal(part, sound.rate)


def first_seconds(sound: Signal, seconds: float) -> Signal:
    """What a sound begins with."""
    return Signal(sound.samples[: round(seconds * sound.rate)], sound.rate)


RULES: dict[str, Rule] = {
    "study: 2.5 s from 0.6 s on": lambda sound: audio.window(sound)[0],
    "whole clip, up to 6 s": partial(first_seconds, seconds=6.0),
    **{
        f"within {decibels} dB, up to {longest_s} s": partial(
            within, decibels=decibels, longest_s=longest_s
        )
        for decibels, longest_s in ((25, 6), (30, 6), (40, 6), (50, 6), (40, 2.5), (40, 4))
    },
    "within 40 dB and 0.1 s around, up to 6 s": partial(
        within, decibels=40, longest_s=6, margin_s=0.1
    ),
}


def measured(path: Path) -> np.ndarray:
    """By each rule, of the whole clip and of its first second of speech; (n_rules, 2, 517)."""
    sound = highpass(audio.resample(audio.read(path), FEATURES.rate))
    second = first_seconds(within(sound, 40, 3600), 1.0)
    return np.stack([[_numbers(rule, part) for part in (sound, second)] for rule in RULES.values()])


def _numbers(rule: Rule, sound: Signal) -> np.ndarray:
    """NaN where a rule leaves too little."""
    try:
        part = rule(sound)
    except BadRecording:
        part = first_seconds(sound, 0.0)
    if part.samples.size < audio.RULE.minimum_s * sound.rate:
        return np.full(len(FEATURES.columns), np.nan)
    return sets.measure([FEATURES], part)


def uar(X: np.ndarray, y: np.ndarray, speakers: np.ndarray) -> tuple[float, float]:
    """In %, on whole clips and on seconds; X has the shape (n_clips, 2, n_features)."""
    folds = LeaveOneGroupOut() if len({*speakers}) <= 10 else GroupKFold(5)
    missing = np.isnan(X[:, :, 0])
    found = np.full((2, y.size), "none", dtype=object)
    for train, test in folds.split(y, groups=speakers):
        train = train[~missing[train, 0]]
        centre, scale = scaling.statistics(X[train, 0])
        model = logistic(random_state=42).fit((X[train, 0] - centre) / scale, y[train])
        for part in range(2):
            rows = test[~missing[test, part]]
            found[part, rows] = model.predict((X[rows, part] - centre) / scale)
    recall = partial(recall_score, y, labels=np.unique(y), average="macro", zero_division=0)
    whole, second = (100 * recall(each.astype(str)) for each in found)
    return whole, second


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in CORPORA:
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=-1)
    given = vars(parser.parse_args())
    rows: dict[str, list[str]] = {name: [] for name in RULES}
    for name in CORPORA:
        source = folder_source(find_corpus(name), given[name])
        taken = {*sorted({clip.speaker for clip in source.clips})[:: EVERY.get(name, 1)]}
        clips = [clip for clip in source.clips if clip.speaker in taken]
        work = (delayed(measured)(source.folder / clip.path) for clip in clips)
        X = np.stack(Parallel(given["jobs"], batch_size=16)(work))
        y, speakers = (np.array([getattr(c, key) for c in clips]) for key in ("emotion", "speaker"))
        for number, row in enumerate(rows.values()):
            row.append(" / ".join(f"{value:.1f}" for value in uar(X[:, number], y, speakers)))
    heads = ["rule", *(f"{name}: whole / first second" for name in CORPORA)]
    typer.echo(markdown_table(heads, [(name, *row) for name, row in rows.items()]))


if __name__ == "__main__":
    main()
