"""`terreng serve`: one standing Prefect server on loopback, and a runner that calls the flow on schedule.

Two child processes, watched by this one. If either dies both are started again, so that a lost server costs the runs
that were due meanwhile and no more; what is published is never touched. The schedule and the runs' history are in
`.terreng/prefect`, and survive restarts.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from pipelines import prefect_server, terminal
from pipelines.commands.workspace import open_workspace
from pipelines.settings import Settings
from schemas.errors import SettingsError, UsageError, WorkspaceBusyError

START_TIMEOUT_S = 180  # a cold start takes 10 to 25 s, on a busy machine more
STOP_TIMEOUT_S = 20
LOOK_EVERY_S = 0.5
MOST_RESTARTS = 5  # in a row, each within a minute of the last: then something is wrong that a restart will not mend
STEADY_AFTER_S = 60


def serve(workspace: Path, cron: str, port: int) -> None:
    """Serve the workspace until SIGINT or SIGTERM.

    Raises:
        UsageError: The schedule cannot be read, or the port is taken.
        WorkspaceBusyError: The workspace is being served already.
        SettingsError: The server does not start, or does not stay up.
    """
    settings = open_workspace(workspace)
    require_schedule(cron)
    with only_server(settings):
        require_free(port)
        Watch(settings, cron, port).stand()


@dataclass
class Watch:
    """The two children, and whether they are wanted."""

    settings: Settings
    cron: str
    port: int
    is_stopping: bool = False
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def stand(self) -> None:
        """Start both, start them again when one dies, end both when told to."""
        former = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        failures = 0
        try:
            while not self.is_stopping and failures <= MOST_RESTARTS:
                began = time.monotonic()
                self._stand_once()
                failures = 1 if time.monotonic() - began > STEADY_AFTER_S else failures + 1
        finally:
            self._end()
            for number, handler in former.items():
                signal.signal(number, handler)
        if not self.is_stopping:
            raise SettingsError(
                got=f"a server that stopped {failures} times in a row",
                wanted="one that stays up",
                hint=f"see {log_file(self.settings)}",
            )

    def _stand_once(self) -> None:
        server = self._start("server", str(self.port))
        if self._answers_in_time(server):
            runner = self._start("runner", str(self.settings.root), self.cron, self.settings.timezone)
            self._announce()
            while not self.is_stopping and server.poll() is None and runner.poll() is None:
                time.sleep(LOOK_EVERY_S)
        self._end()

    def _answers_in_time(self, server: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.is_stopping and server.poll() is None and time.monotonic() < deadline:
            if prefect_server.answers(prefect_server.api_url(self.port)):
                return True
            time.sleep(LOOK_EVERY_S)
        return False

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A child in a process group of its own, so that its own children end with it."""
        environment = os.environ | prefect_server.server_environment(self.settings, self.port)
        environment["PYTHONWARNINGS"] = "ignore"  # about libraries: nobody who reads the log can mend them
        with log_file(self.settings).open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "pipelines.standing", *arguments],
                env=environment,
                cwd=self.settings.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.children.append(child)
        return child

    def _announce(self) -> None:
        url = prefect_server.api_url(self.port)
        known = {"api_url": url, "pid": os.getpid(), "cron": self.cron}
        prefect_server.state_file(self.settings).write_text(json.dumps(known), encoding="utf-8")
        terminal.say(f"Serving {self.settings.name} ({self.cron}); UI: {url.removesuffix('/api')}; stop with Ctrl-C")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def _end(self) -> None:
        prefect_server.state_file(self.settings).unlink(missing_ok=True)
        for child in reversed(self.children):  # the runner first, so that it can still tell the server
            end_group(child)
        self.children.clear()


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Ask a child and its children to end, and make them after a while."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            break
        try:
            child.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            continue
    child.wait()


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Hold the right to serve this workspace.

    Raises:
        WorkspaceBusyError: Another process has it.
    """
    for folder in (settings.state_dir, settings.state_dir / "prefect"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    guard = FileLock(settings.state_dir / "serve.lock", timeout=0)
    try:
        guard.acquire()
    except Timeout:
        where = prefect_server.standing(settings).removesuffix("/api") or "a server that is starting"
        raise WorkspaceBusyError(
            got=f"the workspace is being served already: {where}", wanted="one `terreng serve`", hint="stop it first"
        ) from None
    try:
        yield
    finally:
        guard.release()


def require_free(port: int) -> None:
    """Refuse a port that somebody listens on.

    Raises:
        UsageError: It is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((prefect_server.LOOPBACK, port))
        except OSError as error:
            raise UsageError(
                got=f"port {port} is in use", wanted="a free port", hint="choose another --port"
            ) from error


def require_schedule(cron: str) -> None:
    """Refuse what is no cron expression.

    Raises:
        UsageError: It is none.
    """
    from prefect.client.schemas.schedules import CronSchedule

    try:
        CronSchedule(cron=cron)
    except ValueError as error:
        raise UsageError(
            got=f"--cron {cron!r}", wanted="five fields: minute hour day month weekday", hint='such as "0 6 * * *"'
        ) from error


def log_file(settings: Settings) -> Path:
    """What the server and the runner have to say."""
    return settings.state_dir / "prefect" / "serve.log"
