"""Stores of format 1 and 2 -> the format of today, without measuring anything.

They held a corpus in one file, `corpus=NAME/clips.parquet`: identities and all features side by
side, in all three variants, by the study's rule for windows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from sertool.errors import BadTable
from sertool.features import sets
from sertool.features.sets import FeatureSet
from sertool.storage import paths, writing
from sertool.store import layout, merging, parquet, stored_sets
from sertool.store.parquet import SealedFile
from sertool.store.rows import IDENTITY, KEYS
from sertool.types import VARIANTS

WINDOW = "study"
MEASURED = ("clip", "variant", "offset_s", "duration_s", "sha256")
OF_CLIPS = tuple(name for name in IDENTITY if name not in ("corpus", "variant", "offset_s"))


def upgrade(folder: Path) -> Generator[tuple[str, tuple[str, ...]]]:
    """Convert a store; one that is as it must be is left alone.

    A kill at any moment leaves what is not converted, and the next call goes on.

    Args:
        folder: of the store.

    Yields:
        A corpus and the sets that were brought over, file by file; a set that has other columns now
        is left behind, as its next extraction would have done.

    Raises:
        BadTable: a file is damaged, or of a format that is not known.
        UnknownName, BadPlugin: a set that it holds cannot be looked up.
        CannotWrite: the store may not be written to, or another process is writing to it.
    """
    if not layout.old_files(folder):
        return
    with writing.alone(folder):
        for file in layout.old_files(folder):
            corpus = file.parent.name.removeprefix(layout.OLD)
            old = _read(file)
            kept = tuple(_sets(old))
            if layout.JOURNAL in file.parts:
                _convert_part(folder, corpus, old, kept)
            else:
                _convert_corpus(folder, corpus, old, kept)
            with writing.failures_in_words(file):
                file.unlink()
            if paths.is_local(folder):
                with contextlib.suppress(OSError):  # something else is in it
                    file.parent.rmdir()
            yield corpus, tuple(each.name for each in kept)


def _read(file: Path) -> SealedFile:
    old = parquet.read_any(file)
    if old.about.get("format") not in (1, 2) or not isinstance(old.about.get("feature_set"), str):
        raise BadTable(
            f"{file} is of format {old.about.get('format')}, which this sertool cannot convert: "
            "extract again into another folder"
        )
    return old


def _sets(old: SealedFile) -> Iterator[FeatureSet]:
    """The sets of an old file whose columns are all there.

    Raises:
        UnknownName, BadPlugin: a set that nothing here can name the columns of; nothing is lost.
    """
    for name in old.about["feature_set"].split("+"):
        if name:
            found = sets.get(f"{name}@{WINDOW}")
            if {*found.columns} <= {*old.columns} and found.variants == VARIANTS:
                yield found


def _convert_corpus(folder: Path, corpus: str, old: SealedFile, kept: Sequence[FeatureSet]) -> None:
    stamps = old.stamps
    for each in kept:
        file = layout.set_file(folder, corpus, each)
        parquet.write(_tables(corpus, old, each), stored_sets.about(each), file, stamps)
    if kept:
        clips = old.table(OF_CLIPS).take(pa.array(range(0, old.n_rows, len(VARIANTS))))
        clips = clips.add_column(0, "corpus", pa.array([corpus] * clips.num_rows, pa.string()))
        file = layout.clips_file(folder, corpus)
        about = merging.about_clips(corpus)
        parquet.write([clips.replace_schema_metadata()], about, file)


def _convert_part(folder: Path, corpus: str, old: SealedFile, kept: Sequence[FeatureSet]) -> None:
    stamps = old.stamps
    for each in kept:
        file = layout.journal_part(folder, corpus, old.file.stem, each)
        parquet.write(_tables(corpus, old, each), stored_sets.about(each), file, stamps)


def _tables(corpus: str, old: SealedFile, feature_set: FeatureSet) -> Iterator[pa.Table]:
    """The rows of a set, a row group at a time."""
    groups = range(len(old.group_rows))
    for table in old.tables([*MEASURED, *feature_set.columns], groups):
        names = pa.array([corpus] * table.num_rows, pa.string())
        whole = table.add_column(0, "corpus", names).replace_schema_metadata()
        yield whole.select([*KEYS, *feature_set.columns])
