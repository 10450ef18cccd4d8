"""What happened, as a first map is drafted from it: steps, journeys, variants, and the time between steps."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from models.rules import quoted
from pipelines.engine import Engine
from pipelines.study import whose
from schemas.words import Rule

MOST_VARIANTS = 50_000  # distinct traces that are looked at, the most frequent first
LONGEST = 1_000  # events of a journey that are looked at
SHARE_OF_CHANNEL = 0.05  # a channel of fewer of a step's events is no design
SHARE_OF_INITIATOR = 0.95
# What could name a person, or a single thing: addresses and long numbers.
_TELLING = re.compile(r"@|\d{5}|[0-9a-fA-F]{8}-")
_MOST_LETTERS = 120


@dataclass(frozen=True)
class Step:
    """A kind of event: an activity of a source.

    Attributes:
        number: Its number, in the order of sources and activities.
        source: Name of the source.
        activity: The activity.
        events_n: Events of it.
        entities_n: People (or cases) who have one.
        channels: Where it mostly happens.
        initiator: Who begins it, where that is always the same.
    """

    number: int
    source: str
    activity: str
    events_n: int
    entities_n: int
    channels: tuple[str, ...] = ()
    initiator: str | None = None


@dataclass(frozen=True)
class Variants:
    """Distinct traces of journeys.

    Attributes:
        counts: Numbers of steps, nothing more than twice running, to how many journeys took them.
        from_at: The first event.
        until_at: The last event.
    """

    counts: Mapping[tuple[int, ...], int]
    from_at: datetime
    until_at: datetime


def is_nameable(text: str) -> bool:
    """Whether a text may stand in a map: it is short, and has nothing of an address or a number of somebody."""
    return bool(text.strip()) and len(text) <= _MOST_LETTERS and not _TELLING.search(text) and text.isprintable()


def find_steps(engine: Engine, per: str, as_of_us: int, minimum: int) -> tuple[Step, ...]:
    """Every kind of event that an entity has, and working tables for the rest.

    Args:
        engine: With the workspace's events and persons.
        per: `person`, or an id type.
        as_of_us: Later events are left out.
        minimum: What fewer people share is not told of.
    """
    if per == "person":
        engine.create("staging/entities_person", {"rule": quoted(Rule.DEFAULT)}, name="entities")
    else:
        engine.create("staging/entities_of_type", {"per": quoted(per)}, name="entities")
    values: dict[str, str | int] = {
        **whose(per),
        "code": "0",
        "as_of_us": as_of_us,
        "is_free": "true",
    }
    engine.create("staging/touches", values)
    engine.create("staging/step_kinds")
    engine.create("staging/step_channels")
    channels, initiators = _channels(engine, minimum), _initiators(engine)
    rows = engine.frame("SELECT number, source, activity, events_n, entities_n FROM step_kinds ORDER BY number").rows()
    return tuple(
        Step(number, source, activity, events_n, entities_n, channels.get(number, ()), initiators.get(number))
        for number, source, activity, events_n, entities_n in rows
    )


def _channels(engine: Engine, minimum: int) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = engine.frame(
        "SELECT number, channel FROM step_channels WHERE channel IS NOT NULL"
        f" AND channel_n >= {SHARE_OF_CHANNEL} * all_n AND channel_entities_n >= {minimum}"
        " ORDER BY number, channel_n DESC, channel"
    ).rows()
    for number, channel in rows:
        if is_nameable(channel):
            found[number] = (*found.get(number, ()), channel)
    return found


def _initiators(engine: Engine) -> dict[int, str]:
    rows = engine.frame(
        "SELECT number, cast(sum(customer_n) AS bigint), cast(sum(company_n) AS bigint), max(all_n) FROM step_channels"
        " GROUP BY number ORDER BY number"
    ).rows()
    sides = ((number, side, n, all_n) for number, *ns, all_n in rows for side, n in zip(_SIDES, ns, strict=True))
    return {number: side for number, side, n, all_n in sides if n >= SHARE_OF_INITIATOR * all_n}


_SIDES = ("customer", "company")


def likely_goal(engine: Engine) -> int | None:
    """The step that most often comes once, and after all else that the same person does; None: nothing ever follows."""
    rows = engine.frame(
        """
        WITH firsts AS (
            SELECT t.entity_key, k.number, min(t.at_us) AS first_us, count(*) AS n
            FROM touches t JOIN events e ON e.event_key = t.event_key
            JOIN step_kinds k ON k.source = e.source AND k.activity = e.activity
            GROUP BY t.entity_key, k.number
        ),
        placed AS (
            SELECT number, n, row_number() OVER (PARTITION BY entity_key ORDER BY first_us, number) - 1 AS before_n,
                count(*) OVER (PARTITION BY entity_key) AS kinds_n
            FROM firsts
        )
        SELECT number, avg(before_n / (kinds_n - 1.0)) * avg(CASE WHEN n = 1 THEN 1.0 ELSE 0 END) * sqrt(count(*))
        FROM placed WHERE kinds_n >= 3 GROUP BY number ORDER BY number
        """
    ).rows()
    return max(rows, key=lambda row: (round(float(row[1]), 9), -row[0]))[0] if rows else None


def cut_journeys(engine: Engine, opens: Collection[int], goals: Collection[int]) -> Variants:
    """Cuts every entity's events into journeys, and counts their variants.

    Args:
        engine: After `find_steps`.
        opens: Steps at which a journey opens; empty: at any.
        goals: Steps after which the next journey begins; empty: an entity's whole log is one.
    """
    engine.create(
        "staging/drafted_steps", {"is_goal": _is_one_of(goals), "opens": _is_one_of(opens) if opens else "true"}
    )
    rows = engine.frame(
        f"""
        WITH looked_at AS (
            SELECT *, row_number() OVER w AS nth, lag(number) OVER w AS last, lag(number, 2) OVER w AS last_but_one
            FROM drafted_steps WINDOW w AS (PARTITION BY entity_key, episode ORDER BY place)
        ),
        journeys AS (
            SELECT string_agg(cast(number AS varchar), '>' ORDER BY place) AS trace
            FROM looked_at
            WHERE nth <= {LONGEST} AND (number IS DISTINCT FROM last OR number IS DISTINCT FROM last_but_one)
            GROUP BY entity_key, episode
        )
        SELECT trace, count(*) AS n FROM journeys GROUP BY trace ORDER BY n DESC, trace LIMIT {MOST_VARIANTS}
        """
    ).rows()
    counts = {tuple(map(int, trace.split(">"))): n for trace, n in rows}
    ((from_at, until_at),) = engine.frame(
        "SELECT make_timestamptz(min(at_us)), make_timestamptz(max(at_us)) FROM touches"
    ).rows()
    return Variants(counts, from_at, until_at)


def _is_one_of(numbers: Collection[int]) -> str:
    return f"number in ({', '.join(map(str, sorted(numbers)))})" if numbers else "false"


def gaps_s(engine: Engine, blocks: Sequence[Collection[int]]) -> tuple[float | None, ...]:
    """Median seconds from the last event of each block to the first of the next, in journeys that have both.

    Args:
        engine: After `cut_journeys`.
        blocks: Steps of each block, in order.
    """
    rows = [(number, at) for at, numbers in enumerate(blocks) for number in sorted(numbers)]
    engine.put("blocks_of_steps", pl.DataFrame(rows, schema={"number": pl.Int64, "at": pl.Int64}, orient="row"))
    found = engine.frame(
        """
        WITH spans AS (
            SELECT s.entity_key, s.episode, b.at, min(s.at_us) AS first_us, max(s.at_us) AS last_us
            FROM drafted_steps s JOIN blocks_of_steps b ON b.number = s.number
            GROUP BY s.entity_key, s.episode, b.at
        )
        SELECT a.at, quantile_disc(greatest(z.first_us - a.last_us, 0), 0.5) / 1e6
        FROM spans a
        JOIN spans z ON z.entity_key = a.entity_key AND z.episode = a.episode AND z.at = a.at + 1
        GROUP BY a.at ORDER BY a.at
        """
    ).rows()
    known = dict(found)
    return tuple(known.get(at) for at in range(len(blocks) - 1))
