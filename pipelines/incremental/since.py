"""Which journeys changed since the last comparison, and the rows of the others as they were found then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.engine import Engine, Values
from pipelines.incremental.prints import prints_of, world_of
from pipelines.study import Study
from pipelines.terminal import detail

HELD = ("wait_spans", "chances")
"""Working tables that are needed for a few steps only, and left to nobody."""
MERGED = {"wait_spans": "timed_waits", "faults": "faults", "first_reached": "first_reached", "stages": "stages"}
"""Working tables of which a row rests on one journey alone, and in which table the last comparison left their rows."""
STANDING = ("journey_events", "journey_stages")
"""Published tables of the same kind: their rows stay where they are."""
MOST_CHANGED = 0.3
"""Where more of the journeys changed, making all rows anew costs less."""
MOST_GAPS = 0.5
"""Deleted rows leave gaps until all are made anew: at the latest when so many of the journeys have changed since."""
_HOME = "duckdb"
_KEPT = ("kept_prints", "kept_world")
_MEASURES = ("goes_on", "stood", "steps_n", "total")


@dataclass(frozen=True)
class Since:
    """What is known of the time since the last comparison of one study.

    Attributes:
        engine: What executes its models.
        study: The version of a map.
        is_whole: Everything is made anew.
        has_gaps: Published tables have so many gaps that they had better be written anew.
        is_standing: Rows of the tables of `STANDING` stay, but for journeys that changed or are gone.
        world: What the rows of all journeys rest on; "": nothing is kept for the next comparison.
        changed_n: Journeys that are new or have changed; None: not counted.
        gaps_n: How many were so, in all comparisons since one of everything.
    """

    engine: Engine
    study: Study
    is_whole: bool = True
    has_gaps: bool = False
    is_standing: bool = False
    world: str = ""
    changed_n: int | None = None
    gaps_n: int = 0

    @property
    def room(self) -> str:
        """Schema of the journeys that changed; it lies in front of the study's own."""
        return f"{self.study.schema}_changed"

    def create(self, model: str, values: Values) -> None:
        """Make a working table of the study: as its engine does, or from the journeys that changed and what stands."""
        name = model.rpartition("/")[2]
        if self.is_whole or name not in MERGED:
            make = self.engine.hold if name in HELD else self.engine.create
            make(model, values)
            return
        path = self.engine.path
        self.engine.use(self.room, *path)
        self.engine.create(model, values)
        self.engine.use(*path)
        names = self.engine.connection.sql(f"SELECT * FROM {self.room}.{name} LIMIT 0").columns
        columns = ", ".join(f"stood.{each}" if each != "journey_key" else "same.journey_key" for each in names)
        self.engine.connection.execute(
            f"CREATE OR REPLACE {'TEMP TABLE' if name in HELD else 'TABLE'} {name} AS SELECT {columns}"
            f" FROM {self.study.schema}.{MERGED[name]} stood"
            f" JOIN {self.room}.same same ON same.old_key = stood.journey_key"
            f" UNION ALL BY NAME SELECT * FROM {self.room}.{name}"
        )

    def append(self, model: str, values: Values) -> None:
        """Publish a model's rows: all of them, or those of journeys that changed instead of the ones that stood."""
        name = model.rpartition("/")[2]
        if not self.is_standing or name not in STANDING:
            self.engine.append(model, values)
            return
        path = self.engine.path
        self.engine.connection.execute(
            f"DELETE FROM main.{name} WHERE journey_id IN (SELECT journey_id FROM {self.room}.gone)"
        )
        self.engine.use(self.room, *path)
        self.engine.append(model, values)
        self.engine.use(*path)


def look_back(engine: Engine, found: Sequence[Study], paths: dict[str, tuple[str, ...]]) -> dict[str, Since]:
    """Find what changed since the last comparison, study by study, and forget what that one kept.

    Whatever fails afterwards, the next comparison then finds nothing to rest on, and makes everything anew.

    Args:
        engine: What executes the models; the studies' journeys are reconstructed and their errands settled.
        found: Every version of every map.
        paths: Schema of a study to the schemas in which its tables are looked up.

    Returns:
        Schema of a study to what is known of it.
    """
    is_possible = engine.dialect == _HOME and len({study.plan.journey for study in found}) == len(found)
    sinces = {}
    for study in found:
        is_own = is_possible and paths[study.schema] == (study.schema,)
        sinces[study.schema] = _look_back(engine, study, world_of(study, found)) if is_own else Since(engine, study)
        engine.connection.execute("".join(f"DROP TABLE IF EXISTS {study.schema}.{name};" for name in _KEPT))
    is_standing = not any(each.is_whole or each.has_gaps for each in sinces.values())
    return {schema: replace(each, is_standing=is_standing) for schema, each in sinces.items()}


def keep(since: Since) -> None:
    """Remember what the rows of a comparison rest on; within the transaction that publishes them."""
    if since.world:
        home, schema = since.engine.connection, since.study.schema
        home.execute(f"CREATE TABLE {schema}.kept_prints AS SELECT * FROM {since.room}.prints")
        home.execute(
            f"CREATE TABLE {schema}.kept_world AS SELECT '{since.world}' AS world,"
            f" CAST({'NULL' if since.changed_n is None else since.changed_n} AS BIGINT) AS changed_n,"
            f" CAST({since.gaps_n if since.is_standing else 0} AS BIGINT) AS gaps_n"
        )


def _look_back(engine: Engine, study: Study, world: str) -> Since:
    home, whole = engine.connection, Since(engine, study, world=world)
    room = whole.room
    engine.forget(room)
    home.execute(f"CREATE SCHEMA {room}")
    home.execute(f"CREATE TABLE {room}.prints AS {prints_of(study.schema)}")
    if not engine.has(f"{study.schema}.kept_world"):
        return whole
    ((known, gaps_n),) = home.sql(f"SELECT world, gaps_n FROM {study.schema}.kept_world").fetchall()
    if known != world:
        detail("all journeys are compared anew: the map or Terreng itself changed since the last time")
        return whole
    is_same = " AND ".join(f"now.{name} IS NOT DISTINCT FROM kept.{name}" for name in _MEASURES)
    home.execute(
        f"CREATE TABLE {room}.same AS SELECT kept.journey_key AS old_key, now.journey_key FROM {room}.prints now"
        f" JOIN {study.schema}.kept_prints kept ON kept.journey_id = now.journey_id AND {is_same} AND NOT now.goes_on"
    )
    journeys_n = engine.scalar(f"SELECT count(*) FROM {room}.prints")
    changed_n = journeys_n - engine.scalar(f"SELECT count(*) FROM {room}.same")
    if changed_n > MOST_CHANGED * journeys_n:
        detail(f"all journeys are compared anew: {changed_n:,} of {journeys_n:,} changed")
        return whole
    detail(f"{changed_n:,} of {journeys_n:,} journeys changed: what was found in the others stands")
    home.execute(
        f"CREATE TABLE {room}.gone AS SELECT journey_id FROM {study.schema}.kept_prints"
        f" WHERE journey_key NOT IN (SELECT old_key FROM {room}.same)"
    )
    for table in ("traced_steps", "journey_states"):
        home.execute(
            f"CREATE TABLE {room}.{table} AS SELECT * FROM {study.schema}.{table}"
            f" WHERE journey_key NOT IN (SELECT journey_key FROM {room}.same)"
        )
    gaps_n += changed_n
    has_gaps = gaps_n > MOST_GAPS * journeys_n
    return Since(engine, study, False, has_gaps, world=world, changed_n=changed_n, gaps_n=gaps_n)
