"""How the loops that NumPy has no word for are compiled.

Kernels are compiled by numba for the processor in use on their first use and kept on disk beside
this package (or in the user's cache folder where that is not writable), so that neither the next
process nor a worker compiles them again. They release the interpreter's lock, division by zero is
no error in them, and they round as they are written: no fused multiply-add, no other order of sums.
What is kept is compiled anew when its own file changes, not when another one does that it calls.

Spectra are laid out as in librosa, bins as rows and frames as columns, and the innermost loop runs
over frames: the processor then works on several frames side by side without any sum changing its
order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def kernel(function: Kernel) -> Kernel:
    """Compile a function over arrays."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def contracted(function: Kernel) -> Kernel:
    """Compile likewise, but let a product and a sum be rounded once: for polynomials."""
    decorate = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
    return cast(Kernel, decorate(function))


def inlined(function: Kernel) -> Kernel:
    """Let a function be compiled as a part of each kernel that calls it, and only there."""
    return cast(Kernel, numba.njit(inline="always")(function))
