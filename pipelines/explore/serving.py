"""`terreng explore`: the notebooks as read-only apps, on loopback, behind a password, without any network."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pipelines import terminal
from pipelines.explore.desk import WORKSPACE, open_desk, speak
from pipelines.explore.door import TOKEN, Door
from schemas.errors import SettingsError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from pipelines.settings import Settings

LOOPBACK = "127.0.0.1"
PASSWORD = "TERRENG_EXPLORE_PASSWORD"  # noqa: S105 - the name of the variable, not a password
NOTEBOOKS = {"tour": "01_tour", "explore": "02_explore", "workshop": "03_map_workshop", "own_data": "04_own_data"}
"""Path of each app to its notebook."""
STOP_TIMEOUT_S = 3
_CONFIG = '[display]\ntheme = "system"\n'
"""The apps look the same whatever settings of marimo its user has: light or dark as the system is."""


def explore(workspace: Path, port: int, notebook: str, *, with_browser: bool, with_password: bool) -> None:
    """Serve the notebooks until SIGINT or SIGTERM.

    Args:
        workspace: The folder.
        port: Where; 0: a free one.
        notebook: The one to begin with, a key of `NOTEBOOKS`.
        with_browser: Whether to open a browser, where there is one.
        with_password: Whether to ask for a password.

    Raises:
        SettingsError: The folder is no workspace, or the notebooks are not there.
        WarehouseError: Nothing is published.
        UsageError: The port is taken.
    """
    settings = open_desk(workspace).settings
    port = port or _free_port()
    _require_free(port)
    password = _password() if with_password else ""
    _settle(settings)
    scratch = tempfile.tempdir = tempfile.mkdtemp(prefix="terreng-")  # own data on trial: gone when this ends
    notebooks = _application()
    address = f"http://{LOOPBACK}:{port}/"
    address += f"?{urlencode({TOKEN: password})}" if password else ""

    def announce() -> None:
        terminal.say(address)
        terminal.note(f"{settings.name} is open there, on this machine only; stop with Ctrl-C")
        if with_browser and _has_desktop():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    _stand(Door(notebooks, password, port, f"/{notebook}/"), notebooks, port, announce)
    terminal.note("stopped")
    _leave(scratch)


def _password() -> str:
    return os.environ.get(PASSWORD, "").strip() or secrets.token_urlsafe(16)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _require_free(port: int) -> None:
    from pipelines.serve import require_free

    require_free(port)


def _has_desktop() -> bool:
    """Whether a browser would come up in a window rather than in this terminal."""
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def notebooks_folder() -> Path:
    """Where the notebooks are: in the repository, or beside this module in an installed package.

    Raises:
        SettingsError: They are in neither.
    """
    beside = Path(str(files("pipelines.explore"))) / "notebooks"
    found = next((each for each in (Path(__file__).resolve().parents[2] / "notebooks", beside) if each.is_dir()), None)
    if found is None:
        raise SettingsError(
            got="no notebooks", wanted="an installed terreng", hint="install it again", file=str(beside)
        )
    return found


def _application() -> ASGIApp:
    """All notebooks, each under its path."""
    import marimo

    builder = marimo.create_asgi_app(quiet=True)
    for path, name in NOTEBOOKS.items():
        builder = builder.with_app(path=f"/{path}", root=str(notebooks_folder() / f"{name}.py"))
    return builder.build()


def _settle(settings: Settings) -> None:
    """What must be said before marimo is imported: whose workspace, our own configuration, and no look for updates."""
    os.environ[WORKSPACE] = str(settings.root)
    os.environ["MARIMO_SKIP_UPDATE_CHECK"] = "1"
    folder = settings.state_dir / "explore"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / ".marimo.toml").write_text(_CONFIG, encoding="utf-8")
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_CACHE_HOME"] = os.environ["XDG_STATE_HOME"] = str(folder)
    speak()  # the door
    os.chdir(folder)  # there it looks for its configuration first


def _stand(door: Door, notebooks: ASGIApp, port: int, announce: Callable[[], None]) -> None:
    """Serve until told to stop; who it is announced to finds it up."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            await _close_sessions(notebooks)

    config = uvicorn.Config(
        door, host=LOOPBACK, port=port, log_level="error", access_log=False, timeout_graceful_shutdown=STOP_TIMEOUT_S
    )
    former = signal.signal(signal.SIGTERM, lambda *_: None)  # it is told again when the server has ended
    try:
        with suppress(KeyboardInterrupt):
            Server(config).run()
    finally:
        signal.signal(signal.SIGTERM, former)


async def _close_sessions(notebooks: ASGIApp) -> None:
    """End what runs for each open page."""
    for route in getattr(notebooks, "routes", ()):
        manager = getattr(getattr(getattr(route, "app", None), "state", None), "session_manager", None)
        if manager is not None:
            await manager.shutdown()


def _leave(scratch: str) -> None:
    """Cells that still run are not waited for, they only read; but an interpreter that ends under them would abort."""
    shutil.rmtree(scratch, ignore_errors=True)
    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
