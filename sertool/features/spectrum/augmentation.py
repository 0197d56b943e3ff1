"""Noise, stretch, shift and pitch as pure functions, and the three variants made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sertool.audio.resampling import resampled
from sertool.features.spectrum import Spectrum
from sertool.features.spectrum.vocoder import stretched
from sertool.types import VARIANTS, Signal, Variant

STRETCH_RATE = 0.8
"""Below 1 is slower: 2.5 s become 3.125 s."""
PITCH_SEMITONES = 0.7
NOISE_AMPLITUDE = 0.035
LARGEST_SHIFT = 5_000


def variants(
    signal: Signal, sha256: str, names: Sequence[Variant] = VARIANTS
) -> Iterator[Spectrum]:
    """The spectra of the named variants, in that order; only what is asked is computed.

    Args:
        signal: the cut clip at 22,050 Hz.
        sha256: `audio.digest` of the decoded recording; seeds the noise, so that the same sound
            gets the same noise in any order, under any name.
        names: among `types.VARIANTS`.
    """
    original = Spectrum.of(signal)
    for name in names:
        if name == "original":
            yield original
        elif name == "noise":
            yield Spectrum.of(noise(signal, np.random.default_rng(int(sha256, 16))))
        else:
            yield Spectrum.of(pitch(_stretched(original, STRETCH_RATE), PITCH_SEMITONES))


def noise(signal: Signal, generator: np.random.Generator) -> Signal:
    """Add white noise: y + 0.035 u max(y) n, u uniform in [0, 1), n standard normal.

    Returns:
        Samples of shape (n,), float64: the variant stays float64 throughout.

    >>> noise(Signal(np.zeros(2, np.float32), 22_050), np.random.default_rng(0)).samples
    array([0., 0.])
    """
    loudest = float(signal.samples.max())
    amplitude = NOISE_AMPLITUDE * generator.uniform() * loudest
    samples = generator.standard_normal(signal.samples.size)
    samples *= amplitude
    samples += signal.samples
    return Signal(samples, signal.rate)


def stretch(signal: Signal, rate: float) -> Signal:
    """Slow down (rate < 1) or speed up without changing the pitch; round(n / rate) samples.

    Source: `librosa.effects.time_stretch`, a phase vocoder.
    """
    return _stretched(Spectrum.of(signal), rate)


def pitch(signal: Signal, semitones: float) -> Signal:
    """Raise the pitch without changing the length: stretch, then resample.

    Source: `librosa.effects.pitch_shift`.
    """
    rate = 2.0 ** (-semitones / 12)
    longer = _stretched(Spectrum.of(signal), rate).samples
    samples = resampled(longer, signal.rate / rate, signal.rate)[: signal.samples.size]
    return Signal(np.pad(samples, (0, signal.samples.size - samples.size)), signal.rate)


def _stretched(spectrum: Spectrum, rate: float) -> Signal:
    samples = stretched(spectrum.stft, spectrum.magnitude, spectrum.samples.size, rate)
    return Signal(samples, spectrum.rate)


def shift(signal: Signal, generator: np.random.Generator) -> Signal:
    """Roll the samples round by up to 5,000 in either direction; in no variant.

    >>> shift(Signal(np.arange(4.0), 22_050), np.random.default_rng(1)).samples
    array([0., 1., 2., 3.])
    """
    offset = int(generator.integers(-LARGEST_SHIFT, LARGEST_SHIFT, endpoint=True))
    return Signal(np.roll(signal.samples, offset), signal.rate)
