"""What a journey's rows rest on, as numbers that are compared from one run to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

import duckdb

from pipelines.study import Study

_CODE = (".py", ".sql")
# Columns of events that models of `since.MERGED` and `since.STANDING` read, beside the moment, which steps have.
_SAID = "event_id, activity, channel, source, status, initiator"
STATE = "entered_us, last_us, goal_us, ended_us, status, exit_code, stands_at, entry_mark"


def prints_of(schema: str) -> str:
    """SQL: one row per journey of a study's schema: its key, its id, whether it goes on, and its print.

    The print of a journey is that of where it stands, and of its steps with what their events say. Not in it is what
    follows from all of its steps and the map, such as its alignment.
    """
    steps = (
        "SELECT steps.journey_key, count(*) AS steps_n, sum(hash(steps.position, steps.at_us, steps.event_key,"
        f" steps.code, steps.letter, e.said)) AS total FROM {schema}.traced_steps steps"
        # Reduced before they are joined: their texts would be carried through the join.
        f" JOIN (SELECT event_key, hash({_SAID}) AS said FROM main.events) e ON e.event_key = steps.event_key"
        " GROUP BY steps.journey_key"
    )
    return (
        f"SELECT states.journey_key, ids.journey_id, states.status = 'in_flight' AS goes_on, hash({STATE}) AS stood,"
        f" steps.steps_n, steps.total FROM {schema}.journey_states states"
        f" JOIN {schema}.journey_ids ids ON ids.journey_key = states.journey_key"
        f" LEFT JOIN ({steps}) steps ON steps.journey_key = states.journey_key"
    )


def world_of(study: Study, found: Sequence[Study]) -> str:
    """What rows of all journeys rest on: the maps, when each judges, and what makes the rows."""
    told = [
        f"{each.schema}|{each.plan.content_hash}|{each.valid_from_us}|{each.valid_until_us}" for each in (study, *found)
    ]
    return hashlib.sha256("\n".join((*told, duckdb.__version__, _code())).encode()).hexdigest()


@cache
def _code() -> str:
    """Hash of every text of ours that a run may execute: another version of any may find something else."""
    found = hashlib.sha256()
    for package in ("models", "pipelines", "schemas"):
        with resources.as_file(resources.files(package)) as folder:
            for file in sorted(folder.rglob("*")):
                if file.suffix in _CODE:
                    found.update(f"{file.relative_to(folder)}\n".encode() + file.read_bytes())
    return found.hexdigest()
