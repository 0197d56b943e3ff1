"""The doors by which files come in, each with inputs to be tried at it.

A door takes a folder of its own and returns an attempt: it takes a source of random numbers and
tries one input.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import made_results
import numpy as np
import pyarrow as pa
import soundfile
import test_no_sound
import test_pyav
import wild
from corpus_files import COMPLETE
from mutations import mutated, restructured
from synthetic import fill, tone

from sertool import audio, registry, report, store
from sertool.benchmark import predictions, results, study
from sertool.cli import home
from sertool.corpora import sources
from sertool.errors import SertoolError
from sertool.features import sets
from sertool.learning.candidate import named
from sertool.models import persistence, training, voice
from sertool.storage import writing
from sertool.store import extraction, layout, merging, parquet, stored_sets, upgrade
from sertool.types import EMOTIONS

ASSETS = Path(__file__).parent / "assets"
"""Files that older versions wrote."""

Attempt = Callable[[Random], object]


def sound(folder: Path) -> Attempt:
    """WAV, FLAC, OGG, MP3 and others through decoding and cutting, and what is no sound."""
    wave = tone(0.4)
    seeds = []
    for form, subtype, channels in (
        ("WAV", "PCM_16", 1), ("WAV", "FLOAT", 2), ("WAV", "IMA_ADPCM", 1), ("WAVEX", "PCM_24", 2),
        ("FLAC", "PCM_16", 1), ("FLAC", "PCM_24", 2), ("OGG", "VORBIS", 1), ("OGG", "OPUS", 2),
        ("AIFF", "PCM_16", 1), ("AU", "PCM_16", 1), ("MP3", "MPEG_LAYER_III", 1),
        ("CAF", "PCM_16", 1), ("W64", "PCM_16", 2), ("RF64", "PCM_16", 1),
    ):  # fmt: skip
        file = io.BytesIO()
        samples = np.stack([wave] * channels, axis=1)
        soundfile.write(file, samples, 16_000, format=form, subtype=subtype)
        seeds.append(file.getvalue())
    stream = wild.bare(wild.mp3(wave, 16_000, "VARIABLE"))
    seeds += [stream, wild.in_wav(stream, 0x55, 16_000)]
    seeds += [content for content, _ in wild.NO_SOUND.values() if content]

    def attempt(rng: Random) -> object:
        (folder / "a.wav").write_bytes(mutated(rng.choice(seeds), rng))
        return audio.load(folder / "a.wav")

    return attempt


def containers(folder: Path) -> Attempt:
    """M4A, MP4, AAC, WebM, WMA and what else FFmpeg decodes."""
    seeds = [
        test_pyav.encoded(folder / f"seed.{suffix}", test_pyav.melody(0.5, channels)).read_bytes()
        for suffix in test_pyav.CONTAINERS
        for channels in (1, 2)
    ]
    seeds.append(wild.avi(tone(0.4)))
    seeds += [
        test_no_sound.encoded(test_pyav.av, wild.voice(0.5, rate), codec, muxer, rate)
        for codec, muxer, rate in test_no_sound.CODECS
        if codec != "libopencore_amrnb"
    ]

    def attempt(rng: Random) -> object:
        (folder / "a.m4a").write_bytes(mutated(rng.choice(seeds), rng))
        return audio.load(folder / "a.m4a")

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
SEGMENTS = b"""file;onset;offset;label;rater;split;arousal
a.wav;0;0 days 00:00:01.5;happy;1;train;3.5
a.wav;0;0 days 00:00:01.5;joy;2;train;4
b.wav;00:00:01.250;2,5;nan;1;dev;
b.wav;;;sad;1;Test1;1e2
"""
ARFF = b"""@relation x
@attribute 'name' string
@attribute emotion {sad,happy}
@data
% none
'a b.wav',sad
b.wav,?
"""
NKULULEKO = b"""[EXP]
root = .
[DATA]
databases = ['one', 'two']
one = part.csv
one.split_strategy = train
one.mapping = {'anger': 'angry'}
two = part.csv
target = emotion
"""
TABLES = {"a.csv": (MANIFEST, SEGMENTS), "a.arff": (ARFF,), "a.ini": (NKULULEKO,)}
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
            return study.study(**{**none, **study.read(folder / "a.toml")})
        name = rng.choice(["a.csv", *TABLES])
        (folder / name).write_bytes(mutated(rng.choice(TABLES[name]), rng))
        (folder / "part.csv").write_bytes(MANIFEST)
        source = sources.manifest_source(folder / name, name="mine", mapping={"joy": "happy"})
        return extraction.plan([source], folder / "store")

    return attempt


def stores(folder: Path) -> Attempt:
    """Parts of a store, read and merged: damaged, damaged before sealing, and of format 1."""
    corpus = registry.get("corpora", "emodb")
    clips = fill(folder / "store", corpus, 2, ("angry", "sad"), 1, ("librosa178",))
    clips_file = folder / "store" / "emodb" / "clips.parquet"
    numbers = folder / "store" / "emodb" / "librosa178.study.parquet"
    journal = folder / "store" / layout.JOURNAL / "emodb" / "00000001.librosa178.study.parquet"
    old = folder / "store" / "corpus=emodb" / "clips.parquet"
    sealed = {clips_file: clips_file.read_bytes(), numbers: numbers.read_bytes()}
    sealed[journal] = sealed[numbers]
    sealed[old] = (ASSETS / "store_of_format_2" / "corpus=emodb" / "clips.parquet").read_bytes()
    of_set = [sets.get("librosa178")]

    def attempt(rng: Random) -> None:
        shutil.rmtree(folder / "store")
        place = rng.choice([*sealed])
        for each in (clips_file, numbers, place):
            each.parent.mkdir(parents=True, exist_ok=True)
            each.write_bytes(sealed[each])
        content = mutated(sealed[place], rng)
        place.write_bytes(resealed(content) if rng.random() < 0.3 else content)
        list(upgrade.upgrade(folder / "store"))
        store.read(folder / "store")
        stored_sets.held(folder / "store", "emodb")
        merging.merge(folder / "store", corpus, clips, of_set)

    return attempt


def resealed(content: bytes) -> bytes:
    whole = io.BytesIO(content)
    start = parquet._place(whole)
    if start < 0:
        return content
    return content[:start] + parquet._checksum(whole, start) + content[start + len(parquet.BLANK) :]


def models(folder: Path) -> Attempt:
    """Model files: damaged, or with members that were damaged before sealing."""
    fill(folder / "store", registry.get("corpora", "emodb"), 3, ("angry", "sad"), 2)
    candidate = named("svm")
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
        file.write_bytes(sealed(packed.getvalue()))
        return persistence.load(file)

    return attempt


def sealed(archive: bytes) -> bytes:
    """As `persistence.seal`, but quickly, for it is done thousands of times."""
    stream = zlib.compress(archive, 1)
    checksum = hashlib.sha256(stream).hexdigest()
    return f"sertool model {persistence.FORMAT} {checksum}\n".encode() + stream


def is_refused(file: Path) -> bool:
    try:
        persistence.load(file)
    except SertoolError:
        return True
    return False


def voices(folder: Path) -> Attempt:
    """Voice files, up to what a model for the speaker answers."""
    names = ("functionals",)
    fill(folder / "store", registry.get("corpora", "emodb"), 3, ("angry", "sad"), 2, names)
    candidate = named("logistic")
    table = store.read(folder / "store")
    model = training.train(table, candidate, folds=2, feature_sets=names)
    X = store.matrix(table, sets.columns(names))
    file = folder / "me.json"
    voice.save(voice.voice(X), file)
    whole = file.read_bytes()

    def attempt(rng: Random) -> None:
        content = mutated(whole, rng)
        if rng.random() < 0.5:
            content = json.dumps(restructured(json.loads(whole), rng)).encode()
        file.write_bytes(content)
        heard = voice.for_speaker(model, voice.load(file))
        assert np.isfinite(heard.probabilities(X)).all()

    return attempt


TESTED = predictions.table(
    pa.table({name: ["sad", "calm"] for name in predictions.PREDICTED}), ["sad", "sad"],
    {"sad": np.array([0.9, 0.7])},
)  # fmt: skip


def reports(folder: Path) -> Attempt:
    """Results of a study up to its tables; a tenth of them up to the report, page and all."""
    made = [
        dataclasses.replace(
            each, versions={"sertool": "1"}, warnings=("few",), parameters={"C": 1.0},
            learning_curve={"loss": [1.0, 0.5], "accuracy": [0.5, 1.0]},
        )
        for each in made_results.study()[:5]
    ]  # fmt: skip
    for each in made:
        results.add(folder, each)
    file = folder / results.RESULTS
    lines = file.read_bytes().splitlines(keepends=True)

    def attempt(rng: Random) -> None:
        changed = lines.copy()
        if rng.random() < 0.7:
            number = rng.randrange(len(lines))
            structure = restructured(json.loads(lines[number]), rng)
            changed[number] = json.dumps(structure).encode() + b"\n"
            file.write_bytes(b"".join(changed))
        else:
            file.write_bytes(mutated(b"".join(lines), rng))
        found = results.read(folder)
        report.tables(found)
        if rng.random() < 0.1:
            report.write(found, folder)
            report.page(found, "fuzz")

    return attempt


def leavings(folder: Path) -> Attempt:
    """What sertool leaves for itself: places of corpora, locks, predictions, lists of files."""
    os.environ["SERTOOL_HOME"] = str(folder)
    home.remember("emodb", folder)
    places = (folder / "corpora.json").read_bytes()
    made = made_results.study()[:1]
    report.write(made, folder)
    listed, digest = (
        (folder / name).read_bytes() for name in (report.build.MARKDOWN, report.build.DIGEST)
    )
    predictions.keep(folder, made[0].key, TESTED)
    waiting = next((folder / predictions.JOURNAL).iterdir())
    kept = waiting.read_bytes()

    def attempt(rng: Random) -> None:
        kind = rng.randrange(10)
        if kind < 4:
            (folder / "corpora.json").write_bytes(mutated(places, rng))
            home.places()
            home.remember("tess", folder)
        elif kind < 8:
            writing.write(waiting, kept)
            place = rng.choice((waiting, folder / predictions.PREDICTIONS))
            place.write_bytes(mutated(kept, rng))
            predictions.merge(folder)
        elif kind == 8:
            (folder / writing.LOCK).write_bytes(mutated(kept, rng))
            with writing.alone(folder):
                pass
        else:
            (folder / report.build.MARKDOWN).write_bytes(mutated(listed, rng))
            if rng.random() < 0.5:
                (folder / report.build.DIGEST).write_bytes(mutated(digest, rng))
            report.Report(made).update(folder)

    return attempt


DOORS = {
    "sound": sound,
    "containers": containers,
    "names": names,
    "texts": texts,
    "stores": stores,
    "models": models,
    "voices": voices,
    "reports": reports,
    "leavings": leavings,
}
