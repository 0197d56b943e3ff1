"""What was measured -> the files of a store; extraction alone writes to one.

A worker writes to the journal, a file for each set, and `merge` brings corpora up to date from it.
Files are replaced one at a time, so their order keeps the store right after a kill at any moment:
first the clips go that leave or have changed, then the sets are replaced, then the clips come.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from sertool import registry
from sertool.features.sets import FeatureSet
from sertool.storage import paths, writing
from sertool.store import layout, parquet, rows, stored_sets
from sertool.store.parquet import FileStamp, SealedFile
from sertool.store.rows import Measurement
from sertool.types import Clip, Corpus


def about_clips(corpus: str) -> dict[str, str]:
    """What the file of a corpus's clips says of itself."""
    origin = registry.origin("corpora", corpus)
    return {"holds": "clips", "plugin": str(origin or "")}


def part_name(number: int = 0, begun: int | None = None) -> str:
    """A name for a part of the journal that sorts behind those of earlier runs.

    Args:
        number: of the part in its run.
        begun: when that was, in nanoseconds since 1970; left out = now.

    >>> part_name(7, begun=0)
    '00000000000000000000-00000007'
    """
    return f"{time.time_ns() if begun is None else begun:020}-{number:08}"


def append(
    folder: Path,
    corpus: str,
    measurements: Sequence[Measurement],
    of: Iterable[FeatureSet],
    name: str = "",
) -> None:
    """Write finished measurements to the journal of a corpus: they outlive a kill from here on.

    Args:
        folder: of the store.
        corpus: its name.
        measurements: what was measured, each of some of the sets.
        of: the sets.
        name: of the part; of two that hold a clip the later by name counts. Left out = now. Work
            that is done again under its name replaces what it wrote before.
    """
    name = name or part_name()
    for feature_set in of:
        mine = [each for each in measurements if feature_set.name in each.numbers]
        if not mine:
            continue
        table = rows.measured(corpus, mine, feature_set)
        stamps = {each.clip: each.stamp for each in mine}
        file = layout.journal_part(folder, corpus, name, feature_set)
        parquet.write([table], stored_sets.about(feature_set), file, stamps)


def stamps(folder: Path, corpus: str, feature_set: FeatureSet) -> dict[str, FileStamp]:
    """The clips of which store and journal hold a feature set.

    Returns:
        Clip -> stamp of the file that it was measured from last.
    """
    return _stamps(_files(folder, corpus, feature_set))


def merge(
    folder: Path,
    corpus: Corpus,
    clips: Iterable[Clip],
    of: Sequence[FeatureSet],
    *,
    all_tried: bool = True,
) -> None:
    """Bring a corpus of a store up to date: its clips, with what store and journal know of them.

    Identities are taken from `clips` anew, so a label that was fixed reaches the store without
    another extraction; a clip that is not in `clips` leaves the store. Sets that are not in `of`
    stay as they are. The journal is emptied last, and merging it twice changes nothing.

    Args:
        folder: of the store.
        corpus: which.
        clips: all that it shall hold.
        of: the sets that were measured.
        all_tried: whether every clip that lacks one of the sets was tried. Where it was not, and a
            clip that the store holds lacks one, the store stays as it is and the journal waits:
            adding a set loses nothing.
    """
    waiting = [part for each in of for part in layout.journal_parts(folder, corpus.name, each)]
    by_path = {clip.path: clip for clip in clips}
    sources = {each.name: _files(folder, corpus.name, each) for each in of}
    known = {name: _stamps(files) for name, files in sources.items()}
    complete = {path for path in by_path if all(path in each for each in known.values())}
    held = _held(folder, corpus.name)
    still_held = held.keys() & by_path.keys()
    if not all_tried and (not complete or still_held - complete):
        return
    tried = {path for path in by_path if any(path in each for each in known.values())}
    if stored_sets.of_corpus(folder, corpus.name).keys() - known.keys():
        tried |= still_held  # another set has numbers of these
    kept = sorted(tried if all_tried else complete)
    sounds = _sounds(sources.values(), held)
    present = [by_path[path] for path in kept]
    staying = [clip for clip in present if held.get(clip.path) == sounds[clip.path]]
    if len(staying) < len(held):
        _write_clips(folder, corpus, staying, sounds)
    for each in of:
        _write_set(folder, corpus.name, each, sources[each.name], kept, known[each.name])
    _write_clips(folder, corpus, present, sounds)
    if not kept:
        remove(folder, corpus.name, known)
    _clear(waiting, layout.journal(folder, corpus.name))


