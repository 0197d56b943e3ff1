"""Voice activity: which frames may be speech, and in which windows somebody seems to speak.

All that depends on it asks here, and bounds on levels stand here. Levels are in decibels. Features
look at the frames of their spectrum, within one clip; a timeline and a microphone look at 20 ms
frames, window after window, and know what came before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from sertool.types import Signal

FRAME_S = 0.02
SILENCE_DB = -120.0
"""The lowest level that is told, in dB re full scale."""
QUIETEST_DB = -60.0
"""Level below which nothing counts as speech, in dB re full scale."""
ABOVE_BACKGROUND_DB = 6.0
"""How far above the background a frame of speech must be."""
ACTIVE_DB = 40.0
"""Frames this far below the loudest are no speech; how they sound, the room decides."""
VOICED_DB = 35.0
"""Frames this far below the loudest are not voiced, however harmonic they are."""
PAUSE_DB = 30.0
"""Frames this far below the loudest are pauses between words."""
STEADY_DB = 4.0
"""Range from the 10th to the 90th percentile of levels, in a second or more, called steady."""
LARGEST_CONSTANT = 0.002
"""Beyond this share of full scale a constant is named: models that feel it answer a quarter of all
recordings in another way."""
MEMORY = 30
"""Windows that are remembered for background and loudest frame."""
LEAST_S = 0.3
"""Active frames that a window must hold; of a shorter one, half."""
SHORTEST_WORD_S = 0.15
"""Active frames that a whole recording must hold; a short word has no more."""


def decibels(power: np.ndarray) -> np.ndarray:
    """Mean squares of samples as levels in dB re full scale, at least -120; shape kept.

    >>> decibels(np.array([1.0, 0.01, 0.0])).tolist()
    [0.0, -20.0, -120.0]
    """
    levels: np.ndarray = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))
    return levels


def levels(signal: Signal) -> np.ndarray:
    """Level of each whole 20 ms frame in dB re full scale, at least -120; shape (n_frames,).

    Around the mean of the frame: a constant is not heard, and so has no level.

    >>> levels(Signal(np.tile(np.float32([0.2, 0.0]), 160), 16_000)).round(2).tolist()
    [-20.0]
    """
    length = frame_length(signal.rate)
    n_frames = signal.samples.size // length
    frames = signal.samples[: n_frames * length].reshape(n_frames, length)
    return decibels(frames.var(axis=1, dtype=np.float64))


def frame_length(rate: int) -> int:
    """Samples of a frame at a rate in Hz.

    >>> frame_length(22_050)
    441
    """
    return round(FRAME_S * rate)


def near_loudest(levels: np.ndarray, within_db: float = ACTIVE_DB) -> np.ndarray:
    """Which frames are less than so many decibels softer than the loudest, shape kept, bool.

    >>> near_loudest(np.array([-50.0, -40.0, -5.0])).tolist()
    [False, True, True]
    """
    near: np.ndarray = levels > levels.max() - within_db
    return near


def pauses(levels: np.ndarray) -> np.ndarray:
    """Which frames are more than 30 dB softer than the loudest, shape kept, bool.

    >>> pauses(np.array([-50.0, -40.0, -5.0])).tolist()
    [True, True, False]
    """
    soft: np.ndarray = levels < levels.max() - PAUSE_DB
    return soft


def is_steady(levels: np.ndarray) -> bool:
    """Whether a second or more of 20 ms frames hardly changes in level; speech has pauses.

    >>> is_steady(np.full(50, -20.0)), is_steady(np.tile([-20.0, -40.0], 25))
    (True, False)
    """
    if levels.size < 1 / FRAME_S:
        return False
    return bool(np.subtract(*np.percentile(levels, [90, 10])) < STEADY_DB)


def voice_activity(
    windows: Iterable[tuple[float, Signal]],
) -> Iterator[tuple[float, Signal, bool]]:
    """Windows, each with whether somebody seems to speak in it.

    That is so where 0.3 s of it, or half of a shorter one, are active. A frame is active where it
    is louder than -60 dB, than the background plus 6 dB (the 10th percentile of the frames of the
    quietest of the last 30 windows) and than the loudest frame of these less 40 dB. A window
    shorter than a frame holds no speech.

    Args:
        windows: where each begins, in seconds, and its sound; in order.

    >>> vowel = np.sin(np.arange(8_000))
    >>> word = Signal(np.concatenate([vowel / 1_000, vowel]), 16_000)
    >>> pause = Signal(vowel / 1_000, 16_000)
    >>> [speaks for _, _, speaks in voice_activity([(0.0, word), (1.0, pause)])]
    [True, False]
    """
    backgrounds: deque[float] = deque(maxlen=MEMORY)
    loudest: deque[float] = deque(maxlen=MEMORY)
    for start_s, signal in windows:
        frames = levels(signal)
        if frames.size:
            backgrounds.append(background_level(frames))
            loudest.append(float(frames.max()))
        yield start_s, signal, bool(frames.size) and speaks(frames, min(backgrounds), max(loudest))


def speech(windows: Iterable[tuple[float, Signal]]) -> Iterator[tuple[float, Signal]]:
    """Those windows in which somebody seems to speak, as `voice_activity` finds them.

    >>> list(speech([(0.0, Signal(np.zeros(16_000), 16_000))]))
    []
    """
    return ((start_s, signal) for start_s, signal, speaks in voice_activity(windows) if speaks)


def holds_speech(levels: np.ndarray) -> bool:
    """Whether somebody seems to speak in a whole recording: 0.15 s of it are active, or half.

    Args:
        levels: of its frames, shape (n_frames,), in dB.

    >>> holds_speech(np.full(100, -40.0)), holds_speech(np.tile([-40.0, -60.0], 50))
    (False, True)
    """
    if not levels.size:
        return False
    background, loudest = background_level(levels), float(levels.max())
    return speaks(levels, background, loudest, least_s=SHORTEST_WORD_S)


def speaks(
    levels: np.ndarray, background: float, loudest: float, *, least_s: float = LEAST_S
) -> bool:
    """Whether enough frames are active for somebody to speak: so much, or half where there is less.

    Args:
        levels: of the frames, shape (n_frames,), in dB.
        background: the level of what lies behind, in dB.
        loudest: the level of the loudest frame around, in dB.
        least_s: how much must be active, in seconds.

    >>> speaks(np.tile([-40.0, -60.0], 50), -60.0, -40.0), speaks(np.full(9, -58.0), -60.0, -40.0)
    (True, False)
    """
    bound = max(QUIETEST_DB, background + ABOVE_BACKGROUND_DB, loudest - ACTIVE_DB)
    active_s = FRAME_S * np.count_nonzero(levels > bound)
    return bool(active_s >= min(least_s, FRAME_S * levels.size / 2))


def background_level(levels: np.ndarray) -> float:
    """Level of what lies behind the voice: the 10th percentile of the frames, in dB.

    >>> background_level(np.array([-60.0] * 20 + [-20.0] * 80))
    -60.0
    """
    return float(np.percentile(levels, 10))
