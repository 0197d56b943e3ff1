"""Keep freed memory for the next clip instead of handing it back to the system."""

from __future__ import annotations

from functools import cache

import numpy as np

_BYTES = 24 * 2**20


@cache
def keep_freed_memory() -> None:
    """Raise the size up to which the C library keeps what is freed, once per process.

    The GNU library maps large blocks afresh each time, and the system clears every page on its
    first use: a fourteenth of the time that a clip takes. When it sees a block freed, it takes
    blocks of that size for common and keeps memory up to there. The block here is never touched,
    so that it costs no memory itself; with other libraries nothing happens.
    """
    np.empty(_BYTES, np.uint8)
