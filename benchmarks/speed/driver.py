"""What one process has to do for very many clips, measuring and writing aside.

    python benchmarks/speed/driver.py --clips 1000000

Plans an extraction of clips that are but names, hands out its batches to two worker processes that
do nothing with them, and takes the outcomes. With `--store DIR`, a store that `synthetic_store.py`
made, it also looks up what that store holds already. Prints markdown.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from sertool import parallel, registry, store
from sertool.corpora import sources
from sertool.features import sets
from sertool.store import extraction, merging
from sertool.types import Clip


def main() -> None:
    """Time each step and print seconds and the most memory held until its end."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clips", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path, help="of synthetic_store.py")
    given = parser.parse_args()
    print(  # noqa: T201
        f"{given.clips:,} clips\n\n| step | seconds | processor seconds "
        "| peak MB |\n|---|---|---|---|"
    )
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory()))
        source = timed("name the clips", lambda: made_up(given.clips))
        plan = timed("plan", lambda: extraction.plan([source], place))
        batches = timed("divide into batches", lambda: list(extraction.batches(plan)))
        n_outcomes = timed("hand out, take the outcomes", lambda: handed_out(batches))
        assert n_outcomes == given.clips
    if given.store:
        for name in store.corpora(given.store):
            known = timed(f"look up {name}", lambda name=name: looked_up(given.store, name))
            print(f"\n{name}: {len(known):,} clips known")  # noqa: T201


def looked_up(store: Path, corpus: str) -> dict[str, tuple[int, int]]:
    """The clips that a store holds, with the stamps of their recordings."""
    return merging.stamps(store, corpus, sets.get("librosa178"))


def timed(step: str, work: Callable[[], Any]) -> Any:
    """What some work returns; its row of the table is printed."""
    begun, processor_begun = perf_counter(), process_time()
    done = work()
    seconds, processor = perf_counter() - begun, process_time() - processor_begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {step} | {seconds:.1f} | {processor:.1f} | {memory:.0f} |", flush=True)  # noqa: T201
    return done


def made_up(n_clips: int) -> sources.Source:
    """Clips that are named as those of a large corpus may be."""
    names = (f"{number // 1000:06}/utterance-{number:09}.wav" for number in range(n_clips))
    clips = (Clip(name, "happy", name[:6], name, "HAP", "it is eleven o'clock") for name in names)
    return sources.Source(registry.get("corpora", "cremad"), Path("nowhere"), tuple(clips))


def handed_out(batches: list[extraction.Batch]) -> int:
    """How many outcomes come back from two workers that measure nothing."""
    work = ((batch,) for batch in batches)
    return sum(len(causes) for causes in parallel.outcomes(nothing, work, jobs=2))


def nothing(batch: extraction.Batch) -> list[str]:
    """What a worker answers that could measure every clip."""
    return [""] * len(batch.clips)


if __name__ == "__main__":
    main()
