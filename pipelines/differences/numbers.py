"""Every number of one map that two groups of its journeys can differ in, from the working tables of a study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import polars as pl

from models.comparable import Effects, Flags, Means, Number, Shares, Waits
from models.friction.compared import Compared
from models.patience import DAY_US
from models.waits import WaitEnd
from pipelines.compare.waits import seen_waits
from pipelines.differences.outcomes import outcome_numbers
from pipelines.differences.people import People
from pipelines.engine import Engine
from pipelines.friction.inputs import Subject
from pipelines.study import Study
from schemas.words import DeviationKind

_ANYBODY = (DeviationKind.AD_HOC, DeviationKind.WRONG_ENTRY)
"""What any journey may do, wherever it comes."""


def read_numbers(
    engine: Engine, study: Study, people: People, subject: Subject, compared: Sequence[Compared]
) -> list[Number]:
    """The numbers, table by table.

    Args:
        engine: It uses the working tables of the study, or such as were made again from the published ones.
        study: One version of a map.
        people: Its journeys.
        subject: The same as the judgement of signals takes them, in the same order.
        compared: Their risk sets.
    """
    return [
        *outcome_numbers(engine, study, people, subject),
        *_waits(engine, study, people),
        *_deviations(engine, people, subject),
        *_signals(engine, people, subject),
        *_effects(compared, subject),
        *_answers(engine, study, people),
    ]


def _waits(engine: Engine, study: Study, people: People) -> Iterator[Number]:
    """Median wait of each pair of touchpoints, and how often its promise is kept."""
    for pair in seen_waits(engine, study):
        names = study.plan.names[pair.ready], study.plan.names[pair.served]
        rows, seen = people.rows(pl.Series(pair.journey_key)), pair.seen
        wait_us = np.rint(np.maximum(seen.wait_s, 0.0) * 1e6).astype(np.int64)
        order = np.argsort(wait_us, kind="stable")  # what is in order is sorted again, group by group, in no time
        yield Waits("wait_p50", *names, rows[order], wait_us[order], seen.end[order])
        if pair.promised_s is not None:
            is_longer = seen.wait_s > pair.promised_s
            is_judged = ((seen.end == WaitEnd.SERVED) | is_longer) & (seen.age_s >= pair.promised_s)
            yield Shares("promise_kept", *names, rows[is_judged], ~is_longer[is_judged])


def _deviations(engine: Engine, people: People, subject: Subject) -> Iterator[Number]:
    """How often journeys depart from the map, of those that came to where they could, and began a horizon ago."""
    departed = engine.frame(
        "SELECT departed.journey_key, kind, target, CASE WHEN kind IN ('late', 'overdue') THEN 'promise' ELSE 'touch'"
        " END AS way, coalesce(-1 - choices.block_no, target) AS place FROM departed"
        " JOIN journey_states states ON states.journey_key = departed.journey_key"
        " LEFT JOIN choice_places choices ON choices.code = departed.target AND departed.kind = 'branch_conflict'"
        " ORDER BY kind, target, departed.journey_key"
    )
    chances = engine.frame(
        "SELECT chances.journey_key, way, target FROM chances"
        " JOIN journey_states states ON states.journey_key = chances.journey_key ORDER BY way, target, 1"
    )
    places = {key: part["journey_key"] for key, part in chances.partition_by("way", "target", as_dict=True).items()}
    for (kind, target), part in departed.partition_by("kind", "target", as_dict=True, maintain_order=True).items():
        is_hit = np.zeros(people.n, bool)
        is_hit[people.rows(part["journey_key"])] = True
        may = np.full(people.n, kind in _ANYBODY)
        came = places.get((part["way"][0], part["place"][0]))
        if came is not None:
            may[people.rows(came)] = True
        yield _rate(("deviation", subject.name_of(target), kind), is_hit, may | is_hit, people, subject)


def _signals(engine: Engine, people: People, subject: Subject) -> Iterator[Number]:
    """How often journeys show a sign that is no deviation, of those that reached where it is charged to."""
    marks = engine.frame(
        "SELECT DISTINCT marks.journey_key, signal, target FROM signal_marks marks"
        " JOIN journey_states states ON states.journey_key = marks.journey_key ORDER BY signal, target, 1"
    )
    for (signal, target), part in marks.partition_by("signal", "target", as_dict=True, maintain_order=True).items():
        if signal in set(DeviationKind):
            continue
        is_hit = np.zeros(people.n, bool)
        is_hit[people.rows(part["journey_key"])] = True
        came = engine.frame(f"SELECT journey_key FROM first_reached WHERE code = {target} ORDER BY 1")
        may = np.full(people.n, came.is_empty())
        may[people.rows(came["journey_key"])] = True
        yield _rate(("signal", subject.name_of(target), signal), is_hit, may | is_hit, people, subject)


def _rate(names: tuple[str, str, str], is_hit: Flags, may: Flags, people: People, subject: Subject) -> Number:
    """A rate over the journeys that began a horizon or longer ago: younger ones had less time for it."""
    freeze_us = subject.journeys.as_of_us - subject.journeys.horizon_us
    rows = np.flatnonzero(may & (people.entered_us <= freeze_us))
    horizon_d = subject.journeys.horizon_us / DAY_US
    refused = None if rows.size else f"no journey can be followed for the horizon ({horizon_d:.1f} d)"
    return Shares(*names, rows, is_hit[rows], refused=refused)


def _effects(compared: Iterable[Compared], subject: Subject) -> Iterator[Number]:
    for each in compared:
        held = each.held
        yield Effects(
            "effect", subject.name_of(each.target), each.signal, each.journey,
            held.stratum, held.is_exposed, held.stays.is_lost[held.row], refused=each.refused,
        )  # fmt: skip


def _answers(engine: Engine, study: Study, people: People) -> Iterator[Number]:
    """What customers say, by the standard formula of each measure."""
    answers = engine.frame(
        "SELECT answers.journey_key, measure, about_code, points FROM experience_answers answers"
        " JOIN journey_states states ON states.journey_key = answers.journey_key"
        " ORDER BY measure, about_code NULLS FIRST, 1, at_us, event_key"
    )
    parts = answers.partition_by("measure", "about_code", as_dict=True, maintain_order=True)
    for (measure, code), part in parts.items():
        name = None if code is None else study.plan.names[code]
        rows, points = people.rows(part["journey_key"]), part["points"].to_numpy()
        if measure in {"csat", "ces"}:
            yield Shares("experience", name, measure, rows, points > 0.5)
        else:
            yield Means("experience", name, measure, rows, points)
