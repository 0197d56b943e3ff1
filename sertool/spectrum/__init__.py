"""What features share: everything is computed at most once per signal, on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sertool.spectrum import banks
from sertool.spectrum.constantq import constant_q_magnitude
from sertool.spectrum.contrast import extremes
from sertool.spectrum.transform import framed, stft
from sertool.spectrum.tuning import peaks, tuning
from sertool.types import Signal

__all__ = ["Spectrum"]

SILENCE = 1e-10
"""Amplitudes up to this have no sign."""


@dataclass(frozen=True)
class Spectrum:
    """A signal seen in frames of 2,048 samples every 512, centred, with zeros beyond its ends.

    Arrays have frames as rows; n_frames = 1 + n // 512. They are of the signal's precision:
    float32, or float64 for the noise variant.
    """

    signal: Signal

    @property
    def samples(self) -> np.ndarray:
        """Shape (n,)."""
        return self.signal.samples

    @cached_property
    def stft(self) -> np.ndarray:
        """Complex spectra, shape (n_frames, 1025)."""
        return stft(self.samples)

    @cached_property
    def magnitude(self) -> np.ndarray:
        """Shape (n_frames, 1025)."""
        return np.abs(self.stft)

    @cached_property
    def power(self) -> np.ndarray:
        """Squared magnitude, shape (n_frames, 1025)."""
        return np.square(self.magnitude)

    @cached_property
    def mel(self) -> np.ndarray:
        """Power in 128 mel bands, shape (n_frames, 128)."""
        return self.power @ banks.mel(self.signal.rate).T

    @property
    def frequencies(self) -> np.ndarray:
        """Centre of each bin in Hz, shape (1025,)."""
        return banks.frequencies(self.signal.rate)

    @cached_property
    def sign_changes(self) -> np.ndarray:
        """How often the signal crosses zero in each frame, its end values repeated, (n_frames,)."""
        padded = np.pad(self.samples, banks.N_FFT // 2, mode="edge")
        negative = padded < -SILENCE
        frames = sliding_window_view(negative[1:] != negative[:-1], banks.N_FFT - 1)
        return frames[:: banks.HOP].sum(axis=1)

    @cached_property
    def energy(self) -> np.ndarray:
        """Mean square of the samples of each frame, shape (n_frames,), float32."""
        frames = framed(self.samples, banks.N_FFT, banks.HOP)
        return np.square(frames, dtype=np.float32).mean(axis=1)

    @cached_property
    def density(self) -> np.ndarray:
        """Magnitude as shares of each frame's sum (0 in silence), shape (n_frames, 1025)."""
        total = self.magnitude.sum(axis=1, keepdims=True, dtype=np.float64)
        return self.magnitude / np.where(total < np.finfo(self.magnitude.dtype).tiny, 1.0, total)

    @cached_property
    def centroid(self) -> np.ndarray:
        """Mean frequency weighted by magnitude, in Hz, shape (n_frames,)."""
        return self.density @ self.frequencies

    @cached_property
    def bandwidth(self) -> np.ndarray:
        """Root mean square distance from the centroid, in Hz, shape (n_frames,)."""
        distance = self.frequencies - self.centroid[:, None]
        return np.sqrt((self.density * distance**2).sum(axis=1))

    @cached_property
    def rolloff(self) -> np.ndarray:
        """First frequency at which 85 % of the magnitude is reached, in Hz, shape (n_frames,)."""
        running = np.cumsum(self.magnitude, axis=1)
        return self.frequencies[np.argmax(running >= 0.85 * running[:, -1:], axis=1)]

    @cached_property
    def extremes(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean magnitude of the softest and of the loudest 2 % of bins, each (n_frames, 7)."""
        return extremes(self.magnitude, banks.octaves(self.signal.rate))

    @cached_property
    def chroma(self) -> np.ndarray:
        """Pitch classes of the magnitude spectrum, largest = 1, shape (n_frames, 12)."""
        bank = banks.chroma(self.signal.rate, tuning(self._peaks, banks.N_CHROMA))
        return _scaled_to_largest(self.magnitude @ bank.T)

    @cached_property
    def constant_q_chroma(self) -> np.ndarray:
        """Pitch classes of the constant-Q transform, largest = 1, shape (n_frames, 12)."""
        deviation = tuning(self._peaks, banks.BINS_PER_OCTAVE)
        bins = constant_q_magnitude(self.samples, self.signal.rate, deviation)
        return _scaled_to_largest((banks.fold() @ bins).T)

    @cached_property
    def tonal_centroids(self) -> np.ndarray:
        """Where the pitch classes lie on the circles of fifths and thirds, (n_frames, 6)."""
        classes = self.constant_q_chroma
        total = classes.sum(axis=1, keepdims=True)
        shares = classes / np.where(total < np.finfo(classes.dtype).tiny, 1, total)
        return shares @ banks.tonal().T

    @cached_property
    def _peaks(self) -> np.ndarray:
        return peaks(self.magnitude, self.signal.rate)


def _scaled_to_largest(rows: np.ndarray) -> np.ndarray:
    largest = rows.max(axis=1, keepdims=True)
    return rows / np.where(largest < np.finfo(rows.dtype).tiny, 1, largest)
