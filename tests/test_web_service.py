"""The web page's application asked in this process, where it can be made to fail."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from served import as_wav
from synthetic import syllables

from sertool.errors import UnknownName
from sertool.models import prediction

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from sertool import web
from sertool.web import service, sounds

RIFF = as_wav(syllables(1.0))
Message = dict[str, Any]


def asked(
    app: Any, path: str, receive: Callable[[], Awaitable[Message]], query: bytes = b""
) -> tuple[int, bytes]:
    """Status and body of what an application in this process answers to a POST."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": query,
        "headers": [(b"host", b"localhost")],
    }  # fmt: skip
    try:
        asyncio.run(app(scope, receive, send))
    except RuntimeError:  # it is raised again for the log after it is answered
        assert sent
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def app() -> Any:
    return web.application({"xgboost": "xgboost"}, {"localhost"})


async def whole() -> Message:
    return {"type": "http.request", "body": RIFF, "more_body": False}


async def never() -> Message:
    await asyncio.sleep(60)
    return await whole()


def test_a_bug_shows_no_stack_to_whom_it_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> dict[str, Any]:
        raise RuntimeError(f"secret {path}")

    monkeypatch.setattr(sounds, "picture", broken)
    assert asked(app(), "/api/picture", whole) == (
        500, b'{"error":"the server failed on this request, and its log says how; it goes on"}',
    )  # fmt: skip


def test_a_broken_model_is_named_without_its_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "secret").write_text("no model")
    broken = web.application({"svm": "svm", "mine": tmp_path / "secret"}, {"localhost"})
    status, body = asked(broken, "/api/predict", whole, b"model=mine")
    assert (status, b"mine cannot be loaded" in body, b"secret" in body) == (500, True, False)
    assert str(tmp_path / "secret") in caplog.text


def test_who_sends_too_slowly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "UPLOAD_S", 0.05)
    status, body = asked(app(), "/api/picture", never)
    assert (status, b"did not arrive" in body) == (408, True)


def test_beyond_the_most_requests_it_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_REQUESTS", 0)
    status, body = asked(app(), "/api/picture", whole)
    assert (status, b"try again" in body) == (503, True)


def test_a_model_is_loaded_once_though_two_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[object] = []
    load = prediction.load

    def slowly(source: str | Path) -> prediction.Predictor:
        loads.append(source)
        time.sleep(0.2)
        return load(source)

    monkeypatch.setattr(prediction, "load", slowly)
    offered = service.Service({"xgboost": "xgboost", "logistic": "logistic"})
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(offered._predictor, ["logistic", "logistic"])
    assert one is other
    assert loads == ["xgboost", "logistic"]


def test_a_model_that_cannot_be_loaded_stops_the_start() -> None:
    with pytest.raises(UnknownName, match="possible: cnn"):
        web.application({"mine": "none.sertool"}, ())
