"""The web page in a browser whose microphone plays a file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from served import Server
from synthetic import syllables, write_sound

import sertool
from sertool.cli.model_options import DEFAULT_BACKEND

WEB = Path(sertool.__file__).parent / "assets" / "web"
HOSTILE = "<img src=x onerror=alert(1)>.wav"
"""A file name that would run, were it written as it is."""
KEEP_WHAT_IS_SENT = (
    "const real = fetch; window.fetch = (address, options) => {"
    " if (options?.body) window.sent = options.body; return real(address, options); }"
)
NO_LIMIT = (
    "const kept = fetch; window.fetch = async (address, options) => address === 'api'"
    " ? Response.json({ models: ['svm'], largest_bytes: 1e9, longest_s: 600 })"
    " : kept(address, options);"
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sound") / "said.wav"
    return write_sound(file, syllables(3.5, 44_100), 44_100)


@pytest.fixture(scope="module")
def browser(sound: Path) -> Iterator[Any]:
    """Chromium without a window, where playwright and Chromium are installed."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with playwright.sync_playwright() as running:
        if not (chromium or Path(running.chromium.executable_path).is_file()):
            pytest.skip("no Chromium")
        started = running.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox", "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={sound}",
            ],
        )  # fmt: skip
        yield started
        started.close()


@contextmanager
def opened(browser: Any, server: Server, **options: Any) -> Iterator[Any]:
    """The page; at the end nothing was asked of another host, and no script complained."""
    context = browser.new_context(**{"permissions": ["microphone"], **options})
    context.set_default_timeout(90_000)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(KEEP_WHAT_IS_SENT)
    own = f"http://127.0.0.1:{server.port}/"
    page.goto(own)
    page.wait_for_selector("#record:enabled")
    yield page
    assert [url for url in asked if not url.startswith((own, "data:", f"blob:{own}"))] == []
    assert said == []
    context.close()


def choose(page: Any, file: Path) -> None:
    page.get_by_label("Choose a file").set_input_files(file)
    page.wait_for_selector("#result:not([hidden]):not([aria-busy])")


def test_what_is_recorded_is_recognised(browser: Any, server: Server, sound: Path) -> None:
    with opened(browser, server) as page:
        page.get_by_role("button", name="Record").click()
        page.locator("#clock", has_text=re.compile(r"^3")).wait_for()
        assert page.evaluate("document.getElementById('level').value") > 0
        page.get_by_role("button", name="Stop").click()
        page.wait_for_selector("#result:not([hidden])")
        sent = bytes(page.evaluate("sent.arrayBuffer().then(all => [...new Uint8Array(all)])"))
        shown = page.inner_text("#probabilities tr.best th")
        shares = page.locator("#probabilities td:last-child").all_inner_texts()
        assert page.get_by_role("button", name="Record").is_visible()
    samples, rate = soundfile.read(BytesIO(sent), dtype="float32")
    assert samples.ndim == 1
    assert samples.size / rate > 3
    assert pitch_hz(samples, rate) == pytest.approx(220, abs=2)
    expected = sertool.load(DEFAULT_BACKEND)(samples, rate)
    assert shown == expected.emotion
    highest_first = sorted(expected.probabilities.values(), reverse=True)
    assert shares == [f"{100 * share:.0f}\N{NO-BREAK SPACE}%" for share in highest_first]


def pitch_hz(samples: np.ndarray, rate: int) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * rate / samples.size)


def test_a_file_is_shown_with_bars_spans_and_its_json(
    browser: Any, server: Server, sound: Path
) -> None:
    expected = server.predict(sound.read_bytes()).json
    with opened(browser, server) as page:
        choose(page, sound)
        with page.expect_download() as download:
            page.get_by_text("Download the JSON").click()
        assert download.value.suggested_filename == "said.json"
        told = json.loads(Path(download.value.path()).read_text())
        bars = page.evaluate(
            "[...document.querySelectorAll('.bar')].map(bar =>"
            " bar.getBoundingClientRect().width / bar.parentNode.getBoundingClientRect().width)"
        )
        spans = page.locator("#spans tbody tr").all_inner_texts()
        heading = page.inner_text("#emotion").lower()
        coloured = [drawn(page, name) for name in ("waveform", "mel")]
    for each in (told, expected):
        for timed in (each, *each["windows"]):
            del timed["seconds"], timed["compute_s"]
    assert told == expected
    shares = sorted(expected["probabilities"].values(), reverse=True)
    assert bars == pytest.approx(shares, abs=0.02)
    assert len(spans) == len(expected["spans"]) > 0
    assert heading == (expected["emotion"] if expected["confident"] else "unsure")
    assert min(coloured) > 2


def drawn(page: Any, canvas: str) -> int:
    """How many colours a canvas holds."""
    return page.evaluate(
        "name => { const canvas = document.getElementById(name);"
        " const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
        " return new Set(new Uint32Array(data.buffer)).size; }",
        canvas,
    )


def test_another_back_end_answers_for_the_same_sound(
    browser: Any, server: Server, sound: Path
) -> None:
    with opened(browser, server) as page:
        choose(page, sound)
        page.get_by_label("Model").select_option("xgboost")
        page.locator("#analysed", has_text="xgboost").wait_for()
        shown = page.inner_text("#probabilities tr.best th")
    assert shown == sertool.load("xgboost")(sound).emotion


