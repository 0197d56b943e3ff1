"""Mutated files at five doors, in a process of its own: `fuzzing.py FIRST COUNT FOLDER`.

A door takes a source of random numbers and tries one input: it may return or raise a
`SertoolError`. Whatever else happens is a finding: another exception, more than `SECONDS` or
`BYTES` for one input, a file written outside of FOLDER, the end of the process.
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import random
import resource
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from corpus_files import COMPLETE
from synthetic import fill, tone

from sertool import (
    audio,
    extraction,
    parts,
    persistence,
    registry,
    specification,
    store,
    training,
)  # fmt: skip
from sertool.errors import SertoolError
from sertool.types import EMOTIONS

SECONDS = 10
BYTES = 2**30

Random = random.Random
Attempt = Callable[[Random], object]

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = (
    "shutil.rmtree",
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.truncate",
)


def mutated(content: bytes, rng: Random) -> bytes:
    """A few changes, most of them near the beginning or the end, where headers are."""
    result = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        place = rng.randrange(len(result) + 1)
        if rng.random() < 0.6:
            place = min(place, rng.randrange(200))
        elif rng.random() < 0.5:
            place = max(0, len(result) - rng.randrange(400))
        change = rng.randrange(6)
        if change == 0:
            result[place : place + 1] = bytes([rng.randrange(256)])
        elif change == 1:
            width, order = rng.choice((1, 2, 4, 8)), rng.choice(("little", "big"))
            number = rng.choice(NUMBERS) % 256**width
            result[place : place + width] = number.to_bytes(width, order)
        elif change == 2:
            del result[place:]
        elif change == 3:
            del result[place : place + rng.randrange(1, 64)]
        elif change == 4:
            start = rng.randrange(len(result) + 1)
            result[place:place] = result[start : start + rng.randrange(1, 64)]
        else:
            result[place : place + 8] = rng.randbytes(rng.randrange(16))
    return bytes(result)


def sound(folder: Path) -> Attempt:
    """WAV, FLAC, OGG, AIFF and AU through decoding and cutting."""
    wave = tone(0.4)
    seeds = []
    for form, subtype, channels in (
        ("WAV", "PCM_16", 1), ("WAV", "FLOAT", 2), ("WAV", "IMA_ADPCM", 1), ("WAVEX", "PCM_24", 2),
        ("FLAC", "PCM_16", 1), ("FLAC", "PCM_24", 2), ("OGG", "VORBIS", 1), ("OGG", "OPUS", 2),
        ("AIFF", "PCM_16", 1), ("AU", "PCM_16", 1), ("MP3", "MPEG_LAYER_III", 1),
    ):  # fmt: skip
        file = io.BytesIO()
        samples = np.stack([wave] * channels, axis=1)
        soundfile.write(file, samples, 16_000, format=form, subtype=subtype)
        seeds.append(file.getvalue())

    def attempt(rng: Random) -> object:
        (folder / "a.wav").write_bytes(mutated(rng.choice(seeds), rng))
        return audio.load(folder / "a.wav")

    return attempt


def names(folder: Path) -> Attempt:
    """Paths through every registered parser."""
    known = [path for files in COMPLETE.values() for path in files()[::40]]
    parsers = [registry.get("corpora", name).parse for name in registry.names("corpora")]

    def attempt(rng: Random) -> None:
        characters = list(rng.choice(known))
        for _ in range(rng.choice((0, 1, 2, 8))):
            place = rng.randrange(len(characters) + 1)
            new = rng.choice(["", "/", ".", "\0", "\udcff", "ſ", "1", "ä", "-" * 300, "\n", "W"])
            characters[place : place + rng.randrange(2)] = new
        path = "".join(characters)
        for parse in parsers:
            clip = parse(path)
            assert clip is None or (clip.path == path and clip.emotion in EMOTIONS and clip.speaker)

    return attempt


MANIFEST = b"""path,emotion,speaker,language,sentence,gender
a/b.wav,happy,ann,en,s1,f
"c, d.wav",sad,bob,de,"s
2",male
../e.wav,angry,,,,
"""
SPECIFICATION = b"""protocols = ["clips", "speakers"]
corpora = ["emodb", "ravdess+tess"]
emotions = "six"
normalisation = ["train"]
train_variants = ["original"]
seeds = [1, 42]
features = ["librosa178", "librosa178+functionals"]
[estimators]
forest = {}
svm = [{ C = 1 }, { C = 10.5e3 }]
"""


def texts(folder: Path) -> Attempt:
    """Manifests up to the plan of an extraction, specifications up to the study."""

    def attempt(rng: Random) -> object:
        if rng.random() < 0.5:
            (folder / "a.toml").write_bytes(mutated(SPECIFICATION, rng))
            none = {"protocols": (), "corpora": (), "estimators": ()}
            return specification.study(**{**none, **specification.read(folder / "a.toml")})
        (folder / "a.csv").write_bytes(mutated(MANIFEST, rng))
        source = extraction.manifest_source(folder / "a.csv", name="mine")
        return extraction.plan([source], folder / "store")

    return attempt


def stores(folder: Path) -> Attempt:
    """Parts of a store, read and merged: damaged, damaged before sealing, and of format 1."""
    corpus = registry.get("corpora", "emodb")
    clips = fill(folder / "store", corpus, 2, ("angry", "sad"), 1)
    file = folder / "store" / "corpus=emodb" / "clips.parquet"
    journal = folder / "store" / store.JOURNAL / "emodb" / "00000001.parquet"
    journal.parent.mkdir(parents=True)
    sealed = file.read_bytes()
    old = sealed.replace(b'"format": 2', b'"format": 1').replace(b"sertool.seal", b"sertool.SEAL")
    unsealed = old.replace(parts.SEAL, parts.SEAL.upper())

    def attempt(rng: Random) -> None:
        content = mutated(sealed, rng)
        kind = rng.randrange(3)
        if kind == 1:
            content = mutated(unsealed, rng)
        elif kind == 2:
            content = resealed(content)
        place = rng.choice((file, journal))
        file.write_bytes(sealed)
        journal.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        store.read(folder / "store")
        store.sets_at_hand(folder / "store", "emodb")
        store.merge(folder / "store", corpus, clips)

    return attempt


def resealed(content: bytes) -> bytes:
    whole = io.BytesIO(content)
    start = parts._place(whole)
    if start < 0:
        return content
    return content[:start] + parts._checksum(whole, start) + content[start + len(parts.BLANK) :]


def models(folder: Path) -> Attempt:
    """Model files: damaged, or with members that were damaged before sealing."""
    fill(folder / "store", registry.get("corpora", "emodb"), 3, ("angry", "sad"), 2)
    candidate = specification.Candidate("svm", registry.get("estimators", "svm"))
    file = folder / "m.sertool"
    persistence.save(training.train(store.read(folder / "store"), candidate, folds=2), file)
    whole = file.read_bytes()
    archive = zipfile.ZipFile(io.BytesIO(persistence._unpacked(whole, file)))
    members = {name: archive.read(name) for name in archive.namelist()}

    def attempt(rng: Random) -> object:
        if rng.random() < 0.3:
            file.write_bytes(mutated(whole, rng))
            assert file.read_bytes() == whole or is_refused(file), "damage was not found"
            return None
        name = rng.choice([*members, "schema.json"])
        content = mutated(members[name], rng)
        if name == "schema.json" and rng.random() < 0.8:
            content = json.dumps(restructured(json.loads(members[name]), rng)).encode()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as made:
            for each, stored in members.items():
                made.writestr(each, content if each == name else stored)
        file.write_bytes(persistence.seal(packed.getvalue()))
        return persistence.load(file)

    return attempt


def is_refused(file: Path) -> bool:
    try:
        persistence.load(file)
    except SertoolError:
        return True
    return False


def restructured(schema: object, rng: Random) -> object:
    """A schema with one of its values changed, taken away, or put in the place of another."""
    holders = []
    level = [schema]
    while level:
        holders += level
        children = [each.values() if isinstance(each, dict) else each for each in level]
        level = [one for each in children for one in each if isinstance(one, dict | list) and one]
    holder, other = rng.choice(holders), rng.choice(holders)
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    words = ("ListNode", "FunctionNode", "numpy", "os", "system", "TreeNode", "json", "[", "1e999")
    if rng.random() < 0.2:
        del holder[key]
    else:
        copied = json.loads(json.dumps(other))
        holder[key] = rng.choice((None, -1, 2**70, "", copied, [], {}, *words))
    return schema


DOORS = {"sound": sound, "names": names, "texts": texts, "stores": stores, "models": models}


class Watch:
    """Notes what is written outside of a folder while it is on."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder.resolve()) + os.sep
        self.is_on = False
        self.strays: list[str] = []
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple) -> None:
        if not self.is_on or event not in ("open", *CHANGES):
            return
        if event == "open" and not (arguments[2] or 0) & WRITES:
            return
        if event in ("os.remove", "os.rmdir") and arguments[1] != -1:
            return  # inside of what shutil.rmtree was told to remove
        if isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(arguments[0])) + os.sep
            if not path.startswith(self.folder) and path != "/dev/null/":
                self.strays.append(f"{event} {path}")


def findings(door: str, attempt: Attempt, numbers: range, folder: Path) -> Iterator[str]:
    """Of each input that did not end well: "" = refused with a `SertoolError`, else a finding."""
    with ThreadPoolExecutor(1) as pool:
        for number in numbers:
            (folder / "number").write_text(f"{door} {number}")
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            error = pool.submit(attempt, random.Random(f"{door} {number}")).exception()
            faulthandler.cancel_dump_traceback_later()
            if isinstance(error, SertoolError):
                yield ""
            elif error:
                trace = "".join(traceback.format_exception(error))
                yield f"{door} {number}: {error!r} in {trace[-300:]}"


def main(first: int, count: int, folder: Path) -> None:
    attempts = {}
    for name, door in DOORS.items():
        (folder / name).mkdir(parents=True)
        attempts[name] = door(folder / name)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    watch = Watch(folder)
    for name, attempt in attempts.items():
        watch.is_on = True
        ends = list(findings(name, attempt, range(first, first + count), folder))
        watch.is_on = False
        found = [end for end in ends if end]
        print(json.dumps({"door": name, "refused": ends.count(""), "findings": found}))
    print(json.dumps({"door": "written elsewhere", "findings": sorted(set(watch.strays))}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
