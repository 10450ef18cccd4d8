"""Which map is this customer on? Journeys of several maps that share events, and what is left out of whose counts.

A journey that another map's journey of the same person contests stays this map's where it reached this map's goal, or
has a step of this flow that the other does not know: then she is on both. It is the other's where she went on along the
other's flow alone. Where the shared events are all there is, the better fit decides; where the fits are alike, nobody
can tell, and the journey counts for neither map: better no answer than a guess that one of two owners answers for.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import polars as pl

from models.alignment import KNOWN_COST, MODEL_COST, UNKNOWN_COST
from models.automaton import Automaton, compile_flow
from models.rules import quoted
from pipelines.engine import Engine, Values
from pipelines.study import Study
from schemas.words import Assignment

MARGIN = "0.1"
"""By how much one fit has to be better: less than one departure in ten events tells no errand from another."""
_CONTESTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "journey": pl.String, "map_version": pl.Int32, "journey_key": pl.Int64,
    "rival_journey": pl.String, "rival_version": pl.Int32, "rival_key": pl.Int64,
    **dict.fromkeys(("shared_n", "rival_own_n", "rival_after_n"), pl.Int64),
}  # fmt: skip
_FITS: dict[str, pl.DataType | type[pl.DataType]] = {
    "journey": pl.String, "map_version": pl.Int32, "journey_key": pl.Int64, "journey_id": pl.String,
    "is_converted": pl.Boolean, "fit": pl.Float64,
}  # fmt: skip
_FILTERED = ("journey_states", "traced_steps", "journey_variants")


def settle_errands(engine: Engine, found: tuple[Study, ...]) -> dict[str, tuple[str, ...]]:
    """Fill `map_assignments`' working table, and say where each study finds the journeys that count for it.

    Args:
        engine: With the aligned working tables of every study.
        found: Every version of every map.

    Returns:
        The schema of each study to the schemas in which its tables are looked up, in order: where journeys are left
        out, first one with the filtered tables.
    """
    _forget(engine, found)
    for mine, theirs in permutations(found, 2):
        if mine.plan.journey != theirs.plan.journey:
            _contest(engine, mine, theirs)
    for study in found:
        _fit(engine, study)
    engine.use("main")
    engine.create("marts/map_assignments", {"margin": MARGIN}, name="settled_errands")
    return {study.schema: (*_without_others(engine, study), study.schema) for study in found}


def publish_errands(engine: Engine) -> None:
    """Fill `map_assignments`, and say of every journey whether it counts for its map."""
    home = engine.connection  # where both tables are published
    home.execute("INSERT INTO main.map_assignments BY NAME SELECT * FROM main.settled_errands")
    home.execute(f"UPDATE main.journeys SET assignment = '{Assignment.THIS}' WHERE assignment <> '{Assignment.THIS}'")
    home.execute(
        "UPDATE main.journeys SET assignment = settled.verdict FROM main.settled_errands settled"
        f" WHERE settled.journey_id = journeys.journey_id AND settled.verdict <> '{Assignment.THIS}'"
    )


def _forget(engine: Engine, found: tuple[Study, ...]) -> None:
    for study in found:
        engine.forget(study.counted)
    engine.use("main")
    engine.put("contests", pl.DataFrame(schema=_CONTESTS))
    engine.put("contest_fits", pl.DataFrame(schema=_FITS))


def _contest(engine: Engine, mine: Study, theirs: Study) -> None:
    engine.use(mine.schema)
    for name, table in (("rival_steps", "traced_steps"), ("rival_logs", "log_steps")):
        engine.show(name, f"SELECT * FROM {theirs.schema}.{table}")
    rival: dict[str, str | int] = {
        "rival_journey": quoted(theirs.plan.journey),
        "rival_version": theirs.plan.version,
        "rival_flow_n": theirs.flow_n,
        "rival_off_map_from": theirs.off_map_from,
    }
    _add(engine, "contests", {**mine.values, **rival})


def _fit(engine: Engine, study: Study) -> None:
    engine.use(study.schema)
    costs: dict[str, str | int] = {
        "known_cost": KNOWN_COST,
        "unknown_cost": UNKNOWN_COST,
        "shortest_cost": MODEL_COST * shortest(compile_flow(study.plan.flow)),
    }
    _add(engine, "contest_fits", {**study.values, **costs})


def _add(engine: Engine, name: str, values: Values) -> None:
    """Add a model's rows to the working table of all studies."""
    part = f"part_of_{name}"
    engine.create(f"staging/{name}", values, name=part)
    engine.extend(f"main.{name}", f"SELECT * FROM {part}")
    engine.drop(part)


def shortest(automaton: Automaton) -> int:
    """Touchpoints of the shortest designed journey."""
    reached = np.zeros(automaton.states_n, dtype=np.bool_)
    reached[0] = True
    steps = 0
    while not (reached & automaton.accepting).any():
        reached[automaton.target[reached[automaton.source]]] = True
        steps += 1
    return steps


def _without_others(engine: Engine, study: Study) -> tuple[str, ...]:
    """Schema with the tables of the journeys that count, where some do not."""
    elsewhere = (
        f"SELECT ids.journey_key FROM {study.schema}.journey_ids ids JOIN main.settled_errands settled"
        f" ON settled.journey_id = ids.journey_id WHERE settled.verdict <> '{Assignment.THIS}'"
    )
    if not engine.scalar(f"SELECT count(*) FROM ({elsewhere})"):
        return ()
    engine.use(study.counted)
    for table in _FILTERED:
        engine.derive(table, f"SELECT * FROM {study.schema}.{table} WHERE journey_key NOT IN ({elsewhere})")
    return (study.counted,)
