"""`sertool serve` in a process of its own, for the tests that ask it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """`sertool serve` in a process of its own, and the folder for its temporary files."""

    process: subprocess.Popen[str]
    port: int
    temporary: Path

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def predict(self, body: Any, query: str = "", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", f"/api/predict{query}", body, named)


@contextmanager
def serving(temporary: Path) -> Iterator[Server]:
    """Start it; at the end it is interrupted, and no error may have been logged."""
    with subprocess.Popen(
        [sys.executable, "-m", "sertool", "serve", "--port", "0"],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(temporary)},
    ) as process:  # fmt: skip
        assert process.stderr
        said = process.stderr.readline()
        assert said.startswith("http://127.0.0.1:"), said + process.stderr.read()
        yield Server(process, int(said.split()[0].rpartition(":")[2]), temporary)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
        assert "Traceback" not in process.stderr.read()


def as_wav(samples: np.ndarray, rate: int = 16_000) -> bytes:
    content = BytesIO()
    soundfile.write(content, samples, rate, format="WAV")
    return content.getvalue()
