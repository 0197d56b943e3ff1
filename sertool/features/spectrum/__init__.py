"""What features share: everything is computed at most once per signal, on first use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.fft

from sertool.audio.activity import near_loudest
from sertool.features.spectrum import banks, shape, stft, waveform
from sertool.features.spectrum.constantq import constant_q_magnitude
from sertool.features.spectrum.decibel import decibel
from sertool.features.spectrum.kernels.product import product
from sertool.features.spectrum.pitch import Pitch, pitch
from sertool.features.spectrum.tuning import deviation, peaks
from sertool.types import Signal

__all__ = ["Spectrum"]

N_CEPSTRUM = 20


@dataclass(frozen=True)
class Spectrum(Signal):
    """A signal seen in frames of 2,048 samples every 512, centred, with zeros beyond its ends.

    Arrays have frames as columns; n_frames = 1 + n // 512. The noise variant is float64, and so
    are its peaks, its rolloff and its constant-Q transform, which hang on the last bits; for all
    else its magnitude is rounded to float32 like that of the others.
    """

    @classmethod
    def of(cls, signal: Signal) -> Spectrum:
        """The spectrum of a signal; one is that of itself, so that what it has found is used."""
        return signal if isinstance(signal, cls) else cls(signal.samples, signal.rate)

    @cached_property
    def stft(self) -> np.ndarray:
        """Complex spectra, shape (1025, n_frames)."""
        return stft.stft(self.samples)

    @cached_property
    def magnitude(self) -> np.ndarray:
        """Shape (1025, n_frames), float32."""
        return self._fine_magnitude.astype(np.float32, copy=False)

    @cached_property
    def sign_changes(self) -> np.ndarray:
        """How often the signal crosses zero in each frame, shape (n_frames,)."""
        return waveform.sign_changes(self.samples)

    @cached_property
    def energy(self) -> np.ndarray:
        """Mean square of the samples of each frame, shape (n_frames,)."""
        return waveform.energy(self.samples)

    @cached_property
    def mel(self) -> np.ndarray:
        """Power in 128 mel bands, shape (128, n_frames)."""
        return shape.banded(self.magnitude, banks.mel(self.rate), banks.mel_edges(self.rate))

    @cached_property
    def mel_decibels(self) -> np.ndarray:
        """The same in decibels, from the largest value to 80 dB below it."""
        return decibel(self.mel)

    @cached_property
    def cepstrum(self) -> np.ndarray:
        """The first 20 coefficients of the cosine transform of log mel power, (20, n_frames)."""
        coefficients: np.ndarray = scipy.fft.dct(self.mel_decibels, axis=0, norm="ortho")
        return coefficients[:N_CEPSTRUM]

    @cached_property
    def level(self) -> np.ndarray:
        """Mean square of the samples of each frame in decibels, likewise, shape (n_frames,)."""
        return decibel(self.energy)

    @cached_property
    def active(self) -> np.ndarray:
        """Which frames are less than 40 dB softer than the loudest, shape (n_frames,), bool.

        Softer than -60 dB, a recording is cut off at -100 dB before, and silence is active, too.
        """
        return near_loudest(self.level)

    @cached_property
    def active_level(self) -> float:
        """Mean of `level` over the active frames, in decibels."""
        return float(self.level[self.active].mean())

    @cached_property
    def pitch(self) -> Pitch:
        """Pitch and harmonicity of each frame."""
        return pitch(self.magnitude, self.level, self.rate)

    @property
    def centroid(self) -> np.ndarray:
        """Mean frequency weighted by magnitude, in Hz, shape (n_frames,)."""
        return self._moments[0]

    @property
    def bandwidth(self) -> np.ndarray:
        """Root mean square distance from the centroid, in Hz, shape (n_frames,)."""
        return self._moments[1]

    @cached_property
    def rolloff(self) -> np.ndarray:
        """First frequency at which 85 % of the magnitude is reached, in Hz, shape (n_frames,)."""
        frequencies: np.ndarray = banks.frequencies(self.rate)[shape.rolloff(self._fine_magnitude)]
        return frequencies

    @cached_property
    def extremes(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean magnitude of the softest and of the loudest 2 % of bins, each (7, n_frames)."""
        return shape.extremes(self.magnitude, banks.octaves(self.rate))

    @cached_property
    def contrast(self) -> np.ndarray:
        """Decibels between the loudest and the softest 2 % of bins in each band, (7, n_frames).

        Bands: up to 200 Hz, then six octaves from there to the top.
        """
        valleys, peaks = self.extremes
        rise: np.ndarray = decibel(peaks) - decibel(valleys)
        return rise

    @cached_property
    def chroma(self) -> np.ndarray:
        """Pitch classes of the magnitude spectrum, largest = 1, shape (12, n_frames)."""
        bank = banks.chroma(self.rate, deviation(self._peaks, banks.N_CHROMA))
        return _scaled(product(bank, self.magnitude), np.max)

    @cached_property
    def constant_q_chroma(self) -> np.ndarray:
        """Pitch classes of the constant-Q transform, largest = 1, shape (12, n_frames)."""
        tuning = deviation(self._peaks, banks.BINS_PER_OCTAVE)
        return _scaled(banks.folded(constant_q_magnitude(self.samples, self.rate, tuning)), np.max)

    @cached_property
    def tonal_centroids(self) -> np.ndarray:
        """Where the pitch classes lie on the circles of fifths and thirds, (6, n_frames)."""
        shares = _scaled(self.constant_q_chroma, np.sum)
        centroids: np.ndarray = banks.tonal() @ shares
        return centroids

    @cached_property
    def _moments(self) -> tuple[np.ndarray, np.ndarray]:
        return shape.moments(self.magnitude, banks.frequencies(self.rate))

    @cached_property
    def _fine_magnitude(self) -> np.ndarray:
        if self.samples.dtype == np.float64:
            return stft.magnitude(self.samples)
        sizes: np.ndarray = np.abs(self.stft)
        return sizes

    @cached_property
    def _peaks(self) -> np.ndarray:
        return peaks(self._fine_magnitude, self.rate)


def _scaled(columns: np.ndarray, size: Callable[..., np.ndarray]) -> np.ndarray:
    """Columns divided by their size: the largest value or the sum; silent ones stay as they are."""
    sizes = size(columns, axis=0)
    scaled: np.ndarray = columns / np.where(sizes < np.finfo(columns.dtype).tiny, 1, sizes)
    return scaled