@pytest.mark.parametrize("confident", [True, False])
def test_unsure_and_remarks_are_said(
    browser: Any, server: Server, sound: Path, confident: bool
) -> None:
    told = server.predict(sound.read_bytes()).json
    told |= {"confident": confident, "remarks": ["<b>very quiet</b>"], "spans": []}
    with opened(browser, server) as page:
        page.route("**/api/predict*", lambda route: route.fulfill(json=told))
        choose(page, sound)
        assert (page.inner_text("#emotion") == "Unsure") == (not confident)
        assert told["emotion"] in page.inner_text("#emotion").lower() + page.inner_text("#detail")
        assert page.locator("#remarks li").all_inner_texts() == ["<b>very quiet</b>"]
        assert page.get_by_text("No voice activity was found").is_visible()


def test_too_large_a_file_is_refused_by_page_and_by_server(
    browser: Any, server: Server, sound: Path, tmp_path: Path
) -> None:
    (tmp_path / "large.wav").write_bytes(bytes(50_000_001))
    with opened(browser, server) as page:
        choose(page, sound)
        page.get_by_label("Choose a file").set_input_files(tmp_path / "large.wav")
        assert "large.wav is larger than 50 MB" in page.get_by_role("alert").inner_text()
        assert page.locator("#result").is_hidden()
        page.add_init_script(NO_LIMIT)
        page.reload()
        page.wait_for_selector("#record:enabled")
        page.get_by_label("Choose a file").set_input_files(tmp_path / "large.wav")
        page.wait_for_selector("#problem:not(:empty)")
        assert "the file is larger than 50 MB" in page.get_by_role("alert").inner_text()


def test_what_goes_wrong_is_said_and_the_next_file_works(
    browser: Any, server: Server, sound: Path, tmp_path: Path
) -> None:
    (tmp_path / HOSTILE).write_bytes(b"no sound")
    with opened(browser, server) as page:
        page.get_by_label("Choose a file").set_input_files(tmp_path / HOSTILE)
        page.wait_for_selector("#problem:not(:empty)")
        assert "is text" in page.get_by_role("alert").inner_text()
        (tmp_path / HOSTILE).write_bytes(sound.read_bytes())
        choose(page, tmp_path / HOSTILE)
        assert HOSTILE in page.inner_text("#analysed")
        assert page.locator("img").count() == 0
        assert page.get_by_role("alert").inner_text() == ""
        page.route("**/api/*", lambda route: route.abort())
        page.get_by_label("Model").select_option("forest")
        page.wait_for_selector("#problem:not(:empty)")
        assert "is sertool serve still running?" in page.get_by_role("alert").inner_text()


def test_without_a_microphone_it_says_so(browser: Any, server: Server) -> None:
    with opened(browser, server, permissions=[]) as page:
        page.get_by_role("button", name="Record").click()
        page.wait_for_selector("#problem:not(:empty)")
        assert "The microphone cannot be used" in page.get_by_role("alert").inner_text()
        assert page.get_by_role("button", name="Record").is_enabled()


def test_it_is_used_by_keyboard(browser: Any, server: Server) -> None:
    with opened(browser, server) as page:
        reached = []
        for _ in range(4):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate("document.activeElement.id || document.activeElement.nodeName")
            )
        assert reached == ["record", "file", "model", "SUMMARY"]
        page.get_by_role("button", name="Record").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Stop").wait_for()
        page.locator("#clock", has_text=re.compile(r"^1")).wait_for()
        page.keyboard.press("Enter")
        page.wait_for_selector("#result:not([hidden])")
        assert page.get_by_role("status").inner_text().startswith("Done: ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_it_fits_without_scrolling_sideways(
    browser: Any, server: Server, sound: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    file = tmp_path / f"{'long' * 50}.wav"
    file.write_bytes(sound.read_bytes())
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with opened(browser, server, **look) as page:
        choose(page, file)
        page.get_by_text("For programs").click()
        shown = page.inner_text("pre")
        assert f"127.0.0.1:{server.port}/api/predict?model={DEFAULT_BACKEND}" in shown
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (colour == "rgb(255, 255, 255)") == (scheme == "light")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2 defines it."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(scheme: int) -> None:
    rules = re.findall(r":root \{(.*?)\}", (WEB / "page.css").read_text(), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", rules[scheme]))
    for text, paper in product(("ink", "muted", "accent", "alarm"), ("paper", "raised")):
        assert contrast(colours[text], colours[paper]) >= 4.5, text
    for emotion in (*sertool.types.EMOTIONS, "another"):
        assert contrast(colours[emotion], colours["paper"]) >= 3, emotion
    for button in ("accent", "alarm"):
        assert contrast(colours[button], colours["on-accent"]) >= 4.5


@pytest.mark.parametrize("file", sorted(WEB.iterdir()), ids=lambda file: file.name)
def test_nothing_comes_from_elsewhere(file: Path) -> None:
    assert not re.search(r"https?:|//\w+\.|@import|url\(", file.read_text())
