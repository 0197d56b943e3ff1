"""The same work on a Dask cluster: two worker processes that know each other by loopback only."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cluster import dask_cluster, free_port
from synthetic import EMODB_NAMES

from sertool import parallel, registry, store
from sertool.benchmark import evaluation, planning, study
from sertool.corpora import sources
from sertool.errors import BadChoice
from sertool.store import extraction, layout

pytest.importorskip("distributed")

Cluster = tuple[str, list["subprocess.Popen[bytes]"]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with dask_cluster(2) as running:
        yield running


def planned(folder: Path, place: Path) -> extraction.ExtractionPlan:
    return extraction.plan([sources.folder_source(registry.get("corpora", "emodb"), folder)], place)


def test_results_are_those_of_this_machine(
    cluster: Cluster, make_store: Callable[..., Path], tmp_path: Path
) -> None:
    asked = study.study(protocols=["clips"], corpora=["emodb"], estimators=["svm"])
    plan = planning.plan(asked, make_store())
    here = [result for _, result in evaluation.run(plan, tmp_path / "here")]
    with parallel.engine("dask", cluster[0]):
        there = [result for _, result in evaluation.run(plan, tmp_path / "there")]
    took = {"fit_seconds": 0.0, "predict_ms": 0.0}
    assert [replace(each, **took) for each in there] == [replace(each, **took) for each in here]


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PATIENCE_S", 1)
    with (
        pytest.raises(BadChoice, match="no Dask scheduler answers at tcp://127"),
        parallel.engine("dask", f"tcp://127.0.0.1:{free_port()}"),
    ):
        pass


def test_the_store_is_that_of_this_machine_though_a_worker_is_killed(
    cluster: Cluster, emodb_folder: Path, tmp_path: Path
) -> None:
    address, workers = cluster
    list(extraction.extract(planned(emodb_folder, tmp_path / "here")))
    here = store.read(tmp_path / "here")
    with parallel.engine("dask", address):
        list(extraction.extract(planned(emodb_folder, tmp_path / "two")))
        assert store.read(tmp_path / "two").equals(here)
        outcomes = extraction.extract(planned(emodb_folder, tmp_path / "one"))
        first = next(outcomes)
        workers[0].kill()
        rest = list(outcomes)
    assert [each.clip for each in (first, *rest)] == sorted(f"wav/{name}" for name in EMODB_NAMES)
    assert not any(each.cause for each in (first, *rest))
    assert store.read(tmp_path / "one").equals(here)
    assert not (tmp_path / "one" / layout.JOURNAL).exists()
