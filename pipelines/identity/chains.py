"""The shortest chain of links between two ids, in the published tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from schemas.words import Rule

TAKEN: Mapping[Rule, tuple[str, ...]] = {
    Rule.STRICT: ("strict",),
    Rule.DEFAULT: ("strict", "default"),
    Rule.LOOSE: ("strict", "default", "loose"),
}
MAX_STEPS = 24
MAX_IDS = 20_000
"""A search that has met so many ids is at a super-node: what it found would explain nothing."""
# One row per link at the ids of the frontier, told from the frontier's side.
_STEPS = """
SELECT near_type, near_id, far_type, far_id, evidence_n, first_seen_at, trust, strength, blocked_by, sources FROM (
    SELECT left_type AS near_type, left_id AS near_id, right_type AS far_type, right_id AS far_id, * FROM identity_links
    UNION ALL
    SELECT right_type, right_id, left_type, left_id, * FROM identity_links
) SEMI JOIN (SELECT unnest($frontier) AS near_id) USING (near_id)
WHERE list_contains($strengths, strength)
ORDER BY evidence_n DESC, far_type, far_id, near_id
"""


@dataclass(frozen=True)
class Step:
    """One link of a chain, told in the direction of the chain."""

    from_type: str
    from_id: str
    to_type: str
    to_id: str
    evidence_n: int
    first_seen_at: datetime | None
    trust: str
    strength: str
    blocked_by: str | None
    sources: Sequence[str]


def shortest_chain(
    connection: duckdb.DuckDBPyConnection, start: str, ends: Collection[str], strengths: Sequence[str]
) -> tuple[Step, ...]:
    """The shortest chain of links from one pseudonym to any of others; (): there is none within reach.

    Of several equally short ones, that whose links were seen most often, from the start on.

    Args:
        connection: The published tables.
        start: Pseudonym of an id.
        ends: Where the chain may end.
        strengths: Links that may be used, by their strength.
    """
    steps: dict[str, Step | None] = {start: None}
    frontier = [start]
    for _ in range(MAX_STEPS):
        if found := next((each for each in frontier if each in ends), None):
            return _back(steps, found)
        if not frontier or len(steps) > MAX_IDS:
            return ()
        rows = connection.sql(_STEPS, params={"frontier": frontier, "strengths": list(strengths)}).fetchall()
        frontier = []
        for near_type, near_id, far_type, far_id, *told in rows:
            if far_id not in steps:
                steps[far_id] = Step(near_type, near_id, far_type, far_id, *told)
                frontier.append(far_id)
    return ()


def _back(steps: Mapping[str, Step | None], end: str) -> tuple[Step, ...]:
    chain: list[Step] = []
    at = end
    while (step := steps[at]) is not None:
        chain.append(step)
        at = step.from_id
    return tuple(reversed(chain))
