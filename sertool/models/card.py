"""The card of a model: what it was made from, how good it is and what it is not for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sertool.learning.calibration import CONFIDENT_ACCURACY, N_BINS
from sertool.models.persistence import Model
from sertool.notation import markdown_table, markdown_text, percent, settings

BAR = 40
"""Characters that stand for a probability of 1 in the reliability figure."""
LIMITS = """\
It guesses which emotion a piece of speech was acted with, for research and teaching. Acted emotion
is plainer than what people show in life, and what they show is not what they feel. Languages,
voices, ages, microphones and rooms that it was not trained on are answered worse, as the unseen
corpora show where they are listed. It is not for decisions about people: not in
hiring, schooling, policing, health or insurance."""


def card(model: Model) -> str:
    """The card as Markdown.

    Args:
        model: from `sertool.models.training.train` or `sertool.models.persistence.load`.
    """
    parts = [
        f"# {model.name}: {', '.join(model.labels)}",
        f"Recognises {len(model.labels)} emotions from {len(model.features)} features of "
        f"{_part(model.window)}.",
        "## Intended use and limits",
        LIMITS,
        "## Trained on",
        markdown_table(
            ["corpus", "clips", "speakers", "language", "licence"], _corpora(model.about)
        ),
        "\n".join(f"* {name}: {citation}" for name, citation in _citations(model.about)),
        f"Variants of each clip: {', '.join(model.about['variants'])}.",
        "## How good it is",
        "On clips of new speakers (held out in turn, from estimator and calibration), and on "
        "unseen "
        "corpora. In %, with 95 % intervals over "
        "speakers (over clips where marked †). Confident: answers that are marked so, and how many "
        "of them are right. Out of distribution: clips unlike the training recordings.",
        markdown_table(
            [
                "corpus",
                "",
                "clips",
                "UAR",
                "accuracy",
                "chance: UAR / accuracy",
                "confident",
                "out of distribution",
            ],
            _scores(model.about),
        ),
        "## Calibration",
        f"Expected calibration error on held-out speakers: "
        f"{model.about['calibration']['ece']:.3f} ({N_BINS} bins, most probable emotion). "
        f"{_confidence(model.sure_from)}",
        "```\n" + "\n".join(_reliability(model.about["calibration"]["bins"])) + "\n```",
        "## Made by",
        "\n".join(f"* {line}" for line in _origin(model)),
    ]
    return "\n\n".join(parts) + "\n"


def _part(window: Mapping[str, Any]) -> str:
    """Which part of a recording is analysed.

    >>> _part({"seconds": 6.0, "offset_s": 0.0, "name": "utterance"})
    'up to 6.0 s, from the first to the last sound of speech (window rule utterance)'
    """
    if window.get("name") == "utterance":
        found = f"up to {window['seconds']} s, from the first to the last sound of speech"
        return f"{found} (window rule utterance)"
    return f"{window['seconds']} s from {window['offset_s']} s on (window rule study)"


def _confidence(sure_from: float) -> str:
    """From which probability on an answer is confident.

    >>> _confidence(0.6)
    'An answer is confident from a probability of 0.60 on: 75% of those held out are right there.'
    """
    if sure_from >= 1:
        return (
            f"No probability is so high that {CONFIDENT_ACCURACY:.0%} of the held-out answers are "
            "right, so none is confident."
        )
    return (
        f"An answer is confident from a probability of {sure_from:.2f} on: "
        f"{CONFIDENT_ACCURACY:.0%} "
        "of those held out are right there."
    )


def _corpora(about: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for name, each in about["corpora"].items():
        languages = ", ".join(each["languages"])
        licence = markdown_text(each["licence"] or "not stated")
        yield name, f"{each['clips']:,}", str(each["speakers"]), languages, licence


def _citations(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((name, each["citation"] or "not stated") for name, each in about["corpora"].items())


def _scores(about: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for kind, words in (("held_out", "new speakers"), ("unseen", "unseen corpus")):
        for name, each in about.get(kind, {}).items():
            sure_accuracy = each["sure_accuracy"]
            right = "" if sure_accuracy is None else f", {percent(sure_accuracy)} right"
            yield (
                name, words, f"{each['clips']:,}", _interval(each["uar"]),
                _interval(each["accuracy"]),
                f"{percent(each['chance']['uar'])} / {percent(each['chance']['accuracy'])}",
                f"{percent(each['sure'])}{right}", percent(each["remarked"]),
            )  # fmt: skip


def _interval(score: Mapping[str, Any]) -> str:
    """Value and interval in %.

    >>> _interval({"value": 0.5, "low": 0.25, "high": 0.75, "over": "clips"})
    '50.0 [25.0, 75.0]†'
    """
    if math.isnan(score["low"]):
        return percent(score["value"])
    mark = "" if score["over"] == "speakers" else "†"
    return f"{percent(score['value'])} [{percent(score['low'])}, {percent(score['high'])}]{mark}"


def _reliability(bins: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A bar of how many were right for each bin; | stands where their probability is."""
    yield "probability   right   clips"
    for each in bins:
        drawn = "#" * round(BAR * each["accuracy"])
        at = min(BAR - 1, round(BAR * each["probability"]))
        bar = drawn.ljust(BAR)
        high = each["low"] + 1 / N_BINS
        yield (
            f"{each['low']:.2f} - {high:.2f}   {each['accuracy']:.2f}  {each['clips']:>6,}   "
            f"{bar[:at]}|{bar[at + 1 :]}".rstrip()
        )


def _origin(model: Model) -> Iterator[str]:
    given = settings(model.about["parameters"])
    yield f"estimator {model.name}, {given or 'its defaults'}; seed {model.about['seed']}"
    for kind, brought in model.about.get("plugins", {}).items():
        for name, package in brought.items():
            yield f"{kind.removesuffix('s').replace('_', ' ')} {name} of {package}"
    yield f"store {model.about['store']}"
    yield ", ".join(f"{name} {version}" for name, version in model.versions.items())
