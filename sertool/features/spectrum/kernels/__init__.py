"""Compiled loops: what NumPy, SciPy and librosa do, several frames side by side."""
