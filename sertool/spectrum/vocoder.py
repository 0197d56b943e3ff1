"""The phase vocoder: play spectra faster or slower without changing their frequencies."""

from __future__ import annotations

import numpy as np

from sertool.spectrum.banks import HOP, N_FFT
from sertool.spectrum.compiled import contracted, kernel
from sertool.spectrum.transform import inverse_stft

_TURN = 2 * np.pi
_QUARTERS_PER_RADIAN = 2 / np.pi
_QUARTER_HEAD = 1.5707963267341256  # a quarter turn in two parts: the head has 33 bits, so that
_QUARTER_TAIL = 6.077100506506192e-11  # its product with a count of quarters is exact
_TO_INTEGER = 1.5 * 2.0**52
"""Adding and taking this away again rounds a float64 to the nearest integer, ties to even."""

_BELOW_FLOAT32 = 2**29 - 1  # the bits of a float64 that a float32 has no room for
_HALF_WAY = 2**28
_ODD_MARGIN = _HALF_WAY // 8
_EVEN_MARGIN = _HALF_WAY // 256


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
    magnitude, angle = np.abs(spectra), np.angle(spectra)
    expected = HOP * np.fft.rfftfreq(N_FFT, 1 / _TURN)
    silence = np.zeros(expected.size, np.float32)
    room = np.empty((5, expected.size))
    places = np.empty(expected.size, np.int64)
    _resynthesise(magnitude, angle, silence, steps, expected, angle[0].copy(), room, places, slower)
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
    places: np.ndarray,
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
        room: for five rows of float64, shape (5, 1025).
        places: for a list of bins, shape (1025,), int64.
        spectra: the result, shape (n_steps, 1025), complex64.
    """
    sine, cosine, size, odd, even = room[0], room[1], room[2], room[3], room[4]
    for t in range(steps.size):
        _sines_and_cosines(phase, sine, cosine, odd, even, places)
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
def _sines_and_cosines(
    angles: np.ndarray,
    sine: np.ndarray,
    cosine: np.ndarray,
    odd: np.ndarray,
    even: np.ndarray,
    places: np.ndarray,
) -> None:
    """Fill both, float64, with what the C library's float32 functions answer for float32 angles.

    librosa calls these, and the running phase carries their last bit on. They are slow one by
    one, but round correctly unless the exact value lies close to half-way between two floats: so
    all are computed side by side in float64, and only where it is close the library is asked.
    What the GNU library takes from its odd series is off by up to 0.0605 of the last bit, what it
    takes from its even series by 0.0009.
    """
    _precise_sines_and_cosines(angles, sine, cosine, odd, even)
    odd_bits, even_bits = odd.view(np.int64), even.view(np.int64)
    for i in range(_close_to_half_way(odd_bits, even_bits, places)):
        k = places[i]
        sine_doubted = _is_close(odd_bits[k], _ODD_MARGIN)
        cosine_doubted = _is_close(even_bits[k], _EVEN_MARGIN)
        if abs(sine[k]) != abs(odd[k]):
            sine_doubted, cosine_doubted = cosine_doubted, sine_doubted
        if sine_doubted:
            sine[k] = np.sin(angles[k])
        if cosine_doubted:
            cosine[k] = np.cos(angles[k])


@kernel
def _close_to_half_way(odd: np.ndarray, even: np.ndarray, places: np.ndarray) -> int:
    """How many of either are close to half-way between two float32, and at which `places`."""
    found = 0
    for k in range(odd.size):
        places[np.uintp(found)] = k
        found += _is_close(odd[k], _ODD_MARGIN) | _is_close(even[k], _EVEN_MARGIN)
    return found


@kernel
def _is_close(bits: int, margin: int) -> bool:
    return abs((bits & _BELOW_FLOAT32) - _HALF_WAY) < margin


@contracted
def _precise_sines_and_cosines(
    angles: np.ndarray, sine: np.ndarray, cosine: np.ndarray, odd: np.ndarray, even: np.ndarray
) -> None:
    """Both to a thousandth of the last bit of float32, for angles up to 10**9 rad.

    The angle is taken modulo a quarter turn; there two short Taylor series hold, and the quarter
    says which of them is which. No branch and no table, so that several run side by side.
    """
    for k in range(angles.size):
        angle = np.float64(angles[k])
        quarters = (angle * _QUARTERS_PER_RADIAN + _TO_INTEGER) - _TO_INTEGER
        x = (angle - quarters * _QUARTER_HEAD) - quarters * _QUARTER_TAIL
        z = x * x
        p = 1 / 5040 - z * (1 / 362880 - z * (1 / 39916800))
        p = x - x * z * (1 / 6 - z * (1 / 120 - z * p))
        q = 1 / 720 - z * (1 / 40320 - z * (1 / 3628800 - z * (1 / 479001600)))
        q = 1 - z * (1 / 2 - z * (1 / 24 - z * q))
        quarter = quarters - 4 * ((quarters * 0.25 + _TO_INTEGER) - _TO_INTEGER)  # in [-2, 2]
        crossed = abs(quarter) == 1
        sign = -1.0 if abs(quarter) == 2 else 1.0
        odd[k], even[k] = p, q
        sine[k] = quarter * q if crossed else sign * p
        cosine[k] = -quarter * p if crossed else sign * q
