"""The whole tree of errors that sertool raises on purpose.

Each says what was given, what was possible and what to do; each is also a builtin, so that a
caller need not import this module to catch it::

    SertoolError
    |-- BadRecording     (ValueError)   a sound file that cannot be used: skipped and counted
    |-- BadLabel         (ValueError)   an emotion word that is not in the vocabulary
    |-- BadTable         (ValueError)   a manifest, store or results file that is not as it must be
    |-- BadModel         (ValueError)   a model file that is damaged, foreign or of another format
    |-- BadVoice         (ValueError)   a voice file that is damaged, foreign or of another format
    |-- BadChoice        (ValueError)   an argument or key of a specification outside what exists
    |-- NotEnough        (ValueError)   too few clips, speakers or emotions for what was asked
    |-- UnknownName      (LookupError)  no plug-in or corpus of that name
    |-- NotFound         (LookupError)  a file, folder or sound device that is not there
    |-- BadPlugin        (ImportError)  code of another package that fails or breaks its contract
    |-- CannotWrite      (OSError)      a full disk, a read-only folder, or one that another holds
    `-- MissingExtra     (ImportError)  an optional dependency that is not installed
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SertoolError(Exception):
    """The root: `except sertool.SertoolError` catches whatever sertool raises on purpose.

    >>> import numpy as np
    >>> import sertool
    >>> try:
    ...     sertool.load("logistic")(np.zeros(100), rate=20_000)
    ... except sertool.SertoolError as error:
    ...     print(error)
    array: a clip of 5 ms is too short; at least 100 ms are needed
    """


class BadRecording(SertoolError, ValueError):
    """A sound file that cannot be used."""


class BadLabel(SertoolError, ValueError):
    """An emotion word that is not in the vocabulary."""


class BadTable(SertoolError, ValueError):
    """A manifest, store or results file that is not as it must be."""


class BadModel(SertoolError, ValueError):
    """A model file that is damaged, foreign or of another format."""


class BadVoice(SertoolError, ValueError):
    """A voice file that is damaged, foreign or of another format."""


class BadChoice(SertoolError, ValueError):
    """An argument or a key of a specification outside what exists."""


class NotEnough(SertoolError, ValueError):
    """Too few clips, speakers or emotions for what was asked."""


class UnknownName(SertoolError, LookupError):
    """No plug-in or corpus of that name."""


class NotFound(SertoolError, LookupError):
    """A file, folder or sound device that is not there."""


class CannotWrite(SertoolError, OSError):
    """A full disk, a folder that may not be written to, or one that another process holds."""


class BadPlugin(SertoolError, ImportError):
    """Code of another package, or of a plug-in file, that fails or breaks its contract."""


class MissingExtra(SertoolError, ImportError):
    """An optional dependency that is not installed."""


def choices(given: str, possible: Iterable[str]) -> str:
    """What to say of a name that is not among the possible ones: the nearest, and the list.

    >>> choices("svn", ["forest", "svm"])
    "'svn' (did you mean 'svm'? possible: forest, svm)"
    >>> choices("qqq", ["forest", "svm"])
    "'qqq' (possible: forest, svm)"
    >>> choices("emoDB", ["emodb", "nemo"])
    "'emoDB' (did you mean 'emodb'? possible: emodb, nemo)"
    """
    names = sorted(possible)
    by_lower = {name.lower(): name for name in reversed(names)}
    near = difflib.get_close_matches(given.lower(), by_lower, n=1)
    hint = f"did you mean {by_lower[near[0]]!r}? " if near else ""
    return f"{given!r} ({hint}possible: {', '.join(names) or 'none'})"
