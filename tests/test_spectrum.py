"""The kernels that stand in for a library's: equal to it, most of them bit for bit."""

from __future__ import annotations

import math
import platform

import numba
import numpy as np
import pytest
import scipy.fft
import soxr

from sertool.audio.resampling import resampled
from sertool.errors import BadChoice
from sertool.features.spectrum import banks, constantq, shape, stft, vocoder
from sertool.features.spectrum.constantq import constant_q_magnitude
from sertool.features.spectrum.kernels import angle, fft, inverse_fft
from sertool.features.spectrum.kernels.product import product
from sertool.features.spectrum.kernels.transpose import turned
from sertool.features.spectrum.kernels.twiddles import twiddle_factors

SPECIAL = (0.0, -0.0, 1e-45, -1e-45, 1.0, -1.0, 3e38, -3e38)


as_in_the_gnu_library = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="another C library rounds otherwise"
)


@numba.njit
def librarys_angles(parts: np.ndarray) -> np.ndarray:
    return np.arctan2(parts[:, 1], parts[:, 0])


@as_in_the_gnu_library
@pytest.mark.parametrize("largest_exponent", [0, 12, 37])
def test_angles_are_the_librarys(largest_exponent: int) -> None:
    random = np.random.default_rng(largest_exponent)
    exponents = random.uniform(-largest_exponent, largest_exponent, (50, 2, 2_000))
    parts = (random.standard_normal((50, 2, 2_000)) * 10.0**exponents).astype(np.float32)
    np.testing.assert_array_equal(angle._computed(parts), librarys_angles(parts))


@as_in_the_gnu_library
def test_angles_of_zeros_and_extremes_are_the_librarys() -> None:
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    parts = np.ascontiguousarray(np.array(pairs, np.float32).T)[None]
    found, expected = angle._computed(parts), librarys_angles(parts)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@as_in_the_gnu_library
def test_sines_are_computed_here_and_not_asked_for() -> None:
    assert vocoder._series_is_that_of_the_library()


@as_in_the_gnu_library
def test_angles_are_computed_here_where_numpy_asks_the_library_for_them() -> None:
    parts = np.random.default_rng(1).standard_normal((1, 2, 100_000)).astype(np.float32)
    numpy_asks = np.array_equal(numpys_angles(parts), librarys_angles(parts))
    assert angle._is_that_of_the_library() == numpy_asks


@pytest.mark.parametrize("is_the_same", [True, False])
def test_angles_whatever_the_library_computes(
    is_the_same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(angle, "_is_that_of_the_library", lambda: is_the_same)
    parts = np.array([[[0, -1, 1], [1, 0, -1]]], np.float32)
    np.testing.assert_allclose(angle.angle(parts), numpys_angles(parts), rtol=1e-6)


def test_angles_are_numpys() -> None:
    parts = np.random.default_rng(2).standard_normal((19, 2, 1025)).astype(np.float32)
    np.testing.assert_array_equal(angle.angle(parts), numpys_angles(parts))


def numpys_angles(parts: np.ndarray) -> np.ndarray:
    values = np.empty((len(parts), parts.shape[2]), np.complex64)
    values.real, values.imag = parts[:, 0], parts[:, 1]
    return np.angle(values)


@numba.njit
def librarys_sines_and_cosines(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.sin(angles), np.cos(angles)


@as_in_the_gnu_library
@pytest.mark.parametrize("largest", [1.0, 1e2, 1e4, 1e6])
def test_sines_and_cosines_are_the_librarys(largest: float) -> None:
    angles = np.random.default_rng(0).uniform(-largest, largest, 300_000).astype(np.float32)
    found = np.empty((2, angles.size))
    vocoder._sines_and_cosines(angles, True, *found)
    expected = np.stack(librarys_sines_and_cosines(angles))
    np.testing.assert_array_equal(found.astype(np.float32), expected)


def test_sines_and_cosines_where_the_library_computes_others() -> None:
    angles = np.random.default_rng(0).uniform(-99, 99, 1000).astype(np.float32)
    found = np.empty((2, angles.size))
    vocoder._sines_and_cosines(angles, False, *found)
    np.testing.assert_array_equal(found, np.stack(librarys_sines_and_cosines(angles)))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("number", "doubted"),
    [
        (0.0, True),
        (2.0**-10, True),
        (2.0**-9, False),
        (1.0, False),
        (1 + 2.0**-24, True),
        (1 + 2.0**-24 + 2.0**-37, True),
        (1 + 2.0**-24 - 2.0**-37, True),
        (1 + 2.0**-24 + 2.0**-35, False),
        (1 + 2.0**-24 - 2.0**-35, False),
    ],
)
def test_doubtful_is_what_lies_half_way_between_floats_or_near_zero(
    number: float, doubted: bool, sign: int
) -> None:
    bits = int(np.float64(sign * number).view(np.int64))
    assert (vocoder._doubt_of(bits) < 0) == doubted


not_fused = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="SciPy may round less often elsewhere"
)


