"""The phase vocoder: play spectra faster or slower without changing their frequencies."""

from __future__ import annotations

from functools import cache

import numpy as np

from sertool.features.spectrum.banks import HOP, N_FFT, hann
from sertool.features.spectrum.kernels import fft
from sertool.features.spectrum.kernels.angle import angle
from sertool.features.spectrum.kernels.compiled import contracted, kernel
from sertool.features.spectrum.kernels.inverse_fft import transform_back
from sertool.features.spectrum.kernels.simd import MOST_LANES
from sertool.features.spectrum.kernels.transpose import turned
from sertool.features.spectrum.kernels.twiddles import twiddle_factors
from sertool.features.spectrum.stft import overlap, overlap_add

_TURN = 2 * np.pi
_QUARTERS_PER_RADIAN = 2 / np.pi
_QUARTER_HEAD = 1.5707963267341256  # a quarter turn in two parts: the head has 33 bits, so that
_QUARTER_TAIL = 6.077100506506192e-11  # its product with a count below 2**20 is exact
_TO_INTEGER = 1.5 * 2.0**52
"""Adding and taking this away again rounds a float64 to the nearest integer, ties to even."""

_S1, _S2, _S3 = -0.16666654943701084, 0.008332178146138854, -0.00019517298981385725
_C1, _C2 = -0.49999999725108224, 0.041666623324344516
_C3, _C4 = -0.001388676379437604, 2.4390450703564542e-05

_BELOW_FLOAT32 = 2**29 - 1  # the bits of a float64 that a float32 has no room for
_HALF_WAY = 2**28
_MARGIN = _HALF_WAY // 2**12
_LOWEST_NEAR = _HALF_WAY - _MARGIN
_WITHOUT_SIGN = 2**63 - 1
_SMALL = int(np.float64(2.0**-9).view(np.int64))


