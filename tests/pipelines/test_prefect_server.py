"""Which server a run goes through, and what Prefect is told before it is imported."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipelines import prefect_server
from pipelines.commands.init import init
from pipelines.commands.steps import chosen_server
from pipelines.settings import Settings, load_settings

DEAD = "http://127.0.0.1:9/api"  # the discard port: nobody listens


class _Locked(BaseHTTPRequestHandler):
    """A server that wants a key."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def alive() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Locked) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    init(tmp_path / "new")
    return load_settings(tmp_path / "new")


def _keep_state(settings: Settings, text: str) -> None:
    settings.state_dir.mkdir(exist_ok=True)
    prefect_server.state_file(settings).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("url", [DEAD, "", "nonsense", "file:///etc/passwd", "http://[/api"])
def test_what_does_not_answer_is_known_at_once(url: str) -> None:
    began = time.monotonic()
    assert not prefect_server.answers(url)
    assert time.monotonic() - began < prefect_server.ANSWER_TIMEOUT_S + 1


def test_a_server_that_wants_a_key_answers(alive: str) -> None:
    assert prefect_server.answers(alive)


def test_the_server_that_the_user_names_comes_first(
    settings: Settings, alive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep_state(settings, json.dumps({"api_url": alive}))
    monkeypatch.setenv("PREFECT_API_URL", alive + "/")
    assert chosen_server(settings) == alive + "/"


def test_a_dead_server_that_the_user_names_is_told_and_passed_by(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", DEAD)
    assert chosen_server(settings) == ""
    assert f"{DEAD} does not answer" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"api_url": null}', json.dumps({"api_url": DEAD})])
def test_a_service_that_is_gone_is_passed_by_in_silence(
    settings: Settings, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    _keep_state(settings, text)
    assert (chosen_server(settings), capsys.readouterr().err) == ("", "")


def test_prefect_is_told_to_stay_at_home_and_to_tell_nobody(settings: Settings) -> None:
    told = prefect_server.server_environment(settings, 4242)
    assert told["PREFECT_HOME"] == str(settings.root / ".terreng" / "prefect")
    assert (told["DO_NOT_TRACK"], told["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")
    assert told["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4242"
