"""Find a plug-in by name: a file of sertool's, an entry point of another package, or a file given.

A built-in plug-in is a module `<folder of its kind>/<name>.py` that holds one object, named as in
`KINDS`. Another package publishes the same object under the entry point group `sertool.<kind>`. A
single file without a package is added by `add_file`. Listing imports no plug-in; what begins with
an underscore and what is a package is none.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from sertool.errors import BadPlugin, NotFound, SertoolError, UnknownName, choices


@dataclass(frozen=True)
class Kind:
    """A kind of plug-in.

    Attributes:
        package: where the built-in ones lie.
        word: what the object in each module is called, and what messages call a plug-in.
    """

    package: str
    word: str


KINDS: dict[str, Kind] = {
    "corpora": Kind("sertool.corpora", "corpus"),
    "features": Kind("sertool.features", "feature"),
    "feature_sets": Kind("sertool.features.sets", "feature_set"),
    "estimators": Kind("sertool.estimators", "estimator"),
    "protocols": Kind("sertool.protocols", "protocol"),
    "normalisations": Kind("sertool.learning.normalisations", "normalisation"),
    "metrics": Kind("sertool.learning.metrics", "metric"),
}
"""Kind of plug-in, also its entry point group `sertool.<kind>` -> where it lies."""


@dataclass(frozen=True)
class Origin:
    """Where a plug-in that is not built in comes from.

    Attributes:
        distribution: the package that brings it, or the name of the file.
        version: of the package, or the first twelve hex digits of the file's sha256.
        place: the module or the file that holds it.
        remedy: what to do where it fails.
    """

    distribution: str
    version: str
    place: str
    remedy: str = "fix it"

    def __str__(self) -> str:
        """The name and version that results, stores and models keep.

        >>> str(Origin("sertool-loudness", "1.0", "loudness:feature_set"))
        'sertool-loudness 1.0'
        """
        return f"{self.distribution} {self.version}"


PICKLERS = ("cloudpickle", "joblib.externals.cloudpickle")
"""What takes code to worker processes."""

Points = dict[str, tuple[importlib.metadata.EntryPoint, ...]]
"""Name -> the entry points that have it, more than one where packages are at odds."""

_FILES: dict[tuple[str, str], tuple[Origin, Any]] = {}
"""What was added by `add_file`, by kind and name."""


def names(kind: str) -> tuple[str, ...]:
    """The names of all plug-ins of one kind, sorted.

    >>> names("estimators")
    ('cnn', 'forest', 'logistic', 'majority', 'svm', 'xgboost')
    """
    given = {name for of, name in _FILES if of == kind}
    return tuple(sorted({*_built_in(kind), *_published(kind), *given}))


def get(kind: str, name: str) -> Any:
    """The plug-in of that kind and name.

    Raises:
        UnknownName: with the nearest name and the list.
        BadPlugin: it cannot be imported, or two plug-ins have this name.
    """
    _refuse_two_places(kind, name)
    if name in _built_in(kind):
        module = importlib.import_module(f"{KINDS[kind].package}.{name}")
        return getattr(module, KINDS[kind].word)
    if (kind, name) in _FILES:
        return _FILES[kind, name][1]
    if name not in _published(kind):
        raise UnknownName(
            f"no {_word(kind)} named {choices(name, names(kind))}; one in a file takes "
            "--plugin FILE"
        )
    with running(kind, name):
        return _published(kind)[name][0].load()


def checked(kind: str, name: str, faults: Callable[[Any, str], Iterable[str]]) -> Any:
    """The plug-in of that kind and name; one that is not built in only if it keeps its contract.

    Args:
        kind: of plug-in.
        name: of the plug-in.
        faults: from a plug-in and its name to what of it breaks the contract, a phrase each.

    Raises:
        UnknownName, BadPlugin: as `get` says, or it breaks the contract.
    """
    found, where = get(kind, name), origin(kind, name)
    if where is not None:
        with guard(kind, name, where):
            said = list(faults(found, name))
        for fault in said:
            raise breach(kind, name, where, fault)
    return found


def origin(kind: str, name: str) -> Origin | None:
    """Where a plug-in comes from; None where it is built in or not there.

    >>> origin("estimators", "svm") is None
    True
    """
    if (kind, name) in _FILES:
        return _FILES[kind, name][0]
    if name in _built_in(kind) or name not in _published(kind):
        return None
    point, *_ = _published(kind)[name]
    if point.dist is None or not point.dist.name:
        return Origin(point.value, "unknown", point.value)
    remedy = f"update or uninstall {point.dist.name}"
    return Origin(point.dist.name, point.dist.version, point.value, remedy)


def origins(kind: str, used: tuple[str, ...]) -> dict[str, str]:
    """Name -> package and version of those plug-ins among `used` that are not built in.

    >>> origins("estimators", ("svm", "forest"))
    {}
    """
    found = {name: origin(kind, name) for name in used}
    return {name: str(each) for name, each in found.items() if each is not None}


def add_file(path: Path) -> tuple[str, ...]:
    """Add the plug-ins that one Python file holds, for this process: its code is run.

    The file holds objects named as in `KINDS`; each is called by its `name`, or, where it has
    none, as the file is.

    Returns:
        What was added, for example ("feature_set loudness",).

    Raises:
        NotFound: no such file.
        BadPlugin: it fails, holds no plug-in, or one whose name is taken.
    """
    if not path.is_file():
        raise NotFound(f"no plug-in file {path}; give a Python file that holds a plug-in")
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    remedy = "fix it, or leave --plugin out"
    origin_ = Origin(path.name, version, str(path), remedy)
    with PluginCode(f"the plug-in file {path}", remedy):
        module = _module(path, version)
    held = {kind: getattr(module, each.word, None) for kind, each in KINDS.items()}
    added = {
        (kind, _own_name(each) or path.stem): each
        for kind, each in held.items()
        if each is not None
    }
    if not added:
        words = ", ".join(each.word for each in KINDS.values())
        raise BadPlugin(f"{path} holds no plug-in; name one of its objects {words}")
    for kind, name in added:
        taken = name in _built_in(kind) or name in _published(kind)
        if taken or _FILES.get((kind, name), (origin_, None))[0] != origin_:
            raise BadPlugin(f"{path}: the {_word(kind)} {name} is there already; rename this one")
    _FILES.update({key: (origin_, each) for key, each in added.items()})
    return tuple(f"{_word(kind)} {name}" for kind, name in added)


def running(kind: str, name: str) -> AbstractContextManager[None]:
    """Run code of a plug-in: what it raises becomes a `BadPlugin` that names its package.

    What a built-in plug-in raises stays as it is, and so do the errors of sertool.
    """
    return guard(kind, name, origin(kind, name))


def guard(kind: str, name: str, where: Origin | None) -> AbstractContextManager[None]:
    """As `running`, where the registry may not know the plug-in: in a worker, or given in Python.

    Args:
        kind: of plug-in.
        name: of the plug-in.
        where: what `origin` says of it.
    """
    return (
        PluginCode(f"the {_word(kind)} {name} of {where}", where.remedy) if where else PluginCode()
    )


def breach(kind: str, name: str, where: Origin | None, fault: str) -> BadPlugin:
    """The error to raise where a plug-in does not do what its kind promises.

    >>> where = Origin("theirs", "1.0", "theirs:svm", "update or uninstall theirs")
    >>> print(breach("estimators", "mine", where, "answers with 3 words for 4 rows"))
    the estimator mine of theirs 1.0 answers with 3 words for 4 rows; update or uninstall theirs
    """
    brought = f" of {where}" if where else ""
    remedy = where.remedy if where else "fix it"
    return BadPlugin(f"the {_word(kind)} {name}{brought} {fault}; {remedy}")


def places(kind: str, name: str) -> tuple[str, ...]:
    """What brings a plug-in of that name; from two places on, `get` refuses it.

    >>> places("estimators", "svm")
    ('sertool itself',)
    """
    packages = (str(point.dist and point.dist.name) for point in _published(kind).get(name, ()))
    files = (str(_FILES[kind, name][0]),) if (kind, name) in _FILES else ()
    return (*(["sertool itself"] if name in _built_in(kind) else []), *packages, *files)


class PluginCode(AbstractContextManager[None]):
    """A place where foreign code runs.

    Args:
        blamed: what is said to have failed; "" = nothing, errors pass as they are.
        remedy: what to do about it.
    """

    def __init__(self, blamed: str = "", remedy: str = "") -> None:
        self.blamed, self.remedy = blamed, remedy
        self._printing = redirect_stdout(sys.stderr)

    def __enter__(self) -> None:
        """What foreign code prints goes where it spoils no output."""
        if self.blamed:
            self._printing.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Turn what ends foreign code, but for sertool's errors and Ctrl-C, into a `BadPlugin`."""
        if not self.blamed:
            return
        self._printing.__exit__(kind, error, trace)
        ends = isinstance(error, (Exception, SystemExit, GeneratorExit))
        if ends and not isinstance(error, SertoolError):
            said = "no message"
            with suppress(Exception):  # what an error says of itself is foreign code, too
                said = " ".join(str(error).split()) or said
            raise BadPlugin(
                f"{self.blamed} failed ({type(error).__name__}: {said}); {self.remedy}"
            ) from error


