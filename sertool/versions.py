"""The versions of sertool and of the libraries that numbers depend on, without importing them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

EXTRACTION = ("numba", "numpy", "scipy", "soxr", "soundfile")
REPORTS = ("matplotlib", "numpy", "scipy")
LEARNING = ("scikit-learn", "xgboost", "xgboost-cpu", "keras", "tensorflow", "numpy")


def sertool() -> str:
    """The version of sertool, for example "0.1.0"."""
    return _installed(("sertool",)).get("sertool", "unknown")


def of_extraction() -> dict[str, str]:
    """Versions that feature values depend on."""
    return _installed(("sertool", *EXTRACTION))


def of_learning() -> dict[str, str]:
    """Versions that fitted estimators depend on; what is not installed is not named."""
    return _installed(("sertool", *LEARNING))


def of_reports() -> dict[str, str]:
    """Versions that tables and figures depend on."""
    return _installed(("sertool", *REPORTS))


def _installed(packages: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