def remove(folder: Path, corpus: str, names: Collection[str]) -> None:
    """Take feature sets of a corpus out of a store, what waits of them included.

    The last one takes the clips along.

    Args:
        folder: of the store.
        corpus: its name.
        names: of the sets.

    Raises:
        CannotWrite: the folder may not be written to.
    """
    found = stored_sets.of_corpus(folder, corpus)
    waiting = stored_sets.waiting(folder, corpus)
    clips = layout.clips_file(folder, corpus)
    with writing.failures_in_words(clips):
        if found.keys() <= {*names}:
            clips.unlink(missing_ok=True)
        for name, file in [*found.items(), *waiting]:
            if name in names:
                file.unlink(missing_ok=True)
    _drop_empty(folder / corpus)
    _drop_empty(layout.journal(folder, corpus))
    _drop_empty(folder / layout.JOURNAL)


def _write_set(
    folder: Path,
    corpus: str,
    of: FeatureSet,
    files: Sequence[SealedFile],
    clips: Sequence[str],
    known: Mapping[str, FileStamp],
) -> None:
    """Replace the file of a set, where it does not hold just what it shall already."""
    file = layout.set_file(folder, corpus, of)
    mine = [clip for clip in clips if clip in known]
    if not mine or ([each.file for each in files] == [file] and known.keys() == {*mine}):
        return
    tables = rows.newest(files, mine, of)
    parquet.write(tables, stored_sets.about(of), file, {clip: known[clip] for clip in mine})


def _write_clips(
    folder: Path,
    corpus: Corpus,
    clips: Sequence[Clip],
    sounds: Mapping[str, Sound],
) -> None:
    """Replace the file of the clips, where it does not say the same already."""
    file = layout.clips_file(folder, corpus.name)
    table = rows.identities(corpus, clips, sounds)
    if file.is_file():
        sealed = parquet.read(file)
        if sealed.table(sealed.columns).replace_schema_metadata().equals(table):
            return
    parquet.write([table], about_clips(corpus.name), file)


Sound = tuple[float, str]
"""Length in seconds, and sha256."""


def _sounds(sources: Iterable[Sequence[SealedFile]], held: Mapping[str, Sound]) -> dict[str, Sound]:
    """Clip -> its sound as it was measured last, which the journal knows best, then the clips.

    Of two sets one may have failed when a recording had changed; what it has is older then.
    """
    whole: list[SealedFile] = []
    waiting: list[SealedFile] = []
    for file in (file for each in sources for file in each):
        (waiting if layout.JOURNAL in file.file.parts else whole).append(file)
    found: dict[str, Sound] = {}
    for each in whole:
        found |= _sounds_in(each)
    found |= held
    for each in sorted(waiting, key=lambda each: each.file.name):
        found |= _sounds_in(each)
    return found


def _sounds_in(file: SealedFile) -> dict[str, Sound]:
    table = file.table(["clip", "duration_s", "sha256"])
    columns = (table.column(name).to_pylist() for name in table.column_names)
    return {clip: (seconds, sha256) for clip, seconds, sha256 in zip(*columns, strict=True)}


def _files(folder: Path, corpus: str, of: FeatureSet) -> list[SealedFile]:
    return [each.file for each in stored_sets.with_journal(folder, corpus, of)]


def _stamps(files: Iterable[SealedFile]) -> dict[str, FileStamp]:
    known: dict[str, FileStamp] = {}
    for file in files:
        known |= file.stamps
    return known


def _held(folder: Path, corpus: str) -> dict[str, Sound]:
    """Clip -> its sound, of those that the store holds."""
    file = layout.clips_file(folder, corpus)
    return _sounds_in(parquet.read(file)) if file.is_file() else {}


def _clear(merged: Sequence[Path], journal: Path) -> None:
    """Take merged parts out of the journal, and its folders where nothing else is in them."""
    for file in [*merged, *journal.glob(".*.unfinished")]:
        file.unlink(missing_ok=True)
    _drop_empty(journal)
    _drop_empty(journal.parent)


def _drop_empty(folder: Path) -> None:
    if paths.is_local(folder):
        with contextlib.suppress(OSError):  # not there, or something else is in it
            folder.rmdir()
