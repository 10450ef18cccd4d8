"""`[workspace]`, `[warehouse]` and `[engine]` of `terreng.toml`."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipelines.settings.words import Strict, Word, Zone, of_form

_LAST_PORT = 65_535
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _hours(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError as error:
        raise ValueError(f"{value!r} are no hours; write '08:00-16:00'") from error
    if start >= end:
        raise ValueError(f"{value!r} ends before it starts; write '08:00-16:00'")
    return (start, end)


def _weekdays(value: object) -> object:
    if not isinstance(value, list):
        return value
    unknown = [day for day in value if day not in _DAYS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no day; the days are {', '.join(_DAYS)}")
    return tuple(sorted({_DAYS.index(day) + 1 for day in value}))


def _dates(value: object) -> object:
    if not isinstance(value, list):
        return value
    return tuple(date.fromisoformat(day) if isinstance(day, str) else day for day in value)


def _ports(value: str) -> str:
    """Holds the ports of addresses to what a port can be; of `spark://` there may be several addresses."""
    for address in value.partition("://")[2].split("/")[0].split(","):
        _, colon, port = address.rpartition(":")
        if colon and not port.endswith("]") and not (port.isdecimal() and 0 < int(port) <= _LAST_PORT):
            raise ValueError(f"{value!r}; a port from 1 to {_LAST_PORT} behind the last colon")
    return value


def _master(value: str) -> str:
    if value.startswith("sc:"):
        raise ValueError(f"{value!r}; remote = with this address, for sc:// is a Spark Connect server's")
    if re.fullmatch(r"[^\s:/\[\]]+:\d+", value):
        raise ValueError(f"{value!r}; the address with what it speaks: 'spark://{value}'")
    return _ports(value) if value.startswith("spark://") else value


Size = Annotated[str, of_form(r"\d+(\.\d+)?\s?([KMGT]i?B)", "a size with its unit, such as '16MB' or '3GB'")]


class Workspace(Strict):
    """The workspace: what holds for all sources."""

    name: Word
    timezone: Zone = "UTC"
    salt_env: Word = "TERRENG_SALT"
    business_hours: Annotated[tuple[time, time], BeforeValidator(_hours)] = (time(8), time(16))
    business_days: Annotated[tuple[int, ...], BeforeValidator(_weekdays)] = (1, 2, 3, 4, 5)
    holidays: Annotated[tuple[date, ...], BeforeValidator(_dates)] = ()


class Warehouse(Strict):
    """Where, and with how much, the run works."""

    path: Word = "warehouse.duckdb"
    memory_limit: Size = "3GB"
    threads: Annotated[int, Field(ge=1, le=512)] = 2


class Engine(Strict):
    """What runs the models: DuckDB on this machine, or a Spark cluster.

    Attributes:
        kind: Which of the two.
        remote: Spark: address of a Spark Connect server, `sc://host:15002`.
        master: Spark: address of a cluster, `spark://host:7077`, where there is no such server.
        storage: Spark: folder that this machine and all workers see under this very path.
        partitions: Spark: into how many parts rows are shuffled; by default after the number of events.
        home_below: Spark: what reads less than this is done on this machine, where a cluster would only lose time.
        options: Spark: settings of its own, such as `"spark.executor.memory" = "4g"`.
    """

    kind: Literal["duckdb", "spark"] = "duckdb"
    remote: (
        Annotated[
            str,
            of_form("sc://.+", "the address of a Spark Connect server, such as 'sc://host:15002'"),
            AfterValidator(_ports),
        ]
        | None
    ) = None
    master: Annotated[Word, AfterValidator(_master)] | None = None
    # Spark takes these signs for a pattern of many folders.
    storage: (
        Annotated[
            str, of_form(r"[^*?\[\]{}\\,:']+", "the path of a folder, no URL, with none of * ? [ ] { } \\ , : ' in it")
        ]
        | None
    ) = None
    partitions: Annotated[int, Field(ge=1, le=100_000)] | None = None
    home_below: Size = "16MB"
    options: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_whole(self) -> Engine:
        if "kind" not in self.model_fields_set and (self.remote or self.master):
            raise ValueError(
                "a cluster is named, and kind is not: kind = 'spark' uses it, kind = 'duckdb' lets it wait"
            )
        if self.kind == "spark" and (self.remote is None) == (self.master is None):
            raise ValueError("a cluster is named by one of remote = 'sc://host:15002' and master = 'spark://host:7077'")
        if self.kind == "spark" and self.storage is None:
            raise ValueError("storage = '/path' is needed: a folder that this machine and all workers see")
        return self

    @property
    def home_below_bytes(self) -> int:
        """`home_below` as a number."""
        number, unit = self.home_below.rstrip("iB KMGT"), self.home_below.strip("0123456789. ")
        base = 1024 if "i" in unit else 1000
        return int(float(number) * base ** (" KMGT".index(unit[0])))
