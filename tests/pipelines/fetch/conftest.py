"""Servers on loopback that the tests start: PostgreSQL as Debian packs it, and one that speaks S3."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import httpx
import psycopg
import pytest

PASSWORD = "p@ss/w:rd"  # noqa: S105 -- of a server that lives as long as the tests


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: its port, and the process that it is."""

    port: int

    def url(self, user: str = "reader", password: str = "p%40ss%2Fw%3Ard", database: str = "crm") -> str:  # noqa: S107
        """A URL as a person writes it."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "crm") -> int:
        """Run statements as the owner of everything; returns how many rows the last one touched or found."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="owner", password=PASSWORD, dbname=database, autocommit=True
        ) as owner:
            return [owner.execute(statement.encode()).rowcount for statement in statements][-1]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real server, on loopback, in a folder of its own, as a user without privileges.

    Absent binaries fail a test rather than skip it: `python tests/gate.py database` installs them.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="terreng-postgres-"))
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        yield from _served(programs, folder, user.pw_name if user else None)
    finally:
        shutil.rmtree(folder)


def _served(programs: Path, folder: Path, user: str | None) -> Iterator[Server]:
    data, secret, port = folder / "data", folder / "secret", _free_port()
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    made: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "owner",
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
    ]
    subprocess.run(
        [*made, "--encoding=UTF8", "--no-locale", "--no-sync"], user=user, cwd=folder, check=True, capture_output=True
    )
    options: list[str | Path] = ["-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder]
    options += ["-c", "fsync=off", "-c", "timezone=Asia/Tokyo", "-c", "max_connections=20"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([programs / "postgres", *options], user=user, cwd=folder, stdout=log, stderr=log)
    try:
        server = Server(port)
        _await(server, process, folder / "log")
        server.run("CREATE DATABASE crm", f"CREATE USER reader PASSWORD '{PASSWORD}'", database="postgres")
        yield server
    finally:
        process.send_signal(2)  # at once, but in order
        process.wait(30)


def _await(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            server.run("SELECT 1", database="postgres")
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"PostgreSQL does not come up:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _programs() -> Path:
    """Debian keeps the server's programs off the path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        pytest.fail("no PostgreSQL server is installed: run `python tests/gate.py database`")
    return folders[-1].parent


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL does not run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that speaks S3 with a bucket `crm`, on loopback, told of as libraries have it; returns its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    told = {
        "ENDPOINT_URL": address,
        "ACCESS_KEY_ID": "key",
        "SECRET_ACCESS_KEY": "secret",
        "DEFAULT_REGION": "eu-north-1",
    }
    httpx.post(f"{address}/moto-api/reset").raise_for_status()  # it shares its memory with those before it
    for name, value in told.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="crm", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    client.close()
    try:
        yield address
    finally:
        server.stop()
