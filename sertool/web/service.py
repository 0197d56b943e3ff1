"""The addresses that the server answers, and what it refuses.

GET / is the page; the others answer with JSON, errors as {"error": sentence}::

    GET  /api                        models, the default one first, and the limits
    POST /api/predict?model=NAME     a sound file -> its emotions
    POST /api/picture                a sound file -> its waveform and spectrogram
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock
from typing import Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sertool import versions
from sertool.errors import BadModel, BadRecording, SertoolError, UnknownName, choices
from sertool.models import prediction
from sertool.models.prediction import Predictor
from sertool.storage import paths
from sertool.web import sounds
from sertool.web.guard import Guard

LOG = logging.getLogger(__name__)
PAGE = paths.ASSETS / "web"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

LARGEST_BYTES = 50_000_000
"""Of a sound file."""
UPLOAD_S = 60.0
"""How long the bytes of a sound file may take to arrive."""
MOST_REQUESTS = 32
"""Sounds that arrive, wait or are worked on at a time; the next is asked to come again."""
WORKERS = min(4, os.cpu_count() or 1)

BUSY = f"{MOST_REQUESTS} recordings are being worked on; try again in a few seconds"
TOO_LARGE = f"the file is larger than {LARGEST_BYTES // 10**6} MB; cut it, or send FLAC or MP3"
TOO_SLOW = f"the file did not arrive within {UPLOAD_S:.0f} s; send a smaller one"
A_FORM = (
    "a form was sent; send the bytes of the sound file themselves: "
    "curl --data-binary @FILE ADDRESS/api/predict"
)
STOPPED = "the server is being stopped; start it again and send the file again"
UNLOADABLE = "cannot be loaded, and the server's log says why; choose another model"
FAILED = "the server failed on this request, and its log says how; it goes on"

Work = Callable[[Path, Event], dict[str, Any]]
"""From a recording to what is told of it; the event says that nobody waits any more."""


def application(models: Mapping[str, str | Path], names: Iterable[str]) -> Starlette:
    """The whole site.

    Args:
        models: by the name under which each is offered, what `sertool.load` takes; the first is
            the default and is loaded at once.
        names: by which the server may be called, such as localhost.

    Raises:
        UnknownName, BadModel: the first model cannot be loaded.
    """
    service = Service(models)
    return Starlette(
        routes=[
            *(_file(path) for path in sorted(PAGE.iterdir())),
            Route("/api", service.about),
            Route("/api/predict", service.predict, methods=["POST"]),
            Route("/api/picture", service.picture, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, names=names)],
        exception_handlers={
            HTTPException: _refused,
            SertoolError: _unusable,
            ClientDisconnect: _gone,
            Exception: _failed,
        },
    )


class Service:
    """What the interface answers.

    Args:
        models: as `application` takes them.
    """

    def __init__(self, models: Mapping[str, str | Path]) -> None:
        self._models = models
        self._loading = {name: Lock() for name in models}
        self._loaded: dict[str, Predictor] = {}
        self._load(next(iter(models)))
        self._places = asyncio.Semaphore(MOST_REQUESTS)
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="sertool")

    async def about(self, _: Request) -> Response:
        """What there is to choose from, and the limits."""
        return JSONResponse(
            {
                "sertool": versions.sertool(),
                "models": list(self._models),
                "largest_bytes": LARGEST_BYTES,
                "longest_s": sounds.LONGEST_S,
            }
        )

    async def predict(self, request: Request) -> Response:
        """The emotions of the sound file that is the body, as `sounds.emotions` tells them."""
        name = request.query_params.get("model", next(iter(self._models)))
        if name not in self._models:
            raise UnknownName(f"no model {choices(name, self._models)}")

        def emotions(path: Path, given_up: Event) -> dict[str, Any]:
            predictor = self._predictor(name)
            return {"model": name, **sounds.emotions(path, predictor, given_up)}

        return await self._answer(request, emotions)

    def _load(self, name: str) -> Predictor:
        """A model, loaded by whoever asks for it first; others meanwhile wait."""
        with self._loading[name]:
            if name not in self._loaded:
                self._loaded[name] = prediction.load(self._models[name])
            return self._loaded[name]

    def _predictor(self, name: str) -> Predictor:
        try:
            return self._load(name)
        except BadModel as error:
            LOG.error(error)  # it names a file, which is nothing for who asks
            raise HTTPException(500, f"{name} {UNLOADABLE}") from None

    async def picture(self, request: Request) -> Response:
        """The picture of the sound file that is the body, as `sounds.picture` draws it."""
        return await self._answer(request, lambda path, _: sounds.picture(path))

    async def _answer(self, request: Request, work: Work) -> Response:
        if self._places.locked():
            raise HTTPException(503, BUSY, {"Retry-After": "5"})
        async with self._places:
            with tempfile.TemporaryDirectory(prefix="sertool-") as folder:
                path = Path(folder) / "recording"
                await _receive(request, path)
                return JSONResponse(await self._worked_out(work, path))

    async def _worked_out(self, work: Work, path: Path) -> dict[str, Any]:
        given_up = Event()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._workers, work, path, given_up)
        except asyncio.CancelledError:
            given_up.set()
            raise HTTPException(503, STOPPED) from None


async def _receive(request: Request, path: Path) -> None:
    """Write the body of a request to a file, within the limits."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise HTTPException(415, A_FORM)
    if int(request.headers.get("content-length", 0)) > LARGEST_BYTES:
        raise HTTPException(413, TOO_LARGE)
    n_bytes = 0
    try:
        async with asyncio.timeout(UPLOAD_S):
            with path.open("wb") as file:
                async for chunk in request.stream():
                    n_bytes += file.write(chunk)
                    if n_bytes > LARGEST_BYTES:
                        raise HTTPException(413, TOO_LARGE)
    except TimeoutError:
        raise HTTPException(408, TOO_SLOW) from None
    if not n_bytes:
        raise BadRecording("nothing was sent; send the bytes of a sound file")


def _file(path: Path) -> Route:
    """A file of the page under its own name; the page itself under /."""
    content = path.read_bytes()

    async def answer(_: Request) -> Response:
        return Response(content, media_type=MEDIA_TYPES[path.suffix])

    return Route("/" if path.suffix == ".html" else f"/{path.name}", answer)


async def _refused(request: Request, error: Exception) -> Response:
    refusal = cast("HTTPException", error)
    where = f": {request.method} {request.url.path}" if refusal.status_code in (404, 405) else ""
    return JSONResponse({"error": refusal.detail + where}, refusal.status_code, refusal.headers)


async def _unusable(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 422)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


async def _failed(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": FAILED}, 500)
