"""Who hands a journey to whom: what the hand-overs' models join to, per variant and per pair of owners."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.alignment_kernel import Ints
from models.automaton import Automaton
from models.handovers import Duties
from pipelines.engine import Engine
from pipelines.study import Study

_OWNERS = {"from_owner": pl.String, "to_owner": pl.String}


def prepare_handovers(engine: Engine, study: Study, automaton: Automaton) -> None:
    """Make the working tables `designed_handovers` and `due_handovers` of a study, after `aligned_moves`."""
    duties = Duties(automaton, _owners(study, automaton))
    moves = engine.frame("SELECT variant_key, move, code, position FROM aligned_moves ORDER BY variant_key, move_no")
    engine.put("designed_handovers", pl.DataFrame(duties.designed(), schema=_OWNERS, orient="row"))
    engine.put("due_handovers", _due(study, duties, moves))


def fill_handovers(engine: Engine, study: Study) -> None:
    """Fill `handovers` for the version in force, from the steps as they stand now."""
    engine.create("staging/handed_over", study.values)
    engine.append("marts/handovers", study.values)
    engine.drop("handed_over")


def _owners(study: Study, automaton: Automaton) -> list[str | None]:
    """Owner of each letter; None of what is welcome anytime, for nobody waits for that."""
    plan = study.plan
    return [plan.owner_of(name) if plan.role(name) == "flow" else None for name in automaton.letters]


def _due(study: Study, duties: Duties, moves: pl.DataFrame) -> pl.DataFrame:
    """One row per variant that stands where no next step is its owner's: who had it, and who takes it on.

    The latter is null where several could by design.
    """
    stands = _stands(study, duties, moves).join(_states(study, duties.automaton, moves), on="variant_key")
    places = stands.select("state", "astray").unique().sort("state", "astray").rows()
    next_owners = {place: duties.due(place[0]) if place[1] is None else duties.due_after(place[1]) for place in places}
    rows = [
        (key, owner, after[0] if len(after) == 1 else None)
        for key, owner, state, astray in stands.select("variant_key", "from_owner", "state", "astray").rows()
        if (after := next_owners[state, astray]) and owner not in after
    ]
    return pl.DataFrame(rows, schema={"variant_key": pl.Int64, **_OWNERS}, orient="row")


def _stands(study: Study, duties: Duties, moves: pl.DataFrame) -> pl.DataFrame:
    """One row per variant with an owner: who had it last, and its last letter where that is `astray`.

    That is one at a touchpoint that its alignment never was at, such as a journey of which only the last step is seen:
    the alignment has it still before its first step, and who is next there says nothing of who is next.
    """
    owners = pl.DataFrame(
        [
            (study.code(name), letter, owner)
            for letter, (name, owner) in enumerate(zip(duties.automaton.letters, duties.owners, strict=True))
            if owner is not None
        ],
        schema={"code": pl.Int32, "letter": pl.Int32, "owner": pl.String},
        orient="row",
    )
    touched = moves.with_columns(pl.col("code").cast(pl.Int32)).drop_nulls("position").join(owners, on="code")
    seen = touched.filter(pl.col("move") == "sync").select("variant_key", "letter", pl.lit(True).alias("is_there"))
    return (
        touched.sort("variant_key", "position")
        .group_by("variant_key", maintain_order=True)
        .agg(pl.col("owner").last().alias("from_owner"), pl.col("letter").last())
        .join(seen.unique(), on=["variant_key", "letter"], how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("is_there").is_null()).then("letter").alias("astray"))
    )


def _states(study: Study, automaton: Automaton, moves: pl.DataFrame) -> pl.DataFrame:
    """The automaton's state at the end of each variant's alignment."""
    letters = pl.DataFrame(
        {"code": [study.code(name) for name in automaton.letters], "letter": range(len(automaton.letters))},
        schema={"code": pl.Int32, "letter": pl.Int32},
    )
    taken = moves.with_columns(pl.col("code").cast(pl.Int32)).join(
        letters, on="code", how="left", maintain_order="left"
    )
    is_step = pl.col("move").is_in(["sync", "model"])
    sizes = taken.group_by("variant_key", maintain_order=True).agg(is_step.sum().alias("n"))
    states = _walked(automaton, taken.filter(is_step)["letter"].to_numpy(), sizes["n"].to_numpy().astype(np.int64))
    return sizes.select("variant_key").with_columns(pl.Series("state", states, dtype=pl.Int32))


def _walked(automaton: Automaton, letters: Ints, sizes: NDArray[np.int64]) -> Ints:
    """State after each of many words, one letter of all of them at a time."""
    after = np.zeros((automaton.states_n, max(len(automaton.letters), 1)), dtype=np.int32)
    after[automaton.source, automaton.letter] = automaton.target
    starts = np.cumsum(sizes) - sizes
    states = np.zeros(len(sizes), dtype=np.int32)
    for step in range(int(sizes.max(initial=0))):
        going = np.flatnonzero(sizes > step)
        states[going] = after[states[going], letters[starts[going] + step]]
    return states