@not_fused
@pytest.mark.parametrize("n_frames", [1, 7, 8, 19])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_spectra_are_scipys(n_frames: int, dtype: type) -> None:
    random = np.random.default_rng(n_frames)
    samples = random.standard_normal(512 * n_frames - 1).astype(dtype)
    frames = framed(samples, 2048, 512, n_frames) * banks.hann(2048)
    expected = scipy.fft.rfft(frames).T.astype(np.result_type(dtype, np.complex64))
    np.testing.assert_array_equal(stft.stft(samples), expected)


@not_fused
def test_frames_from_spectra_are_scipys() -> None:
    parts = np.random.default_rng(0).standard_normal((2, 16, 1025)).astype(np.float32)
    frames = np.empty((16, 2048), np.float32)
    room = fft.room(2048, np.float32)
    inverse_fft.transform_back(parts, twiddle_factors(2048, np.float32), room, frames)
    expected = scipy.fft.irfft(parts[0] + 1j * parts[1])
    np.testing.assert_array_equal(frames, expected)


def test_magnitudes_are_those_of_the_spectra() -> None:
    samples = np.random.default_rng(0).standard_normal(20_000)
    expected = np.abs(stft.stft(samples))
    np.testing.assert_allclose(stft.magnitude(samples), expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("n_frames", [1, 91])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_highest_octave_is_its_filters_times_scipys_spectra(n_frames: int, dtype: type) -> None:
    random = np.random.default_rng(n_frames)
    samples = random.standard_normal(512 * n_frames - 1).astype(dtype)
    samples[20_000:30_000] *= 1e-9  # a silence, whose rounding noise matters
    bank = banks.constant_q(22_050, 0.1)
    filters = np.zeros((36, 513), np.complex128)
    filters[np.repeat(np.arange(36), np.diff(bank.rows)), bank.lowest + bank.bins] = (
        bank.weights[0, 0] + 1j * bank.weights[0, 1]
    )
    spectra = scipy.fft.rfft(framed(samples, bank.n_fft, 512, n_frames)).T
    rounded = spectra.astype(np.result_type(dtype, np.complex64))
    expected = np.abs(filters @ rounded) / bank.root_lengths[-36:, None]
    found = constantq.constant_q_magnitude(samples, 22_050, 0.1)[-36:]
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-12)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * expected.max())


def framed(samples: np.ndarray, length: int, hop: int, n_frames: int) -> np.ndarray:
    padded = np.pad(samples.astype(float), (length // 2, length))
    return np.stack([padded[t * hop : t * hop + length] for t in range(n_frames)])


def test_other_frames_are_refused() -> None:
    with pytest.raises(BadChoice, match="frames of 512 samples"):
        twiddle_factors(512)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_constant_q_transform_of_other_frames_is_refused(rate: int) -> None:
    with pytest.raises(BadChoice, match=f"constant-Q frames of {rate} Hz have .* samples"):
        constant_q_magnitude(np.zeros(rate, np.float32), rate, 0.0)


@pytest.mark.parametrize("shape_of_all", [(3, 20), (8, 8), (19, 1025), (1025, 30)])
def test_turned_is_transposed(shape_of_all: tuple[int, int]) -> None:
    rows = np.random.default_rng(0).standard_normal(shape_of_all).astype(np.float32)
    np.testing.assert_array_equal(turned(rows), rows.T)
    np.testing.assert_array_equal(turned(rows, np.float64), rows.T)


@pytest.mark.parametrize("n_frames", [1, 7, 108])
def test_extremes_are_those_of_a_sort(n_frames: int) -> None:
    random = np.random.default_rng(n_frames)
    magnitude = random.exponential(size=(1025, n_frames)).astype(np.float32)
    valleys, peaks = shape.extremes(magnitude, banks.octaves(22_050))
    for band, (first, stop, count) in enumerate(banks.octaves(22_050)):
        ordered = np.sort(magnitude[first:stop].astype(float), axis=0)
        np.testing.assert_allclose(valleys[band], ordered[:count].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(peaks[band], ordered[-count:].mean(axis=0), rtol=1e-12)


def test_a_product_of_rows_that_no_kernel_takes_is_refused() -> None:
    with pytest.raises(BadChoice, match="6 rows"):
        product(np.ones((6, 2)), np.ones((2, 20)))


def test_the_product_is_numpys() -> None:
    random = np.random.default_rng(0)
    left, right = random.standard_normal((12, 1025)), random.standard_normal((1025, 33))
    np.testing.assert_allclose(product(left, right), left @ right, rtol=0, atol=1e-11)


@pytest.mark.parametrize("size", [1, 999, 10_000])
@pytest.mark.parametrize(("rate", "new_rate"), [(16_000, 22_050), (48_000, 22_050), (2, 1)])
def test_resampled_to_the_exact_length(rate: float, new_rate: float, size: int) -> None:
    samples = np.random.default_rng(size).standard_normal(size).astype(np.float32)
    found = resampled(samples, rate, new_rate)
    assert found.size == math.ceil(size * new_rate / rate)
    expected = soxr.resample(samples, rate, new_rate, quality="HQ")[: found.size]
    np.testing.assert_array_equal(found[: expected.size], expected)
    assert not found[expected.size :].any()
