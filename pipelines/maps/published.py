"""What the published events of a workspace have, as a map is held against them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.map_lint import Seen
from models.rules import code_expression
from schemas.journey_map import JourneyMap

if TYPE_CHECKING:
    import duckdb

SETTINGS = "terreng.toml"
_ACTIVITIES = "SELECT DISTINCT source, activity FROM events"
# Whole lists of keys repeat: distinct ones first.
_ATTRIBUTES = "SELECT DISTINCT unnest(keys) FROM (SELECT DISTINCT map_keys(attributes) AS keys FROM events)"
_ID_TYPES = "SELECT DISTINCT id_type FROM persons"
_AS_OF = (
    "SELECT coalesce((SELECT arg_max(as_of, started_at) FROM runs WHERE as_of IS NOT NULL),"
    " (SELECT max(occurred_at) FROM events))"
)


class Published:
    """The published events, open for questions."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        activities = frozenset((str(source), str(name)) for source, name in connection.sql(_ACTIVITIES).fetchall())
        attributes = frozenset(str(key) for (key,) in connection.sql(_ATTRIBUTES).fetchall())
        id_types = frozenset(str(key) for (key,) in connection.sql(_ID_TYPES).fetchall())
        ((as_of,),) = connection.sql(_AS_OF).fetchall()
        self._seen = Seen(activities, attributes, as_of=as_of, id_types=id_types)

    @property
    def has_events(self) -> bool:
        """Whether there is any event."""
        return bool(self._seen.activities)

    def seen_of(self, journey_map: JourneyMap) -> Seen:
        """What the events have, and when each name of the map was last touched by its rules."""
        names = journey_map.names
        rows = self._connection.execute(
            "SELECT code, max(occurred_at) FROM"
            f" (SELECT {code_expression(journey_map)} AS code, e.occurred_at FROM events e WHERE e.occurred_at <= ?)"
            " WHERE code IS NOT NULL GROUP BY code",
            [self._seen.as_of],
        ).fetchall()
        last: dict[str, datetime] = {names[code]: moment for code, moment in rows}
        return replace(self._seen, last_touch=last)


@contextmanager
def published(workspace: Path) -> Iterator[Published | None]:
    """The published events; None outside a workspace, before its first run, or without any event.

    Raises:
        SettingsError: the workspace's settings are wrong.
        WarehouseError: what was published cannot be read.
    """
    if not (workspace / SETTINGS).is_file():
        yield None
        return
    from pipelines.settings import load_settings
    from pipelines.warehouse import reader

    settings = load_settings(workspace.resolve())
    if not settings.published_db.is_file():
        yield None
        return
    with reader(settings) as connection:
        found = Published(connection)
        yield found if found.has_events else None
