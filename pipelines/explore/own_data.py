"""A first look at files of one's own: what they are taken for, and the first events that would come of them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from markupsafe import Markup

from pipelines.explore.html import framed, trouble
from pipelines.language import tr, trn
from pipelines.report.numbers import count
from pipelines.report.svg import el
from pipelines.report.text import short
from schemas.errors import SourceError, TerrengError, UsageError

if TYPE_CHECKING:
    import duckdb

    from pipelines.proposal import Proposal
    from pipelines.settings import Source

MOST_BYTES = 50_000_000  # a look should take seconds
MOST_EVENTS = 25  # of each source
_TAIL = '\n[workspace]\nname = "A first look"\n'  # behind, so that lines are told as they were typed
_EVENTS = """
SELECT source, occurred_at, activity, channel, status, map_keys(ids) AS ids, map_keys(attributes) AS attributes
FROM main.events QUALIFY row_number() OVER (PARTITION BY source ORDER BY occurred_at, event_id) <= {most}
ORDER BY source, occurred_at
"""
_ROWS = """
SELECT source, sum(rows_n)::BIGINT, sum(accepted_n)::BIGINT, sum(duplicate_n)::BIGINT, sum(dropped_n)::BIGINT,
    sum(rejected_n)::BIGINT
FROM main.files GROUP BY source ORDER BY source
"""
_REASONS = """
SELECT source, reason_code, any_value(reason), count(*) FROM main.rejected_rows
GROUP BY source, reason_code ORDER BY source, count(*) DESC
"""


@dataclass(frozen=True)
class Looked:
    """A look at files.

    Attributes:
        files: The files.
        proposal: The sources that are proposed for them.
        trouble: Why there are none.
    """

    files: tuple[Path, ...] = ()
    proposal: Proposal | None = None
    trouble: TerrengError | None = None


@dataclass(frozen=True)
class Tried:
    """The first events of files.

    Attributes:
        events: A few of each source.
        rows: What became of the rows of each source.
        reasons: Why rows were refused.
        trouble: Why there is nothing.
    """

    events: pl.DataFrame | None = None
    rows: pl.DataFrame | None = None
    reasons: pl.DataFrame | None = None
    trouble: TerrengError | None = None


def look_at(typed: str, root: Path) -> Looked:
    """Look at files; nothing of them is kept.

    Args:
        typed: Files or folders, one a line, as seen from the workspace.
        root: The workspace.
    """
    from pipelines.proposal import propose
    from pipelines.proposal.look import files_of

    try:
        named = [_named(line.strip(), root) for line in typed.splitlines() if line.strip()]
        if not named:
            return Looked()
        files = tuple(files_of(named))
        proposal = propose(named, root)
        if not proposal.sources_n:
            raise UsageError(got="; ".join(proposal.told) or tr("no file with data"), wanted=tr("files with events"))
    except TerrengError as error:
        return Looked(trouble=error)
    return Looked(files, proposal)


def _named(typed: str, root: Path) -> Path:
    try:
        path = (root / Path(typed).expanduser()).resolve()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long; the home of nobody; a character no name has
        raise SourceError(got=tr("no file {file}", file=short(typed, 200)), wanted=tr("files")) from error
    return path


def recognised(looked: Looked) -> str:
    """What the files were taken for, and what is unsure."""
    if looked.trouble is not None:
        return trouble(looked.trouble)
    if looked.proposal is None:
        return framed(el("p", tr("Name files or folders with exports; nothing of them is kept."), class_="note"))
    n = looked.proposal.sources_n
    head = trn("{n} source is proposed", "{n} sources are proposed", n, n=count(n))
    return framed(el("h3", head), el("ul", *(el("li", line) for line in looked.proposal.told)), look="part")


def proposed(looked: Looked) -> str:
    """The `[[sources]]` for `terreng.toml`."""
    return "" if looked.proposal is None else looked.proposal.text


def try_out(text: str, looked: Looked, root: Path) -> Tried:
    """Take the files in by these sources, in a workspace that is thrown away.

    Args:
        text: The `[[sources]]`, perhaps changed.
        looked: The look at the files.
        root: The workspace: what the sources' paths are seen from.
    """
    size = sum(path.stat().st_size for path in looked.files)
    try:
        if size > MOST_BYTES:
            raise SourceError(
                got=tr("{n} MB of files", n=count(size // 1_000_000)),
                wanted=tr("at most {n} MB for a first look", n=count(MOST_BYTES // 1_000_000)),
                hint=tr("name fewer of them, or take all in: terreng init DIR --from FILES, then terreng ingest"),
            )
        return _tried(text, root)
    except TerrengError as error:
        return Tried(trouble=error)


def _tried(text: str, root: Path) -> Tried:
    from pipelines.ingest import ingest
    from pipelines.settings import load_settings
    from pipelines.warehouse import writer

    with tempfile.TemporaryDirectory(prefix="terreng-") as name:
        folder = Path(name)
        (folder / "terreng.toml").write_text(text + _TAIL, encoding="utf-8", errors="replace")
        settings = load_settings(folder)
        sources = tuple(source.model_copy(update={"path": _seen_from(root, source)}) for source in settings.sources)
        settings = replace(settings, sources=sources, warehouse=folder / "warehouse.duckdb")  # whatever was typed
        with writer(settings) as connection:
            ingest(connection, settings, datetime.now(UTC))
            return _read(connection)


def _seen_from(root: Path, source: Source) -> tuple[str, ...]:
    """A source's paths as seen from the workspace; only files of this machine are looked at."""
    if not source.path or any("://" in path for path in source.path):
        raise SourceError(
            got=tr("source {name}, which is no file of this machine", name=source.name),
            wanted=tr("files"),
            hint=tr("terreng ingest reads databases and object stores"),
        )
    return tuple(str(root / path) for path in source.path)


def _read(connection: duckdb.DuckDBPyConnection) -> Tried:
    return Tried(
        _frame(connection, _EVENTS.format(most=MOST_EVENTS), _event_names()),
        _frame(connection, _ROWS, _row_names()),
        _frame(connection, _REASONS, _reason_names()),
    )


def _frame(connection: duckdb.DuckDBPyConnection, query: str, names: tuple[str, ...]) -> pl.DataFrame:
    rows = [[_plain(value) for value in row] for row in connection.execute(query).fetchall()]
    return pl.DataFrame({name: [row[place] for row in rows] for place, name in enumerate(names)})


def _plain(value: object) -> object:
    match value:
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        case list():
            return ", ".join(map(str, value))
        case _:
            return value


def _event_names() -> tuple[str, ...]:
    words = (tr("Source"), tr("When (UTC)"), tr("Activity"), tr("Channel"), tr("Status"))
    return (*words, tr("Types of its ids"), tr("Names of its attributes"))


def _row_names() -> tuple[str, ...]:
    return (tr("Source"), tr("Rows"), tr("Accepted"), tr("Duplicates"), tr("Dropped"), tr("Rejected"))


def _reason_names() -> tuple[str, ...]:
    return (tr("Source"), tr("Rejected because"), tr("For example"), tr("Rows"))


def told(tried: Tried) -> str:
    """What became of the rows; or what is wrong."""
    if tried.trouble is not None:
        return trouble(tried.trouble)
    if tried.events is None:
        return ""
    n = tried.events.height
    words = trn("The first event", "The first {n} events", n, n=count(n))
    note = tr("Values of ids and attributes are not shown; nothing of this was kept.")
    return framed(el("h3", words), el("p", note, class_="note"), Markup(""))
