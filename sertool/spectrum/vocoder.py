"""The phase vocoder: play spectra faster or slower without changing their frequencies."""

from __future__ import annotations

import numpy as np

from sertool.spectrum.angle import angle
from sertool.spectrum.banks import HOP, N_FFT
from sertool.spectrum.compiled import contracted, kernel
from sertool.spectrum.transform import inverse_stft

_TURN = 2 * np.pi
_QUARTERS_PER_RADIAN = 2 / np.pi
_QUARTER_HEAD = 1.5707963267341256  # a quarter turn in two parts: the head has 33 bits, so that
_QUARTER_TAIL = 6.077100506506192e-11  # its product with a count of quarters is exact
_TO_INTEGER = 1.5 * 2.0**52
"""Adding and taking this away again rounds a float64 to the nearest integer, ties to even."""

_S1, _S2, _S3 = -0.16666654943701084, 0.008332178146138854, -0.00019517298981385725
_C1, _C2 = -0.49999999725108224, 0.041666623324344516
_C3, _C4 = -0.001388676379437604, 2.4390450703564542e-05

_BELOW_FLOAT32 = 2**29 - 1  # the bits of a float64 that a float32 has no room for
_HALF_WAY = 2**28
_MARGIN = _HALF_WAY // 2**12


def stretched(spectra: np.ndarray, length: int, rate: float) -> np.ndarray:
    """The sound with these spectra at another tempo.

    Args:
        spectra: the STFT of the sound, shape (n_frames, 1025), complex64.
        length: of the sound, in samples.
        rate: above 1 is faster.

    Returns:
        Shape (round(length / rate),), float32.

    Source: `librosa.effects.time_stretch`.
    """
    steps = np.arange(0, len(spectra), rate)
    slower = np.empty((steps.size, spectra.shape[1]), np.complex64)
    magnitude, angles = np.abs(spectra), angle(spectra)
    expected = HOP * np.fft.rfftfreq(N_FFT, 1 / _TURN)
    silence = np.zeros(expected.size, np.float32)
    room = np.empty((3, expected.size))
    _resynthesise(magnitude, angles, silence, steps, expected, angles[0].copy(), room, slower)
    return inverse_stft(slower, round(length / rate))


@kernel
def _resynthesise(
    magnitude: np.ndarray,
    angle: np.ndarray,
    silence: np.ndarray,
    steps: np.ndarray,
    expected: np.ndarray,
    phase: np.ndarray,
    room: np.ndarray,
    spectra: np.ndarray,
) -> None:
    """Spectra at fractional frames: magnitudes interpolated, phases carried on.

    From one output frame to the next a bin's phase advances as much as it did between the two
    input frames around it. The running phase is float32, as librosa's is: in float64 the result
    would be another one, as rounding errors add up over frames.

    Args:
        magnitude: shape (n_frames, 1025), float32; silence follows.
        angle: in radians, likewise.
        silence: zeros, shape (1025,), float32.
        steps: places in input frames, shape (n_steps,).
        expected: phase advance of a steady tone in each bin from frame to frame, shape (1025,).
        phase: that of the first frame, shape (1025,), float32; left behind is the last one's.
        room: for three rows of float64, shape (3, 1025).
        spectra: the result, shape (n_steps, 1025), complex64.
    """
    sine, cosine, size = room[0], room[1], room[2]
    for t in range(steps.size):
        _sines_and_cosines(phase, sine, cosine)
        here = int(steps[t])
        last = here + 1 == angle.shape[0]
        loud = silence if last else magnitude[here + 1]
        _interpolate(magnitude[here], loud, steps[t] - here, size)
        _set_polar(size, cosine, sine, spectra[t])
        _advance(phase, angle[here], silence if last else angle[here + 1], expected)


@kernel
def _interpolate(before: np.ndarray, after: np.ndarray, part: float, size: np.ndarray) -> None:
    for k in range(size.size):
        size[k] = (1.0 - part) * before[k] + part * after[k]


@kernel
def _set_polar(
    size: np.ndarray, cosine: np.ndarray, sine: np.ndarray, spectrum: np.ndarray
) -> None:
    for k in range(size.size):
        spectrum[k] = complex(np.float32(cosine[k]) * size[k], np.float32(sine[k]) * size[k])


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
def _sines_and_cosines(angles: np.ndarray, sine: np.ndarray, cosine: np.ndarray) -> None:
    """Fill both, float64, with what the GNU library's float32 functions answer for float32 angles.

    librosa calls these one by one, and the running phase carries their last bit on. Here they are
    computed side by side, by the library's own series; where the result lies so close to half-way
    between two floats that the order of operations might matter, the library is asked.
    """
    _series(angles, sine, cosine)
    sine_bits, cosine_bits = sine.view(np.int64), cosine.view(np.int64)
    doubted = 0
    for k in range(sine.size):
        doubted += _is_close(sine_bits[k]) | _is_close(cosine_bits[k])
    if doubted:
        for k in range(sine.size):
            if _is_close(sine_bits[k]) | _is_close(cosine_bits[k]):
                sine[k], cosine[k] = np.sin(angles[k]), np.cos(angles[k])


@kernel
def _is_close(bits: int) -> bool:
    """Whether the float64 of these bits lies close to half-way between two float32."""
    return abs((bits & _BELOW_FLOAT32) - _HALF_WAY) < _MARGIN


@contracted
def _series(angles: np.ndarray, sine: np.ndarray, cosine: np.ndarray) -> None:
    """Both in float64, for angles up to 10**9 rad, to about the last bit of float32.

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
