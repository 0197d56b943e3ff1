"""Where what lies in a store: the one place that knows its folders and the names of its files.

DIR/emodb/clips.parquet                 who says what: a row for each clip
DIR/emodb/functionals.study.parquet     a feature set by a rule for windows: a row for each variant
DIR/.journal/emodb/*.parquet            finished work that waits to be merged
"""

from __future__ import annotations

from pathlib import Path

from sertool.errors import BadTable
from sertool.features.sets import FeatureSet

CLIPS = "clips.parquet"
JOURNAL = ".journal"
"""Where finished work waits, inside the store, until it is merged."""
OLD = "corpus="
"""What folders of corpora began with up to format 2."""


def corpora(folder: Path) -> tuple[str, ...]:
    """The names of the corpora that the store holds, sorted."""
    found = (file.parent.name for file in folder.glob(f"*/{CLIPS}"))
    return tuple(sorted(name for name in found if not name.startswith(OLD)))


def waiting(folder: Path) -> tuple[str, ...]:
    """The names of the corpora of which work waits in the journal, sorted."""
    return tuple(sorted({file.parent.name for file in (folder / JOURNAL).glob("*/*.parquet")}))


def old_files(folder: Path) -> list[Path]:
    """The files of a store of format 1 or 2, those of its journal last."""
    whole = sorted(folder.glob(f"{OLD}*/{CLIPS}"), key=str)
    waiting = (file for file in (folder / JOURNAL).glob("*/*.parquet") if file.name.count(".") == 1)
    return [*whole, *sorted(waiting, key=str)]


def refuse_old(folder: Path) -> None:
    """Refuse a store that is to be converted first.

    Raises:
        BadTable: with the command that does it.
    """
    if old_files(folder):
        raise BadTable(
            f"{folder} is a store of an older format; sertool store upgrade {folder} converts it, "
            "nothing is measured again"
        )


def clips_file(folder: Path, corpus: str) -> Path:
    """The file that says who says what."""
    return folder / corpus / CLIPS


def set_file(folder: Path, corpus: str, feature_set: FeatureSet) -> Path:
    """The file that holds a feature set of a corpus."""
    return folder / corpus / _suffix(feature_set)[1:]


def set_files(folder: Path, corpus: str) -> list[Path]:
    """The files of all feature sets of a corpus, known or not, by their names."""
    found = (folder / corpus).glob("*.*.parquet")
    return sorted(filter(_is_visible, found), key=lambda file: file.name)


def journal(folder: Path, corpus: str) -> Path:
    """Where the work on a corpus waits."""
    return folder / JOURNAL / corpus


def journal_part(folder: Path, corpus: str, name: str, feature_set: FeatureSet) -> Path:
    """The file of the journal in which a worker writes what it measured of one set."""
    return journal(folder, corpus) / f"{name}{_suffix(feature_set)}"


def journal_parts(folder: Path, corpus: str, feature_set: FeatureSet | None = None) -> list[Path]:
    """The files of a corpus in the journal, of one set or of all, oldest first."""
    suffix = ".*.*.parquet" if feature_set is None else _suffix(feature_set)
    found = journal(folder, corpus).glob(f"*{suffix}")
    return sorted(filter(_is_visible, found), key=lambda file: file.name)


def set_name(file: Path) -> str:
    """The name of a set and the rule for its windows, from the file that holds it.

    >>> set_name(Path("emodb", "functionals.study.parquet"))
    'functionals@study'
    """
    plugin, window = file.name.split(".")[-3:-1]
    return f"{plugin}@{window}"


def _is_visible(file: Path) -> bool:
    """Whether a file is none of those that systems leave beside others."""
    return not file.name.startswith(".") and file.is_file()


def _suffix(feature_set: FeatureSet) -> str:
    return f".{feature_set.plugin}.{feature_set.window}.parquet"
