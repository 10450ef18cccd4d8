"""`terreng.toml`, read once at the edge and passed down as small frozen values.

Every mistake in the file is a `SettingsError` with the file, the line, what was got, what was wanted and a hint.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from pipelines.settings.columns import Columns
from pipelines.settings.identity import Identity
from pipelines.settings.privacy import Privacy
from pipelines.settings.problem import PAGE, settings_error
from pipelines.settings.report import Report
from pipelines.settings.sources import KINDS, Outage, Source
from pipelines.settings.tables import Drop, Read, TableMapping
from pipelines.settings.words import Constant, Mapped, Sql, Strict, Template, TimeColumn
from pipelines.settings.workspace import Engine, Warehouse, Workspace
from schemas.errors import SettingsError

__all__ = [
    "KINDS",
    "SETTINGS_FILE",
    "Columns",
    "Constant",
    "Drop",
    "Engine",
    "Identity",
    "Mapped",
    "Outage",
    "Privacy",
    "Read",
    "Report",
    "Settings",
    "Source",
    "Sql",
    "TableMapping",
    "Template",
    "TimeColumn",
    "load_settings",
]
SETTINGS_FILE = "terreng.toml"


class _File(Strict):
    workspace: Workspace
    warehouse: Warehouse = Warehouse()
    engine: Engine = Engine()
    identity: Identity = Identity()
    privacy: Privacy = Privacy()
    report: Report = Report()
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> _File:
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two sources are called {twice[0]!r}; every source needs its own name")
        return self


@dataclass(frozen=True)
class Settings:
    """A workspace's settings.

    Attributes:
        root: The workspace's folder, absolute.
        name: Name for people.
        timezone: Zone of dates, business hours and sources that name none.
        salt_env: Environment variable that may hold the salt of the pseudonyms.
        warehouse: Path of the warehouse, absolute.
        memory_limit: DuckDB's memory limit.
        threads: DuckDB's threads.
        sources: The sources in file order; ties of one instant follow it.
        business_hours: Opening and closing time, local.
        business_days: ISO weekdays (1 is Monday).
        holidays: Local dates without business.
        identity: How ids become persons.
        privacy: What reports and exports keep to themselves.
        report: How the report is told.
        engine: What runs the models.
    """

    root: Path
    name: str
    timezone: str = "UTC"
    salt_env: str = "TERRENG_SALT"
    warehouse: Path = field(default=Path("warehouse.duckdb"))
    memory_limit: str = "3GB"
    threads: int = 2
    sources: tuple[Source, ...] = ()
    business_hours: tuple[time, time] = (time(8), time(16))
    business_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    holidays: tuple[date, ...] = ()
    identity: Identity = field(default_factory=Identity)
    privacy: Privacy = field(default_factory=Privacy)
    report: Report = field(default_factory=Report)
    engine: Engine = field(default_factory=Engine)

    @property
    def published_dir(self) -> Path:
        """Folder of the published snapshot."""
        return self.root / "published"

    @property
    def published_db(self) -> Path:
        """The published snapshot."""
        return self.published_dir / "terreng.duckdb"

    @property
    def reports_dir(self) -> Path:
        """Folder of the reports."""
        return self.root / "reports"

    @property
    def state_dir(self) -> Path:
        """Private folder: lock, spill, salt, traceback files."""
        return self.root / ".terreng"


def load_settings(root: Path) -> Settings:
    """Settings of the workspace in a folder.

    Raises:
        SettingsError: The file, or a connector that it names, is missing, is no TOML, or says something that we do not
            know.
    """
    from pipelines.connectors import connector_names, tables_of

    path = root / SETTINGS_FILE
    text = _text_of(path)
    known = {"connectors": connector_names(root)}
    try:
        parsed = _File.model_validate(_lists_as_tuples(tomllib.loads(text)), context=known)
    except tomllib.TOMLDecodeError as error:
        got, line = f"this is no TOML: {error}", getattr(error, "lineno", 0)
        raise SettingsError(got, "valid TOML", f"{PAGE} has examples", str(path), line) from error
    except ValidationError as error:
        raise settings_error(error, text, str(path), _File) from error
    root, space, house = root.resolve(), parsed.workspace, parsed.warehouse
    settings = Settings(
        root=root,
        warehouse=root / house.path,
        memory_limit=house.memory_limit,
        threads=house.threads,
        sources=parsed.sources,
        identity=parsed.identity,
        privacy=parsed.privacy,
        report=parsed.report,
        engine=parsed.engine,
        **space.model_dump(),
    )
    for source in settings.sources:
        tables_of(settings, source)  # a wrong connector is told before anything is read
    return settings


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        hint = "`terreng init DIR` makes a workspace, `--workspace DIR` names one"
        raise SettingsError("there is no terreng.toml here", "a workspace", hint, str(path)) from error
    except UnicodeDecodeError as error:
        raise SettingsError("the file is not UTF-8", "a text file in UTF-8", "", str(path)) from error
    except OSError as error:
        raise SettingsError(f"the file cannot be read: {error.strerror}", "a readable file", "", str(path)) from error


def _lists_as_tuples(value: Any) -> Any:
    """TOML's arrays of tables as tuples, which strict mode wants; plain arrays stay lists for the validators."""
    if isinstance(value, dict):
        return {key: _lists_as_tuples(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return tuple(_lists_as_tuples(item) for item in value)
    return value
