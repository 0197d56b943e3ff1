"""The interface of the web page, asked over a real socket as a program or an attacker would."""

from __future__ import annotations

import base64
import http.client
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from served import Server, as_wav, serving
from synthetic import syllables, tone, write_sound

import sertool
from sertool import cli
from sertool.cli.model_options import DEFAULT_BACKEND

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from sertool.web import service, sounds


def test_about(server: Server) -> None:
    about = server.ask("GET", "/api").json
    assert about.pop("sertool") == sertool.__version__
    assert about == {
        "models": [DEFAULT_BACKEND, "cnn", "forest", "logistic", "svm"],
        "largest_bytes": 50_000_000,
        "longest_s": 600.0,
    }


@pytest.mark.parametrize(
    ("model", "suffix"),
    [
        (DEFAULT_BACKEND, "wav"),
        ("cnn", "wav"),
        ("forest", "flac"),
        ("xgboost", "ogg"),
        ("xgboost", "mp3"),
    ],
)
def test_the_answer_is_that_of_the_library(
    server: Server, tmp_path: Path, model: str, suffix: str
) -> None:
    file = write_sound(tmp_path / f"a.{suffix}", syllables(4.2))
    answer = server.predict(file.read_bytes(), f"?model={model}")
    assert answer.status == 200
    predictor = sertool.load(model)
    windows = list(predictor.timeline(file))
    told, expected = answer.json, asdict(predictor(file))
    assert told["model"] == model
    assert told["duration_s"] == pytest.approx(4.2, abs=0.1)
    assert told["spans"] == [asdict(span) for span in sertool.spans(windows)]
    assert len(told["windows"]) == len(windows) == 3
    for one, other in [(told, expected), *zip(told["windows"], map(asdict, windows), strict=True)]:
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-9)
        for name in ("emotion", "confident", "start_s", "end_s"):
            assert one[name] == other[name]
        assert one["remarks"] == list(other["remarks"])
        assert "path" not in one


def test_the_default_model_is_the_first(server: Server) -> None:
    sound = as_wav(syllables(1.5))
    assert server.predict(sound).json["model"] == DEFAULT_BACKEND


def test_nobody_speaks_in_noise_that_is_steady_or_too_soft(server: Server) -> None:
    sound = as_wav((tone(3) / 5000).astype(np.float32), 16_000)
    answer = server.predict(sound)
    assert answer.status == 422
    assert answer.json["error"].startswith("this recording: nobody seems to speak in its 3.0 s")


