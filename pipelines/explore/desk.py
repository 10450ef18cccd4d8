"""A workspace opened to look into: its maps in force, and what was last published of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.language import speak_usually
from schemas.errors import TerrengError, WarehouseError

if TYPE_CHECKING:
    import duckdb

    from pipelines.report.rows import Snapshot
    from pipelines.report.view import JourneyView
    from pipelines.settings import Settings
    from schemas.journey_map import JourneyMap

WORKSPACE = "TERRENG_WORKSPACE"
"""Environment variable with the folder that notebooks look into; `terreng explore` sets it."""
_EXAMPLE = Path("data/example")


@dataclass(frozen=True)
class Desk:
    """What is looked into.

    Attributes:
        settings: The workspace's.
        maps: The version in force of each map, by name.
        snapshot: What was published, as it may be shown.
        stamps: When the files were written that it was made of.
    """

    settings: Settings
    maps: tuple[JourneyMap, ...]
    snapshot: Snapshot
    stamps: tuple[int, ...] = ()

    @property
    def language(self) -> str:
        """In which everything is told: the report's."""
        return self.settings.report.language

    @cached_property
    def plans(self) -> dict[str, JourneyMap]:
        """Name of a journey to its map."""
        return {plan.journey: plan for plan in self.maps}

    @property
    def as_of(self) -> datetime:
        """The snapshot."""
        return self.snapshot.run.as_of or self.snapshot.run.started_at

    def view(self, journey: str) -> JourneyView:
        """All journeys of one map, as the report shows them."""
        from pipelines.report.view import JourneyView

        return JourneyView(self.plans[journey], self.snapshot.journeys[journey], self.snapshot.zone)


@dataclass(frozen=True)
class Opened:
    """A desk, or why there is none."""

    desk: Desk | None = None
    trouble: TerrengError | None = None


def opened() -> Opened:
    """The workspace that is to be looked into; where it cannot be, what is to be done."""
    try:
        return Opened(open_desk(workspace()))
    except TerrengError as trouble:
        return Opened(trouble=trouble)


def speak() -> None:
    """From here on tell everything in the language of the workspace's report; English where there is no workspace."""
    from pipelines.settings import load_settings

    try:
        name = load_settings(workspace()).report.language
    except TerrengError:
        name = "en"
    speak_usually(name)


def workspace() -> Path:
    """The folder that is looked into: the one that `terreng explore` names, this one, or the example."""
    named = os.environ.get(WORKSPACE)
    if named:
        return Path(named)
    return next((each for each in _around() if (each / "terreng.toml").is_file()), Path())


def _around() -> tuple[Path, ...]:
    return (Path(), _EXAMPLE, Path(__file__).resolve().parents[2] / _EXAMPLE)


def open_desk(folder: Path) -> Desk:
    """Open a workspace.

    Raises:
        SettingsError: The folder is no workspace.
        MapError: A map cannot be read.
        WarehouseError: Nothing is published, or by another version.
    """
    from pipelines.commands.workspace import open_workspace

    settings = open_workspace(folder)
    path = settings.published_db
    if not path.is_file():
        raise WarehouseError(
            got="nothing is published yet", wanted="the result of a run", hint="run `terreng run` first", file=str(path)
        )
    files = (path, settings.root / "terreng.toml", *sorted((settings.root / "maps").glob("*.y*ml")))
    stamps = [each.stat().st_mtime_ns for each in files]
    return desk_at(folder.resolve(), tuple(stamps))


@lru_cache(maxsize=4)
def desk_at(folder: Path, stamps: tuple[int, ...]) -> Desk:
    """A desk is good for as long as its files are; whoever asks with newer stamps gets a newer one."""
    from pipelines.report.snapshot import in_force, read_snapshot
    from pipelines.settings import load_settings
    from pipelines.warehouse import last_run, reader
    from schemas.journey_map import load_maps

    settings = load_settings(folder)
    maps = load_maps(folder / "maps")
    with reader(settings) as connection:
        _require_own(connection, settings)
        run = last_run(connection, "succeeded")
    if run is None:
        raise WarehouseError(
            got="no run in the published tables", hint="run `terreng run` first", file=str(settings.published_db)
        )
    snapshot = read_snapshot(settings, run.run_id, maps)
    return Desk(settings, in_force(maps, snapshot.run.as_of), snapshot, stamps)


def _require_own(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Refuse what another version published: its tables lack what is looked for here."""
    from schemas.tables import TABLES

    there = set(connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall())
    if any((table.name, column) not in there for table in TABLES.values() for column in table.names):
        raise WarehouseError(
            got="tables that another version of terreng published",
            wanted="the result of a run of this one",
            hint="run `terreng run` again",
            file=str(settings.published_db),
        )
