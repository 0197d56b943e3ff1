"""Which channel of a recording is analysed: their mean, one of them, or each by itself.

A mean is no voice where the channels cancel each other, as where one is wired the wrong way round.
That is judged over the whole recording, so that a timeline and a single answer agree, and no voice
changes sides in the middle.
"""

from __future__ import annotations

import numpy as np

from sertool.errors import BadChoice, BadRecording

MIX = "mix"
EACH = "each"
SIDES = ("left", "right")
POSSIBLE = (MIX, *SIDES, EACH)
"""What may be asked for; or the number of a channel, from 1 on."""
CANCELLED_DB = -20.0
"""A mix that is so much weaker than its loudest channel is not listened to. Two channels of which
one is silent lie at -6 dB, eight unrelated ones at -9 dB."""

ALIKE = 0.98
"""Of channels whose power differs by less (0.1 dB) the first one is taken."""


def label(index: int, n_channels: int) -> str:
    """What a channel is called.

    >>> label(1, 2), label(1, 5), label(0, 1)
    ('right', 'channel 2', '')
    """
    if n_channels == 1:
        return ""
    return SIDES[index] if n_channels == 2 else f"channel {index + 1}"


def checked(channel: str) -> str:
    """The same name of a channel, where there can be such a one.

    Raises:
        BadChoice: what is possible.

    >>> checked("left"), checked("3")
    ('left', '3')
    """
    if channel not in POSSIBLE and not (channel.isdecimal() and channel.isascii() and int(channel)):
        raise BadChoice(f"no channel {channel!r}; possible: {', '.join(POSSIBLE)}, or its number")
    return channel


def indices(channel: str, n_channels: int, name: str) -> list[int | None]:
    """The channels that a name stands for, None = their mean.

    Args:
        channel: as `POSSIBLE` says.
        n_channels: how many there are.
        name: of the recording, for the error.

    Raises:
        BadChoice: no such name.
        BadRecording: the recording has no such channel.

    >>> indices("each", 2, "a.wav"), indices("mix", 2, "a.wav"), indices("2", 4, "a.wav")
    ([0, 1], [None], [1])
    """
    channel = checked(channel)
    if channel == MIX:
        return [None]
    if channel == EACH:
        return list(range(n_channels))
    index = SIDES.index(channel) if channel in SIDES else int(channel) - 1
    if index >= n_channels or (channel in SIDES and n_channels == 1):
        there = "one channel" if n_channels == 1 else f"{n_channels} channels"
        raise BadRecording(f"'{name}' has {there}, not {channel!r}; choose another channel or mix")
    return [index]


class Balance:
    """How strong the mix of some channels is beside each of them, while they are decoded.

    Args:
        n_channels: of each block.

    >>> balance = Balance(2)
    >>> balance.add(np.array([[0.5, -0.4], [-0.5, 0.4], [0.25, -0.25]]))
    >>> balance.instead()
    0
    """

    def __init__(self, n_channels: int) -> None:
        self._n_samples = 0
        self._sums = np.zeros(n_channels + 1)
        self._squares = np.zeros(n_channels + 1)

    def add(self, samples: np.ndarray) -> None:
        """Take in the next block, shape (n, n_channels)."""
        exact = samples.astype(np.float64)
        both = np.column_stack([exact, exact.mean(axis=1)])
        self._n_samples += len(both)
        self._sums += both.sum(axis=0)
        self._squares += np.square(both).sum(axis=0)

    def instead(self) -> int | None:
        """The loudest channel where the mix is far weaker; None = the mix is good.

        A constant in the samples is no sound and does not count.
        """
        power = self._squares - self._sums**2 / max(1, self._n_samples)
        loudest = power[:-1].max()
        if power[-1] >= 10 ** (CANCELLED_DB / 10) * loudest:
            return None
        return int(np.flatnonzero(power[:-1] >= ALIKE * loudest)[0])


def remark(index: int, n_channels: int) -> str:
    """What to say where a channel is analysed instead of the mix.

    >>> remark(0, 2)
    'the channels cancel each other: the left one is analysed'
    """
    side = label(index, n_channels)
    return f"the channels cancel each other: {'the ' * (n_channels == 2)}{side}" + (
        " one is analysed" if n_channels == 2 else " is analysed"
    )