def test_the_picture_is_that_of_librosa(tmp_path: Path) -> None:
    rate, n = 22_050, 15 * 22_050 + 77
    generator = np.random.default_rng(0)
    chirp = librosa.chirp(fmin=100, fmax=8000, sr=rate, length=n)
    samples = (0.5 * chirp + 0.01 * generator.standard_normal(n)).astype(np.float32)
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, rate, subtype="FLOAT")
    told = sounds.picture(path)
    power = librosa.feature.melspectrogram(y=samples, sr=rate, n_fft=2048, hop_length=512)
    power = power[:, : -(-n // 512)]
    assert (told["bands"], told["columns"]) == power.shape
    decibels = librosa.power_to_db(power, ref=np.max, top_db=80)
    mel = np.frombuffer(base64.b64decode(told["mel"]), np.uint8).reshape(128, -1)
    assert np.abs(mel - 255 * (decibels / 80 + 1)).max() < 1
    edges = np.arange(801) * n // 800
    parts = [samples[start:stop] for start, stop in pairwise(edges)]
    assert told["highest"] == [pytest.approx(part.max(), abs=6e-5) for part in parts]
    assert told["lowest"] == [pytest.approx(part.min(), abs=6e-5) for part in parts]
    assert told["duration_s"] == n / rate


def test_the_picture_of_a_long_recording_is_no_wider(server: Server) -> None:
    told = server.ask("POST", "/api/picture", as_wav(tone(60))).json
    assert (told["columns"], len(told["lowest"]), len(told["highest"])) == (800, 800, 800)
    assert len(base64.b64decode(told["mel"])) == 800 * 128


RIFF = as_wav(syllables(1.0))


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "nothing was sent"),
        (b"no sound", "this recording is text"),
        (os.urandom(5000), "this recording cannot be decoded"),
        (RIFF[:44], "truncated|holds no samples"),
        (b"<html><script>alert(1)</script>", "this recording is a web page"),
        (b"#EXTM3U\nhttp://127.0.0.1:1/a.wav\n", "this recording is a playlist"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(100), "M4A, MP4 or QuickTime"),
        (as_wav(tone(0.05)), "a clip of 50 ms is too short"),
        (as_wav(np.tile(tone(1.0, 1000), 601), 1000), "longer than 10 minutes"),
    ],
    ids=["nothing", "text", "random", "header", "html", "playlist", "mp4", "short",
         "long"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/predict", "/api/picture"])
def test_what_is_no_recording_is_refused_in_words(
    server: Server, path: str, sent: bytes, says: str
) -> None:
    answer = server.ask("POST", path, sent)
    assert answer.status == 422
    assert [*answer.json] == ["error"]
    assert answer.headers["content-type"] == "application/json"
    assert re.search(says, answer.json["error"])
    assert str(server.temporary) not in answer.json["error"]
    assert "Traceback" not in answer.json["error"]


def test_silence_is_refused(server: Server) -> None:
    answer = server.predict(as_wav(np.zeros(16_000, np.float32)))
    assert answer.status == 422
    assert answer.json["error"].startswith("this recording: nobody seems to speak")


def test_too_large_a_file_is_refused_before_and_while_it_comes(server: Server) -> None:
    sent = bytes(50_000_001)
    assert server.predict(sent).status == 413
    chunks = (sent[at : at + 2**20] for at in range(0, len(sent), 2**20))
    answer = server.predict(chunks)
    assert answer.status == 413
    assert "larger than 50 MB" in answer.json["error"]
    assert server.predict(b"", content_length="50000001").status == 413
    assert server.predict(sent[:-1]).status == 422


def test_a_form_is_answered_with_what_to_send(server: Server) -> None:
    form = b'--x\r\nContent-Disposition: form-data; filename="../../x.wav"\r\n\r\n\r\n--x--'
    answer = server.predict(form, content_type="multipart/form-data; boundary=x")
    assert answer.status == 415
    assert "--data-binary" in answer.json["error"]


@pytest.mark.parametrize(
    "name", ["svn", "../svm", "/etc/passwd", "svm.sertool", "", "%00", "%F0%9F%98%80"]
)
def test_a_model_is_a_name_never_a_path(server: Server, name: str) -> None:
    answer = server.predict(RIFF, f"?model={name}")
    assert answer.status == 422
    assert "possible: cnn, forest, logistic, svm, xgboost" in answer.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/../pyproject.toml", 404),
        ("GET", "/..%2f..%2fpyproject.toml", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "//etc/passwd", 404),
        ("GET", "/page.html", 404),
        ("GET", "/docs", 404),
        ("GET", "/api/predict", 405),
        ("PUT", "/api/predict", 405),
        ("DELETE", "/", 405),
        ("GET", "/", 200),
        ("HEAD", "/", 200),
    ],
)
def test_only_these_addresses_exist(server: Server, method: str, path: str, status: int) -> None:
    answer = server.ask(method, path)
    assert answer.status == status
    if status != 200:
        assert method in answer.json["error"]


def test_two_hundred_at_once_leave_it_answering(server: Server) -> None:
    sound = as_wav(syllables(2.0))
    with ThreadPoolExecutor(200) as many:
        answers = list(many.map(lambda _: server.predict(sound), range(200)))
    statuses = [answer.status for answer in answers]
    assert {*statuses} <= {200, 503}
    assert statuses.count(200) >= service.MOST_REQUESTS
    busy = [answer for answer in answers if answer.status == 503]
    assert all("try again" in answer.json["error"] for answer in busy)
    assert all(answer.headers["retry-after"] == "5" for answer in busy)
    told = [answer.json["probabilities"] for answer in answers if answer.status == 200]
    assert all(each == told[0] for each in told)
    assert server.predict(sound).status == 200


def test_who_hangs_up_leaves_nothing(server: Server) -> None:
    for _ in range(2 * service.MOST_REQUESTS):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest("POST", "/api/predict")
        connection.putheader("Content-Length", "1000000")
        connection.endheaders(RIFF)
        connection.close()
    wait_until(lambda: server.predict(RIFF).status == 200)
    wait_until(lambda: not [*server.temporary.glob("sertool-*")])


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_stops_in_the_middle_of_long_work(tmp_path: Path) -> None:
    sound = as_wav(syllables(590, 8_000), 8_000)  # the network takes seconds for it
    with serving(tmp_path) as server, ThreadPoolExecutor(6) as many:
        answers = [many.submit(server.predict, sound, "?model=cnn") for _ in range(6)]
        wait_until(lambda: len([*tmp_path.glob("sertool-*/recording")]) == 6, 60)
        server.process.send_signal(signal.SIGINT)
        server.process.wait(120)
        assert {answer.result().status for answer in answers} == {503}
        assert all("stopped" in answer.result().json["error"] for answer in answers)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--port", "{port}"), "give another --port"),
        (("--host", "198.51.100.1"), "the --host of this machine"),
        (("--model", "none.sertool"), "neither a model file"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    given = [each.format(port=server.port) for each in arguments]
    monkeypatch.setattr(sys, "argv", ["sertool", "serve", *given])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert says in capsys.readouterr().err
