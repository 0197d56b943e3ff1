"""The kernels that stand in for a library's: equal to it, most of them bit for bit."""

from __future__ import annotations

import math

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


@pytest.mark.parametrize("largest_exponent", [0, 12, 37])
def test_angles_are_the_librarys(largest_exponent: int) -> None:
    random = np.random.default_rng(largest_exponent)
    shape_of_all = (2, 50, 2_000)
    exponents = random.uniform(-largest_exponent, largest_exponent, shape_of_all)
    values = complex64(*(random.standard_normal(shape_of_all) * 10.0**exponents))
    np.testing.assert_array_equal(angle.angle(values), np.angle(values))


def test_angles_of_zeros_and_extremes_are_the_librarys() -> None:
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    values = complex64(*np.array(pairs, np.float32).T)[None]
    np.testing.assert_array_equal(angle.angle(values), np.angle(values))
    np.testing.assert_array_equal(np.signbit(angle.angle(values)), np.signbit(np.angle(values)))


def test_angles_where_the_library_computes_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(angle, "_is_that_of_the_library", lambda: False)
    values = np.array([[1j, -1, 1 - 1j]], np.complex64)
    np.testing.assert_array_equal(angle.angle(values), np.angle(values))


@pytest.mark.parametrize("largest", [1.0, 1e2, 1e4, 1e6])
def test_sines_and_cosines_round_to_those_of_double_precision(largest: float) -> None:
    angles = np.random.default_rng(0).uniform(-largest, largest, 100_000).astype(np.float32)
    found = np.empty((2, angles.size))
    vocoder._sines_and_cosines(angles, *found)
    expected = np.array([np.sin(angles.astype(float)), np.cos(angles.astype(float))])
    off = np.abs(found - expected) / np.spacing(np.abs(expected.astype(np.float32)))
    assert off.max() < 0.57  # of the last bit of a float32, what the GNU library promises


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


@pytest.mark.parametrize(("rate", "new_rate"), [(16_000, 22_050), (48_000, 22_050), (2, 1)])
def test_resampled_to_the_exact_length(rate: float, new_rate: float) -> None:
    for size in (1, 999, 10_000):
        samples = np.random.default_rng(size).standard_normal(size).astype(np.float32)
        found = resampled(samples, rate, new_rate)
        assert found.size == math.ceil(size * new_rate / rate)
        expected = soxr.resample(samples, rate, new_rate, quality="HQ")[: found.size]
        np.testing.assert_array_equal(found[: expected.size], expected)
        assert not found[expected.size :].any()