def _word(kind: str) -> str:
    return KINDS[kind].word.replace("_", " ")


def _own_name(plugin: Any) -> str:
    """What a plug-in calls itself; "" = nothing: `name` of an estimator may be anything."""
    name = getattr(plugin, "name", "")
    return name if isinstance(name, str) else ""


def _module(path: Path, version: str) -> ModuleType:
    """The module in a file, under a name of its own; workers get it by value, with their tasks."""
    name = f"sertool_plugin_{path.stem}_{version}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadPlugin(f"{path} is no Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with ExitStack() as on_failure:
        on_failure.callback(sys.modules.pop, name, None)
        spec.loader.exec_module(module)
        on_failure.pop_all()
    for pickler in PICKLERS:
        with suppress(ImportError):  # which of them joblib uses depends on its version
            importlib.import_module(pickler).register_pickle_by_value(module)
    return module


def _refuse_two_places(kind: str, name: str) -> None:
    found = places(kind, name)
    if len(found) > 1:
        raise BadPlugin(
            f"the {_word(kind)} {name} is in two places: {' and '.join(found)}; uninstall "
            f"{found[-1]}, or have it renamed there"
        )


@cache
def _built_in(kind: str) -> frozenset[str]:
    package = importlib.import_module(KINDS[kind].package)
    modules = pkgutil.iter_modules(package.__path__)
    return frozenset(
        each.name for each in modules if not each.name.startswith("_") and not each.ispkg
    )


def _published(kind: str) -> Points:
    """The entry points of a kind by name; of two packages that bring one name both."""
    return _scanned(tuple(sys.path)).get(f"sertool.{kind}", {})


@cache
def _scanned(path: tuple[str, ...]) -> dict[str, Points]:
    """The entry points of all kinds, of all packages that are found on a search path, by group."""
    found: dict[str, Points] = {}
    packages: set[str] = set()
    for distribution in importlib.metadata.distributions():
        text = distribution.read_text("entry_points.txt") or ""
        if "sertool." not in text or distribution.name in packages:  # the first on the path counts
            continue
        packages.add(distribution.name)
        with suppress(ValueError, TypeError, AttributeError):  # a damaged list of entry points
            for point in distribution.entry_points:
                of_group = found.setdefault(point.group, {})
                of_group[point.name] = (*of_group.get(point.name, ()), point)
    return found
