"""A model mined from published journeys, as far as it may be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING

from models.process_trees import block_of
from pipelines.mining.discovery import DEFAULT_NOISE
from pipelines.mining.trees import mine_tree
from schemas.blocks import Block

if TYPE_CHECKING:
    import duckdb

_TRACES = """
SELECT list(coalesce(e.touchpoint, 'activity:' || e.activity) ORDER BY e.position) AS trace
FROM journey_events AS e JOIN journeys AS j ON j.journey_id = e.journey_id
WHERE j.journey = ? AND j.rule = 'default' AND j.assignment = 'this'
GROUP BY e.journey_id
"""


def mined_block(
    connection: duckdb.DuckDBPyConnection, journey: str, steps: Collection[str], noise: float = DEFAULT_NOISE
) -> Block | None:
    """The flow that the inductive miner sees in the journeys of one map; None where there is none.

    Args:
        connection: The published tables.
        journey: Name of the map.
        steps: What may be in the model: touchpoints, and `activity:` and the activity of others. All else is passed by.
        noise: Share of infrequent behaviour that is left out, 0 to 1.
    """
    traces: Counter[tuple[str, ...]] = Counter()
    for (trace,) in connection.execute(_TRACES, [journey]).fetchall():
        kept = tuple(name for name in trace if name in steps)
        if kept:
            traces[kept] += 1
    return block_of(mine_tree(traces, noise)) if traces else None
