"""What the numbers of a row are called; nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Sequence

STATISTICS = ("mean", "deviation")


def columns(layers: Sequence[int], width: int) -> tuple[str, ...]:
    """The names of the numbers that `pooling.pooled` returns.

    Args:
        layers: their numbers, from 1 on.
        width: of the encoder's frames.

    >>> columns([2], 2)
    ('layer_2_mean_001', 'layer_2_mean_002', 'layer_2_deviation_001', 'layer_2_deviation_002')
    """
    return tuple(
        f"layer_{number}_{statistic}_{unit:03}"
        for number in layers
        for statistic in STATISTICS
        for unit in range(1, width + 1)
    )
