"""What one clip costs: librosa feature by feature, sertool, opensmile, and the floor.

    python benchmarks/speed/features.py --clips 60 FOLDER

All run on the same clips in one process on one thread, one after the other clip by clip, so that
whatever else the machine does falls on all of them alike. Prints markdown.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
from floor import floor
from threadpoolctl import threadpool_limits

from sertool import audio, features
from sertool.features.sets import librosa178
from sertool.features.spectrum import augmentation
from sertool.types import VARIANTS

Work = Callable[[Path], object]
SUFFIXES = {".flac", ".wav", ".ogg", ".mp3"}
BASELINE, OURS, FLOOR = "librosa, feature by feature", "sertool", "floor"
STAGES = {
    "magnitude": "STFT and its magnitude",
    "sign_changes": "sign changes",
    "energy": "energy",
    "mel": "mel bands",
    "centroid": "centroid and bandwidth",
    "rolloff": "rolloff",
    "extremes": "peaks and valleys for contrast",
    "chroma": "tuning and chroma",
    "constant_q_chroma": "constant-Q transform",
}


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="recordings, searched recursively")
    parser.add_argument("--clips", type=int, default=60, help="how many, spread evenly")
    parser.add_argument("--repeats", type=int, default=3, help="the fastest of these counts")
    given = parser.parse_args()
    paths = chosen(given.folder, given.clips)
    works = {BASELINE: baseline(), OURS: ours, **opensmile(), FLOOR: floor}
    with threadpool_limits(1):
        seconds = measured(paths, works, given.repeats)
        print(comparison(seconds))  # noqa: T201
        print(stage_table(paths, given.repeats, float(np.median(seconds[OURS]))))  # noqa: T201


def chosen(folder: Path, count: int) -> list[Path]:
    """So many recordings of a folder, spread evenly over all."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        sys.exit(f"no recordings below '{folder}'")
    return found[:: max(1, len(found) // count)][:count]


def baseline() -> Work:
    """The naive port, which is also what the tests compare with."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    return importlib.import_module("naive").clip_features  # type: ignore[no-any-return]


def ours(path: Path) -> np.ndarray:
    """All three variants by sertool, shape (3, 178)."""
    clip = audio.load(path)
    spectra = augmentation.variants(clip.signal, clip.sha256, VARIANTS)
    return np.stack([features.compute(spectrum, librosa178.FEATURES) for spectrum in spectra])


def opensmile() -> dict[str, Work]:
    """One pass over one variant by each of opensmile's sets; nothing where it is not installed."""
    if importlib.util.find_spec("opensmile") is None:
        return {}
    import opensmile as smile

    sets = (smile.FeatureSet.eGeMAPSv02, smile.FeatureSet.ComParE_2016)
    return {f"opensmile {each.name}, one variant": smile_work(smile.Smile(each)) for each in sets}


def smile_work(extractor: object) -> Work:
    """Decode, cut, and extract with opensmile."""

    def work(path: Path) -> object:
        signal = audio.load(path).signal
        return extractor.process_signal(signal.samples, signal.rate)  # type: ignore[attr-defined]

    return work


def measured(paths: list[Path], works: dict[str, Work], repeats: int) -> dict[str, np.ndarray]:
    """Seconds per clip by each work, the fastest of the repeats, each of shape (n_clips,)."""
    for work in works.values():
        work(paths[0])  # imports, compiled kernels, filter banks
    seconds = defaultdict(list)
    for path in paths:
        for name, work in works.items():
            seconds[name].append(min(timed(work, path) for _ in range(repeats)))
    return {name: np.array(values) for name, values in seconds.items()}


def timed(work: Work, path: Path) -> float:
    """Seconds that one call takes."""
    start = perf_counter()
    work(path)
    return perf_counter() - start


def comparison(seconds: dict[str, np.ndarray]) -> str:
    """A row per work: milliseconds per clip, and how many times sertool's time that is."""
    lines = [
        f"{len(seconds[OURS])} clips, milliseconds per clip\n",
        "| | median | 5 % | 95 % | times sertool (median over clips) |",
        "|---|---|---|---|---|",
    ]
    for name, values in seconds.items():
        low, middle, high = 1000 * np.percentile(values, [5, 50, 95])
        ratio = np.median(values / seconds[OURS])
        lines.append(f"| {name} | {middle:.1f} | {low:.1f} | {high:.1f} | {ratio:.2f} |")
    lines.append(f"\nsertool / floor: {np.median(seconds[OURS] / seconds[FLOOR]):.2f}\n")
    return "\n".join(lines)


def stage_table(paths: list[Path], repeats: int, whole: float) -> str:
    """Where sertool's time goes, all three variants together."""
    rows: dict[str, list[float]] = defaultdict(list)
    for path in paths:
        runs = [dict(staged(path)) for _ in range(repeats)]
        for name in runs[0]:
            rows[name].append(min(run[name] for run in runs))
    lines = ["| stage of sertool, three variants | ms | % |", "|---|---|---|"]
    medians = {name: float(np.median(values)) for name, values in rows.items()}
    total = sum(medians.values())
    lines += [f"| {n} | {1000 * s:.2f} | {100 * s / total:.0f} |" for n, s in medians.items()]
    lines.append(f"| sum (timed as a whole: {1000 * whole:.1f}) | {1000 * total:.1f} | 100 |")
    return "\n".join(lines)


def staged(path: Path) -> Iterator[tuple[str, float]]:
    """Stages of one clip and the seconds that each takes, all variants together."""
    seconds: dict[str, float] = defaultdict(float)
    watch = perf_counter()

    def lap(name: str) -> None:
        nonlocal watch
        now = perf_counter()
        seconds[name] += now - watch
        watch = now

    sound = audio.read(path)
    lap("decode")
    sha256 = audio.digest(sound)
    lap("digest")
    signal, _ = audio.window(audio.resample(sound))
    lap("resample and cut")
    spectra = augmentation.variants(signal, sha256, VARIANTS)
    for variant in VARIANTS:
        spectrum = next(spectra)
        lap(f"make the {variant} variant")
        for attribute, name in STAGES.items():
            getattr(spectrum, attribute)
            lap(name)
        features.compute(spectrum, librosa178.FEATURES)
        lap("means, decibels, tonnetz, the rest")
    return iter(seconds.items())


if __name__ == "__main__":
    main()
