"""The kernels that stand in for a library's: equal to it, most of them bit for bit."""

from __future__ import annotations

import math
import platform

import numba
import numpy as np
import pytest
import soxr

from sertool.resampling import resampled
from sertool.spectrum import angle, banks, shape, sliding, vocoder
from sertool.spectrum.product import product

SPECIAL = (0.0, -0.0, 1e-45, -1e-45, 1.0, -1.0, 3e38, -3e38)


def complex64(real: np.ndarray, imaginary: np.ndarray) -> np.ndarray:
    values = np.empty(real.shape, np.complex64)
    values.real, values.imag = real, imaginary
    return values


as_in_the_gnu_library = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="another C library rounds otherwise"
)


@numba.njit
def librarys_angles(values: np.ndarray) -> np.ndarray:
    return np.arctan2(values.imag, values.real)


@as_in_the_gnu_library
@pytest.mark.parametrize("largest_exponent", [0, 12, 37])
def test_angles_are_the_librarys(largest_exponent: int) -> None:
    random = np.random.default_rng(largest_exponent)
    shape_of_all = (2, 50, 2_000)
    exponents = random.uniform(-largest_exponent, largest_exponent, shape_of_all)
    values = complex64(*(random.standard_normal(shape_of_all) * 10.0**exponents))
    np.testing.assert_array_equal(angle._computed(values), librarys_angles(values))


@as_in_the_gnu_library
def test_angles_of_zeros_and_extremes_are_the_librarys() -> None:
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    values = complex64(*np.array(pairs, np.float32).T)[None]
    found, expected = angle._computed(values), librarys_angles(values)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@as_in_the_gnu_library
def test_sines_are_computed_here_and_not_asked_for() -> None:
    assert vocoder._series_is_that_of_the_library()


@as_in_the_gnu_library
def test_angles_are_computed_here_where_numpy_asks_the_library_for_them() -> None:
    x, y = np.random.default_rng(1).standard_normal((2, 1, 100_000)).astype(np.float32)
    values = complex64(x, y)
    numpy_asks = np.array_equal(np.angle(values), librarys_angles(values))
    assert angle._is_that_of_the_library() == numpy_asks


@pytest.mark.parametrize("is_the_same", [True, False])
def test_angles_whatever_the_library_computes(
    is_the_same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(angle, "_is_that_of_the_library", lambda: is_the_same)
    values = np.array([[1j, -1, 1 - 1j]], np.complex64)
    np.testing.assert_allclose(angle.angle(values), np.angle(values), rtol=1e-6)


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


@pytest.mark.parametrize("hop", [8, 16, 32, 64, 128, 256])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sliding_equals_leaping(hop: int, dtype: type) -> None:
    random = np.random.default_rng(hop)
    samples = random.standard_normal(90 * hop).astype(dtype)
    samples[40 * hop : 60 * hop] *= 1e-9  # a silence, whose rounding noise matters
    bank = banks.constant_q(22_050, 0.1)
    slid, leapt = (way(samples, bank, hop, 91) for way in (sliding.sliding, sliding.leaping))
    np.testing.assert_allclose(slid, leapt, rtol=0, atol=2e-7 * np.abs(leapt).max())
    assert slid.dtype == dtype


@pytest.mark.parametrize("n_frames", [1, 7, 108])
def test_extremes_are_those_of_a_sort(n_frames: int) -> None:
    random = np.random.default_rng(n_frames)
    magnitude = random.exponential(size=(1025, n_frames)).astype(np.float32)
    valleys, peaks = shape.extremes(magnitude, banks.octaves(22_050))
    for band, (first, stop, count) in enumerate(banks.octaves(22_050)):
        ordered = np.sort(magnitude[first:stop].astype(float), axis=0)
        np.testing.assert_allclose(valleys[band], ordered[:count].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(peaks[band], ordered[-count:].mean(axis=0), rtol=1e-12)


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
