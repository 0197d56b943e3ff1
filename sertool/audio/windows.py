"""Cut a long recording into overlapping windows while it is being decoded, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sertool.audio import WindowRule
from sertool.audio.highpass import from_zero, highpass
from sertool.audio.resampling import resampled_blocks
from sertool.audio.utterance import trimmed
from sertool.errors import BadChoice, BadRecording
from sertool.types import Signal

SHORTEST_HOP_S = 0.05


def windows(
    blocks: Iterator[np.ndarray], rate: int, rule: WindowRule, hop_s: float
) -> Iterator[tuple[float, Signal]]:
    """Windows of a recording and where each begins, in seconds.

    They are `rule.timeline_s` long and begin at 0, `hop_s`, 2 `hop_s` and so on. One more ends with
    the recording where the last of them does not reach its end. A recording shorter than a window
    is one window by itself. Resampled to `rule.rate`, as everywhere.

    Args:
        blocks: mono samples in order, each of shape (n,), float32.
        rate: of the samples, in Hz.
        rule: `timeline_s`, `rate` and `minimum_s` count; the rest belongs to single clips.
        hop_s: from `SHORTEST_HOP_S` to `rule.timeline_s`.

    Raises:
        BadChoice: a hop outside these bounds.
        BadRecording: less than `rule.minimum_s` of sound.

    >>> second = np.zeros(16_000, np.float32)
    >>> rule = WindowRule(rate=16_000)
    >>> [start for start, _ in windows(iter([second] * 5), 16_000, rule, 1.0)]
    [0.0, 1.0, 2.0, 2.5]
    """
    if not SHORTEST_HOP_S <= hop_s <= rule.timeline_s:
        raise BadChoice(
            f"a hop of {hop_s} s; possible are {SHORTEST_HOP_S} s to {rule.timeline_s} s, the "
            "window"
        )
    length, hop = round(rule.timeline_s * rule.rate), round(hop_s * rule.rate)
    kept, first, start = np.empty(0, np.float32), 0, 0
    if rule.name == "utterance" and rate != rule.rate:
        blocks = from_zero(blocks)
    for block in resampled_blocks(blocks, rate, rule.rate):
        kept = np.concatenate([kept, block])
        while first + kept.size >= start + length:
            yield start / rule.rate, _part(kept[start - first :][:length], rule)
            start += hop
        spare = max(0, min(start - first, kept.size - length))
        kept, first = kept[spare:], first + spare
    end = first + kept.size
    if end < round(rule.minimum_s * rule.rate):
        raise BadRecording(
            f"{1000 * end / rule.rate:.0f} ms of sound are too short; "
            f"at least {1000 * rule.minimum_s:.0f} ms are needed"
        )
    if start - hop + length < end or not start:
        yield max(0, end - length) / rule.rate, _part(kept[-length:], rule)


def described_part(window: Signal, rule: WindowRule) -> tuple[Signal, float]:
    """What of a window with speech is described, and where it begins in the window, in seconds.

    By the rule "utterance" that is from the first to the last active frame, as of a whole
    recording; otherwise it is all of it.

    >>> described_part(Signal(np.zeros(16_000, np.float32), 16_000), WindowRule(16_000))[1]
    0.0
    """
    if rule.name == "utterance":
        return trimmed(highpass(window), rule.seconds)
    return window, 0.0


def _part(samples: np.ndarray, rule: WindowRule) -> Signal:
    return Signal(samples.copy(), rule.rate)