def stretched(spectra: np.ndarray, magnitude: np.ndarray, length: int, rate: float) -> np.ndarray:
    """The sound with these spectra at another tempo.

    Args:
        spectra: the STFT of the sound, shape (1025, n_frames), complex64.
        magnitude: its absolute values, float32.
        length: of the sound, in samples.
        rate: above 1 is faster.

    Returns:
        Shape (round(length / rate),), float32.

    Source: `librosa.effects.time_stretch`.
    """
    length = round(length / rate)
    parts = turned(spectra.view(np.float32)).reshape(-1, 2, len(spectra))
    steps = np.arange(0, len(parts), rate)[: -(-(length + N_FFT) // HOP)]
    samples = np.zeros(length, np.float32)
    _play(
        turned(magnitude), angle(parts), steps, HOP * np.fft.rfftfreq(N_FFT, 1 / _TURN),
        _series_is_that_of_the_library(), twiddle_factors(N_FFT, np.float32),
        fft.room(N_FFT, np.float32), hann(N_FFT), samples,
    )  # fmt: skip
    samples /= overlap(steps.size, length)
    return samples


@kernel
def _play(
    magnitude: np.ndarray,
    angle: np.ndarray,
    steps: np.ndarray,
    expected: np.ndarray,
    own_series: bool,
    factors: tuple[np.ndarray, ...],
    lines: np.ndarray,
    window: np.ndarray,
    samples: np.ndarray,
) -> None:
    """Frames at fractional places: magnitudes interpolated, phases carried on.

    From one output frame to the next a bin's phase advances as much as it did between the two
    input frames around it. The running phase is float32, as librosa's is: in float64 the result
    would be another one, as rounding errors add up over frames.

    Args:
        magnitude: shape (n_frames, 1025), float32; silence follows.
        angle: in radians, likewise.
        steps: places in input frames, shape (n_steps,).
        expected: phase advance of a steady tone in each bin from frame to frame, shape (1025,).
        own_series: as `_sines_and_cosines` takes it.
        factors: as made by `twiddle_factors`.
        lines: as made by `fourier.room`.
        window: by which frames are multiplied before they are added up, shape (2048,).
        samples: zeros, then the result.
    """
    silence = np.zeros(expected.size, np.float32)
    sine, cosine, phase = np.empty(expected.size), np.empty(expected.size), angle[0].copy()
    spectra = np.zeros((2, MOST_LANES, expected.size), np.float32)
    frames = np.empty((MOST_LANES, window.size), np.float32)
    for start in range(0, steps.size, MOST_LANES):
        count = min(MOST_LANES, steps.size - start)
        for row in range(count):
            here = int(steps[start + row])
            last = here + 1 == angle.shape[0]
            loud = silence if last else magnitude[here + 1]
            part = steps[start + row] - here
            _sines_and_cosines(phase, own_series, sine, cosine)
            x, y = spectra[0, row], spectra[1, row]
            _set_polar(magnitude[here], loud, part, cosine, sine, x, y)
            _advance(phase, angle[here], silence if last else angle[here + 1], expected)
        transform_back(spectra, factors, lines, frames)
        overlap_add(frames[:count], start, window, samples)


@kernel
def _set_polar(
    before: np.ndarray,
    after: np.ndarray,
    part: float,
    cosine: np.ndarray,
    sine: np.ndarray,
    real: np.ndarray,
    imaginary: np.ndarray,
) -> None:
    """A spectrum of magnitudes that lie between two frames, `part` of the way, and of an angle."""
    for k in range(real.size):
        size = (1.0 - part) * before[k] + part * after[k]
        real[k] = np.float32(cosine[k]) * size
        imaginary[k] = np.float32(sine[k]) * size


@kernel
def _advance(
    phase: np.ndarray, before: np.ndarray, after: np.ndarray, expected: np.ndarray
) -> None:
    """Carry phases on by what they gained from one frame to the next, whole turns set right."""
    for k in range(phase.size):
        excess = np.float64(after[k] - before[k]) - expected[k]
        excess -= _TURN * ((excess / _TURN + _TO_INTEGER) - _TO_INTEGER)
        phase[k] = np.float32(phase[k] + (expected[k] + excess))


@kernel
def _sines_and_cosines(
    angles: np.ndarray, own_series: bool, sine: np.ndarray, cosine: np.ndarray
) -> None:
    """Fill both, float64, with what the C library's float32 functions answer for float32 angles.

    librosa calls these one by one, and the running phase carries their last bit on. Where the
    library is known to compute it so (`own_series`), its series is computed here for several angles
    side by side, and the library is asked only where the result lies so close to half-way between
    two floats that the order of operations might matter; else it is asked for all.
    """
    doubts = np.full(sine.size, -1)
    if own_series:
        _series(angles, sine, cosine)
        _doubt(sine.view(np.int64), cosine.view(np.int64), doubts)
    for k in range(doubts.size):
        if doubts[k] < 0:
            sine[k], cosine[k] = np.sin(angles[k]), np.cos(angles[k])


@cache
def _series_is_that_of_the_library() -> bool:
    """Whether this machine's C library computes sines and cosines as is done here."""
    angles = np.random.default_rng(0).uniform(-1e4, 1e4, 2**16).astype(np.float32)
    own, asked = np.empty((2, 2, angles.size))
    _sines_and_cosines(angles, True, *own)
    _sines_and_cosines(angles, False, *asked)
    return np.array_equal(own.astype(np.float32), asked)


@kernel
def _doubt(sine_bits: np.ndarray, cosine_bits: np.ndarray, doubts: np.ndarray) -> None:
    """Make `doubts` negative where float64 numbers of these bits are doubtful."""
    for k in range(doubts.size):
        doubts[k] = _doubt_of(sine_bits[k]) | _doubt_of(cosine_bits[k])


@kernel
def _doubt_of(bits: int) -> int:
    """Below 0 if the float64 of these bits might round to another float32 in the library.

    It lies close to half-way between two of them, or it is so small that the rounding of the
    library's own quarter turns shows. The sign of a number says so, as with truth values numba
    finds no way to test several numbers side by side.
    """
    above_near = ((bits - _LOWEST_NEAR) & _BELOW_FLOAT32) - 2 * _MARGIN
    return above_near | ((bits & _WITHOUT_SIGN) - _SMALL)


@contracted
def _series(angles: np.ndarray, sine: np.ndarray, cosine: np.ndarray) -> None:
    """Both in float64, to about the last bit of float32, for angles up to some 10**6 rad.

    The angle is taken modulo a quarter turn; there two short series hold, and the quarter says
    which of them is which. No branch and no table, so that several run side by side.

    Source: sinf and cosf of the GNU C library from 2.28 on, by Arm, Optimized Routines.
    """
    for k in range(angles.size):
        angle = np.float64(angles[k])
        quarters = (angle * _QUARTERS_PER_RADIAN + _TO_INTEGER) - _TO_INTEGER
        x = (angle - quarters * _QUARTER_HEAD) - quarters * _QUARTER_TAIL
        z = x * x
        odd = x + z * x * (_S1 + z * (_S2 + z * _S3))
        even = 1.0 + z * (_C1 + z * (_C2 + z * (_C3 + z * _C4)))
        quarter = quarters - 4 * ((quarters * 0.25 + _TO_INTEGER) - _TO_INTEGER)  # in [-2, 2]
        crossed = abs(quarter) == 1
        sign = -1.0 if abs(quarter) == 2 else 1.0
        sine[k] = quarter * even if crossed else sign * odd
        cosine[k] = -quarter * odd if crossed else sign * even
