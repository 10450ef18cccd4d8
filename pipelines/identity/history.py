"""What became of persons since the run before: merged, split, or named after another of their ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.engine import Engine
from pipelines.identity.persons import RULES, Persons
from pipelines.identity.working import count, quoted, text, within
from schemas.words import Rule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def find_changes(engine: Engine, joined: Persons) -> tuple[Rule, ...]:
    """Compare `person_keys` as it still is with the persons just found; returns under which rules some changed.

    What changed is in a working table for each of these rules.
    """
    if not engine.connection.sql("SELECT 1 FROM main.person_keys LIMIT 1").fetchall():
        return ()
    return tuple(rule for rule in RULES if _find_changes(engine, joined, rule))


def _find_changes(engine: Engine, joined: Persons, rule: Rule) -> bool:
    with joined.parts(rule) as parts:
        latter = text("person_keys", rule=quoted(rule), parts=parts)
        engine.derive("identity_moves", text("person_moves", rule=quoted(rule), latter=within(latter)))
        if is_changed := count(engine, "identity_moves") > 0:
            engine.derive("identity_latter", latter)
            engine.derive(f"identity_changes_{rule}", text("person_changes", rule=quoted(rule)))
    engine.drop("identity_latter", "identity_moves")
    return is_changed


def keep_changes(engine: Engine, changed: tuple[Rule, ...], now: datetime) -> None:
    """Add what changed to `person_changes`, under the run that is on its way, if one is."""
    running = "SELECT max(run_id) FROM main.runs WHERE status = 'running'"
    ((run_id,),) = engine.connection.sql(running).fetchall()
    values: dict[str, str | int] = {
        "run": "cast(null as varchar)" if run_id is None else quoted(run_id),
        "now_us": (now - _EPOCH) // timedelta(microseconds=1),
    }
    for rule in sorted(changed):
        engine.append("staging/noted_changes", {"changes": f"identity_changes_{rule}", **values}, "person_changes")
