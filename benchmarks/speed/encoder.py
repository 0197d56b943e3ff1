"""What the layers of the set `speech` cost: sertool, ONNX Runtime, and the matrix products alone.

    pip install onnx onnxruntime
    python benchmarks/speed/encoder.py

All run on the same sound in one process on one thread, in turn, so that whatever else the machine
does falls on all of them alike. The time is that of the processor. Prints markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import process_time

import numpy as np
from encoder_graph import session
from threadpoolctl import threadpool_limits

from sertool.features.encoder import logmel, pooling, safetensors, shipped, stem
from sertool.features.encoder.steps import layers, stepped
from sertool.types import Signal

Work = Callable[[], object]
NUMBERS = (shipped.N_LAYERS,)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.5, help="of the sound")
    parser.add_argument("--repeats", type=int, default=100)
    given = parser.parse_args()
    generator = np.random.default_rng(0)
    samples = generator.normal(scale=0.1, size=round(given.seconds * logmel.RATE))
    with threadpool_limits(1):
        works, difference = contestants(samples.astype(np.float32))
        seconds = {name: [duration(work) for _ in range(3)] for name, work in works.items()}
        for _ in range(given.repeats):
            for name, work in works.items():
                seconds[name].append(duration(work))
    print(table(seconds, difference, given.seconds))  # noqa: T201


def contestants(samples: np.ndarray) -> tuple[dict[str, Work], float]:
    """What is timed, and how far the two results are apart as a share of the values."""
    encoder, signal = shipped.encoder(), Signal(samples, logmel.RATE)
    mel = logmel.log_mel(samples, encoder.n_mels)
    rows = np.ascontiguousarray(mel.T[None])
    run = session(safetensors.tensors(shipped.FILE), mel.shape[0] // 2)
    ours, theirs = layers(samples, encoder, shipped.N_LAYERS)[-1], run(rows)
    difference = np.sqrt(np.square(ours - theirs).mean() / np.square(theirs).mean())
    return {
        "sertool, from the log-mel spectrum": lambda: [*stepped(mel, encoder, shipped.N_LAYERS)],
        "ONNX Runtime, from the log-mel spectrum": lambda: run(rows),
        "the matrix products alone": products(ours.shape[0]),
        "sertool, from samples to the row of the set": lambda: pooling.pooled(
            signal, encoder, NUMBERS
        ),
    }, float(difference)


def products(n_frames: int) -> Work:
    """The matrix products of all layers by NumPy, on arrays that exist already."""
    encoder = shipped.encoder()
    linears = [(encoder.narrow, stem.STEP * n_frames), (encoder.halving, n_frames)]
    for layer in encoder.layers:
        parts = (layer.query_key_value, layer.joining, layer.widening, layer.narrowing)
        linears += [(part, n_frames) for part in parts]
    pairs = [(random(n_rows, each.weight.shape[0]), each.weight) for each, n_rows in linears]
    width = encoder.layers[0].joining.weight.shape[0] // encoder.n_heads
    for _ in encoder.layers:
        key = random(encoder.n_heads, n_frames, width)
        pairs.append((random(encoder.n_heads, n_frames, width), key.transpose(0, 2, 1)))
        pairs.append((random(encoder.n_heads, n_frames, n_frames), key))
    results = [left @ right for left, right in pairs]

    def multiply() -> None:
        for (left, right), result in zip(pairs, results, strict=True):
            np.matmul(left, right, out=result)

    return multiply


def random(*shape: int) -> np.ndarray:
    """Numbers of no meaning, float32."""
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def duration(work: Work) -> float:
    """Seconds of the processor that it takes."""
    start = process_time()
    work()
    return process_time() - start


def table(seconds: dict[str, list[float]], difference: float, length: float) -> str:
    """The fastest and the median run of each, and what they are of the products alone."""
    floor = min(seconds["the matrix products alone"])
    lines = [
        f"{length} s of sound, {shipped.N_LAYERS} layers; the results of the first two are "
        f"{difference:.0e} of their values apart",
        "",
        "| | fastest, ms | median, ms | fastest, times the products alone |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {1000 * min(each):.1f} | {1000 * np.median(each):.1f} "
        f"| {min(each) / floor:.2f} |"
        for name, each in seconds.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
