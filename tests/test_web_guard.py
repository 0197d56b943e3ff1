"""Who may ask the web page's server: nobody in the name of another site."""

from __future__ import annotations

import pytest
from served import Server, as_wav
from synthetic import syllables

RIFF = as_wav(syllables(1.0))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "", "[", "a@b"]
)
def test_a_foreign_name_is_refused(server: Server, host: str) -> None:
    for method, path in (("GET", "/"), ("GET", "/api"), ("POST", "/api/predict")):
        answer = server.ask(method, path, None, {"Host": host})
        assert answer.status in (400, 403)  # 400: uvicorn's own, on what is no host at all
        assert b"sertool:" not in answer.body


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80", "192.168.0.7"]
)
def test_own_names_and_addresses_are_answered(server: Server, host: str) -> None:
    assert server.ask("GET", "/api", None, {"Host": host}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_page_of_another_site_is_refused(server: Server, headers: dict[str, str]) -> None:
    answer = server.ask("POST", "/api/predict", RIFF, headers)
    assert answer.status == 403
    assert "open the server's own page" in answer.json["error"]
    preflight = server.ask("OPTIONS", "/api/predict", None, headers)
    assert preflight.status == 403
    assert "access-control-allow-origin" not in preflight.headers


def test_the_own_page_is_not_refused(server: Server) -> None:
    origin = f"http://127.0.0.1:{server.port}"
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert server.ask("POST", "/api/predict", RIFF, headers).status == 200


def test_every_answer_forbids_other_hosts(server: Server) -> None:
    for path in ("/", "/page.js", "/page.css", "/capture.js", "/api", "/none"):
        headers = server.ask("GET", path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert not {"*", "http:", "https:", "'unsafe-inline'", "'unsafe-eval'"} & {*policy.split()}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
