"""Connections to databases that may only read, by URLs that stand in the environment, and their errors told for people.

A database's own words may quote what stands in a row, and a driver's the URL: neither is passed on as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.errors import SourceError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from pipelines.settings import Source


@dataclass(frozen=True)
class Manners:
    """How one kind of database wants to be treated.

    Attributes:
        driver: SQLAlchemy's name of dialect and driver.
        extra: Extra of ours that installs the driver; "" where none is needed.
        begin: Statements at the beginning: read only, UTC, patience; `{ms}` and `{s}` are the timeout.
        options: Keywords of the driver's connect.
    """

    driver: str
    extra: str
    begin: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()


_POSTGRESQL = Manners(
    "postgresql+psycopg",
    "postgres",
    (
        "SET TRANSACTION READ ONLY",
        "SET LOCAL statement_timeout = {ms}",
        "SET LOCAL timezone = 'UTC'",
        "SET LOCAL datestyle = 'ISO, YMD'",
        "SET LOCAL intervalstyle = 'iso_8601'",
        "SET LOCAL bytea_output = 'hex'",
        "SET LOCAL extra_float_digits = 1",
    ),
    (("connect_timeout", 15),),
)
_MANNERS = {
    "postgresql": _POSTGRESQL,
    "postgres": _POSTGRESQL,
    "mssql": Manners("mssql+pymssql", "mssql", ("SET LOCK_TIMEOUT {ms}",), (("login_timeout", 15),)),
    "snowflake": Manners(
        "snowflake",
        "snowflake",
        ("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {s}", "ALTER SESSION SET TIMEZONE = 'UTC'"),
        (("login_timeout", 15),),
    ),
    "bigquery": Manners("bigquery", "bigquery"),
    "sqlite": Manners("sqlite", "", ("PRAGMA query_only = ON",)),
}
# First characters of an SQLSTATE that are a kind of their own, the longest first.
_STATES = {
    "42501": ("permission is denied", "GRANT SELECT to the user of the URL"),
    "57014": ("the database took longer than the timeout", "set timeout = '1h', or narrow the query"),
    "25006": ("the query would write", "write a query that only reads"),
    "28": ("the user or the password is refused", "check the URL in the environment"),
    "3D": ("there is no such database", "check the URL in the environment"),
    "08": ("the connection was lost", "run again; what was read of it is not kept"),
    "57P": ("the connection was lost: the server shut it down", "run again; what was read of it is not kept"),
    "22": ("a value of a row cannot be converted", "correct the query's casts and arithmetic"),
    "53": ("the database lacks memory, disk or connections", "run again later"),
}
# What servers say of a connection that did not come about: there is no SQLSTATE then.
_REFUSALS = (
    (r"password|authentication|login failed|incorrect username", *_STATES["28"]),
    (r"database .* does not exist|unable to open database|cannot open database", *_STATES["3D"]),
    (r"role .* does not exist", *_STATES["28"]),
    (r"closed the connection|connection .*(lost|reset|closed)|terminat", *_STATES["08"]),
)


@contextmanager
def connected(source: Source) -> Iterator[sa.Connection]:
    """A connection for one reading, in a transaction that is taken back at the end.

    Raises:
        SourceError: The URL is missing or wrong, the driver is not installed, or the database refuses us.
    """
    url = _url_of(source)
    manners = _MANNERS.get(url.get_backend_name(), Manners(url.drivername, ""))
    if "+" not in url.drivername:
        url = url.set(drivername=manners.driver)
    with told(source, url):
        engine = _engine(source, url, manners)
        try:
            with engine.connect() as connection:
                for statement in manners.begin:
                    connection.exec_driver_sql(statement.format(**_timeouts(source.timeout)))
                _take_text(connection)
                yield connection
                connection.rollback()
        finally:
            engine.dispose()


@contextmanager
def told(source: Source, url: sa.URL) -> Iterator[None]:
    """A database's errors as ours: what, and what to do, without the password and without what stands in a row."""
    import sqlalchemy as sa

    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _told(source, url, error) from None
    except sa.exc.SQLAlchemyError as error:
        got = f"source {source.name!r}: the database cannot be read ({type(error).__name__})"
        raise SourceError(got, "a query that the database answers", "check the URL and the query") from None


