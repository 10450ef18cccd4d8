"""The small tables that the comparison's models join to: blocks, blind spans, pairs that wait, designed channels."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.automaton import Automaton
from models.places import BlockNames
from pipelines.engine import Engine
from pipelines.study import Study
from schemas.flow_shape import before
from schemas.map_parts import Promise
from schemas.words import Calendar


def business_hours(engine: Engine) -> pl.DataFrame:
    """The working table `business_days` as `models.calendar` takes it."""
    return engine.frame(
        "SELECT utc_day, before_s, open1_us, close1_us, open2_us, close2_us FROM business_days ORDER BY utc_day"
    )


def block_tables(study: Study, blocks: BlockNames) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The map's blocks (number, label, phase, owner), and the codes inside each."""
    rows = []
    for number, (label, members) in enumerate(zip(blocks.labels, blocks.members, strict=True)):
        owners = dict.fromkeys(study.plan.owner_of(name) for name in members)
        owner = ", ".join(name for name in owners if name) or None
        rows.append((number, label, study.plan.phase_of(members[0]), owner))
    named = {"block_no": pl.Int32, "label": pl.String, "phase": pl.String, "owner": pl.String}
    inside = [(number, study.code(name)) for number, members in enumerate(blocks.members) for name in set(members)]
    return (
        pl.DataFrame(rows, schema=named, orient="row"),
        pl.DataFrame(sorted(inside), schema={"block_no": pl.Int32, "code": pl.Int32}, orient="row"),
    )


def choice_places(study: Study, blocks: BlockNames) -> pl.DataFrame:
    """One row per touchpoint in a choice: the innermost one_of around it, where taking another branch shows."""
    chosen: dict[int, int] = {}
    for number, (members, is_choice) in enumerate(zip(blocks.members, blocks.is_choice, strict=True)):
        chosen |= dict.fromkeys((study.code(name) for name in members), number) if is_choice else {}
    schema = {"code": pl.Int32, "block_no": pl.Int32}
    return pl.DataFrame(sorted(chosen.items()), schema=schema, orient="row")


def designed_before(study: Study) -> pl.DataFrame:
    """One row per touchpoint of the flow, and one that every designed journey with both has before it."""
    pairs = before(study.plan.flow)
    rows = [(study.code(late), study.code(early)) for early, late in pairs if (late, early) not in pairs]
    return pl.DataFrame(sorted(rows), schema={"code": pl.Int32, "before_code": pl.Int32}, orient="row")


def wait_pairs(study: Study, automaton: Automaton) -> pl.DataFrame:
    """Two rows per pair of touchpoints between which people wait: every promise, and every step to the next.

    Grain: one row per pair and side (`is_ready`: where the wait begins).
    """
    promises = {(name, promise.next): promise for name, promise in _promises(study)}
    neighbours = [pair for pair in _neighbours(study, automaton) if pair not in promises]
    rows: list[tuple[int, int, bool, str, float | None]] = []
    for number, (ready, served) in enumerate([*promises, *neighbours]):
        promise = promises.get((ready, served))
        promised_s = float(promise.within_s) if promise else None
        calendar = str(promise.calendar if promise else Calendar.CLOCK)
        rows.append((number, study.code(ready), True, calendar, promised_s))
        rows.append((number, study.code(served), False, calendar, promised_s))
    schema = {
        "pair_no": pl.Int32, "code": pl.Int32, "is_ready": pl.Boolean, "calendar": pl.String, "promised_s": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _neighbours(study: Study, automaton: Automaton) -> list[tuple[str, str]]:
    """Steps that every journey takes, each with those that may come directly before it by design."""
    pairs = before(study.plan.flow)
    edges = pl.DataFrame({"source": automaton.source, "letter": automaton.letter, "target": automaton.target})
    follows = edges.join(edges, left_on="target", right_on="source").select("letter", "letter_right").unique()
    found = [(automaton.letters[first], automaton.letters[second]) for first, second in follows.rows()]
    wanted = [
        (ready, served)
        for ready, served in found
        if (ready, served) in pairs and (served, ready) not in pairs and not study.plan.is_optional(served)
    ]
    return sorted(wanted, key=lambda pair: (study.code(pair[0]), study.code(pair[1])))


def _promises(study: Study) -> Iterator[tuple[str, Promise]]:
    for name in study.plan.names[: study.exits_from]:
        touchpoint = study.plan.touchpoints.get(name) or study.plan.off_map.get(name)
        if touchpoint is not None and touchpoint.promise is not None and touchpoint.promise.next != name:
            yield name, touchpoint.promise


def designed_channels(study: Study) -> pl.DataFrame:
    """One row per touchpoint and channel that the map designs for it."""
    rows = [
        (study.code(name), channel)
        for name in study.plan.names[: study.exits_from]
        if (entry := study.plan.touchpoints.get(name))
        for channel in entry.channels
    ]
    return pl.DataFrame(rows, schema={"code": pl.Int32, "channel": pl.String}, orient="row")


def exit_places(study: Study) -> pl.DataFrame:
    """One row per exit that is meant for some places alone, and touchpoint of the flow after which it is."""
    rows = [
        (study.code(name), study.code(place))
        for name in study.plan.exits
        for place in sorted(study.plan.places_before(name) or ())
    ]
    return pl.DataFrame(rows, schema={"exit_code": pl.Int32, "code": pl.Int32}, orient="row")
