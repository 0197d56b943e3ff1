"""Changes to files and to what they hold, drawn from a source of random numbers."""

from __future__ import annotations

import json
import math
from random import Random

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1)
VALUES = (None, True, -1, 0.5, 2**70, 1e308, math.inf, math.nan, "")


def mutated(content: bytes, rng: Random) -> bytes:
    """A few changes, most of them near the beginning or the end, where headers are."""
    result = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        place = rng.randrange(len(result) + 1)
        if rng.random() < 0.6:
            place = min(place, rng.randrange(200))
        elif rng.random() < 0.5:
            place = max(0, len(result) - rng.randrange(400))
        change = rng.randrange(6)
        if change == 0:
            result[place : place + 1] = bytes([rng.randrange(256)])
        elif change == 1:
            width, order = rng.choice((1, 2, 4, 8)), rng.choice(("little", "big"))
            number = rng.choice(NUMBERS) % 256**width
            result[place : place + width] = number.to_bytes(width, order)
        elif change == 2:
            del result[place:]
        elif change == 3:
            del result[place : place + rng.randrange(1, 64)]
        elif change == 4:
            start = rng.randrange(len(result) + 1)
            result[place:place] = result[start : start + rng.randrange(1, 64)]
        else:
            result[place : place + 8] = rng.randbytes(rng.randrange(16))
    return bytes(result)


def restructured(schema: object, rng: Random) -> object:
    """A schema with one of its values changed, taken away, or put in the place of another."""
    holders = []
    level = [schema]
    while level:
        holders += level
        children = [each.values() if isinstance(each, dict) else each for each in level]
        level = [one for each in children for one in each if isinstance(one, dict | list) and one]
    holder, other = rng.choice(holders), rng.choice(holders)
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    words = ("ListNode", "FunctionNode", "numpy", "os", "system", "TreeNode", "json", "[", "1e999")
    if rng.random() < 0.2:
        del holder[key]
    else:
        copied = json.loads(json.dumps(other))
        holder[key] = rng.choice((*VALUES, copied, [], {}, *words))
    return schema