def _url_of(source: Source) -> sa.URL:
    import sqlalchemy as sa

    text = source.url
    if source.url_env is not None:
        text = os.environ.get(source.url_env)
        if not text:
            got = f"source {source.name!r}: the environment variable {source.url_env} is not set"
            hint = f"export {source.url_env}=postgresql://user:password@host/database"
            raise SourceError(got, "the database's URL in it", hint)
    try:
        return sa.make_url(text or "")
    except (sa.exc.ArgumentError, ValueError):
        where = source.url_env or "url"
        got = f"source {source.name!r}: what stands in {where} is no URL of a database"
        hint = "signs such as @ / : in a password are written %40 %2F %3A"
        raise SourceError(got, "postgresql://user:password@host:5432/database", hint) from None


def _engine(source: Source, url: sa.URL, manners: Manners) -> sa.Engine:
    import sqlalchemy as sa

    try:
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=dict(manners.options), hide_parameters=True)
    except (ImportError, sa.exc.NoSuchModuleError):
        wanted = f"pip install 'terreng[{manners.extra}]'" if manners.extra else "install SQLAlchemy's dialect for it"
        got = f"source {source.name!r}: the driver for {url.drivername} is not installed"
        raise SourceError(got, "its driver", wanted) from None


def _timeouts(timeout: timedelta) -> dict[str, int]:
    seconds = max(1, int(timeout.total_seconds()))
    return {"s": seconds, "ms": seconds * 1000}


def _take_text(connection: sa.Connection) -> None:
    """Let PostgreSQL's values come as the server writes them: infinity, NaN, BC and all digits included."""
    if connection.dialect.driver != "psycopg":
        return
    from psycopg.adapt import Loader
    from psycopg.types.string import TextLoader

    class Truth(Loader):
        def load(self, data: bytes | bytearray | memoryview) -> str:
            return "true" if bytes(data) == b"t" else "false"

    adapters = connection.connection.driver_connection.adapters  # type: ignore[union-attr]  # it is psycopg's
    for known in adapters.types:
        for oid in (known.oid, known.array_oid):
            if oid:
                adapters.register_loader(oid, TextLoader)
    adapters.register_loader("bool", Truth)


def _told(source: Source, url: sa.URL, error: sa.exc.DBAPIError) -> SourceError:
    origin = error.orig
    state = str(getattr(origin, "sqlstate", None) or "")
    for begin, (what, hint) in _STATES.items():
        if state.startswith(begin):
            return _error(source, what, hint, state)
    text = str(origin)
    if state:  # class 42 speaks of the query; others are told by their code alone
        return _error(
            source, f"the database refuses the query: {_masked(text, url, state)}", "correct the query", state
        )
    for pattern, what, hint in _REFUSALS:
        if re.search(pattern, text, re.IGNORECASE):
            return _error(source, what, hint, "")
    if error.connection_invalidated or error.statement is None:
        where = f"{url.host or 'the server'}{f':{url.port}' if url.port else ''}"
        return _error(source, f"{where} cannot be reached", "check host and port, and that the server runs", "")
    return _error(source, f"the database refuses the query: {_masked(text, url, '')}", "correct the query", "")


def _error(source: Source, what: str, hint: str, state: str) -> SourceError:
    code = f" ({state})" if state else ""
    return SourceError(f"source {source.name!r}: {what}{code}", "a database that answers the query", hint)


def _masked(text: str, url: sa.URL, state: str) -> str:
    """The first line of what a database said. Only of a wrong query it may quote: that has nobody's data in it."""
    first = text.strip().splitlines()[0] if text.strip() else "it says no more"
    if url.password:
        first = first.replace(str(url.password), "***")
    return (
        first if state.startswith("42") or url.get_backend_name() == "sqlite" else re.sub(r"(['\"]).*?\1", "***", first)
    )
