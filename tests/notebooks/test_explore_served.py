from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.conftest import Terreng
from tests.notebooks.conftest import PATIENCE_S, Served, started


def test_it_listens_on_loopback_alone_and_prints_its_password_once(served: Served) -> None:
    assert served.address.startswith("http://127.0.0.1:")
    assert len(served.password) >= 20
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    port = int(served.address.rsplit(":", 1)[1])
    for host in others:
        with socket.socket() as probe, pytest.raises(OSError, match=r"refused|unreachable|timed out"):
            probe.settimeout(2)
            probe.connect((host, port))


@pytest.mark.parametrize("path", ["/", "/explore/", "/explore/api/status", "/tour/", "/workshop/", "/own_data/"])
def test_nobody_comes_in_without_the_password(served: Served, path: str) -> None:
    answer = served.ask(path)
    assert answer.status_code == 401
    assert "Nordlys" not in answer.text
    assert served.ask(f"{path}?access_token=wrong").status_code == 401


def test_the_link_lets_in_and_takes_the_password_out_of_the_address(served: Served) -> None:
    with httpx.Client(base_url=served.address, timeout=PATIENCE_S) as visitor:
        answer = visitor.get(f"/?access_token={served.password}")
        assert answer.status_code == 303
        assert served.password not in answer.headers["location"]
        assert "HttpOnly" in answer.headers["set-cookie"]
        page = visitor.get("/", follow_redirects=True)
        assert page.url.path == "/explore/"
        assert "Terreng: explore" in page.text


def test_the_password_may_be_typed(served: Served) -> None:
    with httpx.Client(base_url=served.address, timeout=PATIENCE_S) as visitor:
        assert "That is not the password." in visitor.post("/login", data={"password": "guess"}).text
        assert visitor.post("/login", data={"password": served.password}).status_code == 303
        assert visitor.get("/explore/").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example:2718"}, {"Origin": "http://evil.example"}, {"Host": "127.0.0.1.evil.example"}]
)
def test_no_other_site_may_ask(served: Served, headers: dict[str, str]) -> None:
    answer = served.ask(f"/explore/?access_token={served.password}", **headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_every_answer_says_that_nothing_may_come_from_elsewhere(served: Served) -> None:
    policy = served.ask("/explore/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "https:" not in policy


def test_it_ends_in_peace_when_told_to_and_says_nothing_of_anybody(example: Path) -> None:
    with started(example, "--no-password", "--notebook", "tour") as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert "access_token" not in address
        assert httpx.get(address, timeout=PATIENCE_S).headers["location"] == "/tour/"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, out) == (0, "")
        assert err.splitlines()[-1] == "terreng: stopped"
        assert [line for line in err.splitlines() if not line.startswith("terreng: ")] == []


def test_a_port_that_is_taken_is_told(terreng: Terreng, example: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = terreng("explore", "--workspace", example, "--port", str(taken.getsockname()[1]))
    assert (answer.code, answer.out) == (2, "")
    assert "is in use" in answer.err


def test_without_a_run_there_is_nothing_to_look_into(terreng: Terreng, workspace: Path) -> None:
    answer = terreng("explore", "--workspace", workspace)
    assert answer.code == 4
    assert "run `terreng run` first" in answer.err


def test_without_a_workspace_it_says_how_to_come_by_one(terreng: Terreng, tmp_path: Path) -> None:
    answer = terreng("explore", "--workspace", tmp_path)
    assert answer.code == 4
    assert "terreng init" in answer.err
