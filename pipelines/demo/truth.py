"""What is true in the example, for tests to hold results against. Written beside the exports, never among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipelines.demo.clockwork import Mask
from pipelines.demo.people import People
from pipelines.demo.rows import Fates
from pipelines.demo.story import AS_OF, END_US, OUTAGE_US, PLANTED, SECOND, START
from pipelines.demo.walk import Walk

_ID_TYPES = {
    "cookie": ("cookie", "other_cookie", "app"),
    "customer_id": ("customer",),
    "email": ("email",),
    "lead": ("lead",),
    "contact": ("contact",),
    "opportunity": ("opportunity",),
    "zendesk_user": ("zendesk_user",),
}


def write_truth(
    path: Path, people: People, walks: dict[str, Walk], fates: dict[str, Fates], more: Mapping[str, object]
) -> None:
    """Write `truth.json`: the window, the rows of each source by fate, the journeys, the planted signals, the ids.

    Args:
        path: The file.
        people: Whose ids they are.
        walks: Name of a map to the journeys walked on it.
        fates: Name of a source to what must become of its rows.
        more: Further keys, which stand first.
    """
    truth = {
        **more,
        "people_n": people.n,
        "window": {"from": START.isoformat(), "until": AS_OF.isoformat()},
        "outage_s": [edge // SECOND for edge in OUTAGE_US],
        "sources": {name: fate.as_dict() for name, fate in fates.items()},
        "journeys": {name: _journeys(walk) for name, walk in walks.items()},
        "planted": {name: _planted(name, walks) for name in PLANTED},
        "shared_cookies": sorted(people.frame["kiosk"].unique().to_list()),
        "persons": _persons(people),
    }
    path.write_text(json.dumps(truth, separators=(",", ":")) + "\n", encoding="utf-8")


def _journeys(walk: Walk) -> dict[str, object]:
    """Counts by status, and one value per journey in each list: person, entry, status, last step of the flow."""
    status = walk.status()
    counts = dict(sorted(status.value_counts().rows()))
    is_new = walk.entered_at < END_US
    return {
        "journeys_n": int(is_new.sum()),
        "by_status": counts,
        "person": walk.person.tolist(),
        "entered_at": (walk.entered_at // SECOND).tolist(),
        "status": status.to_list(),
        "left_from": [walk.steps[k] if k >= 0 else None for k in walk.left_from.tolist()],
    }


def _planted(name: str, walks: dict[str, Walk]) -> dict[str, object]:
    """One planted signal: its effect, who met it, and how many of them were lost, were they followed to the end."""
    planted = PLANTED[name]
    walk = walks[planted.journey]
    risk, shown = walk.risk[name], walk.flags[name]
    lost = walk.goal_at == 0
    return {
        "journey": planted.journey,
        "role": planted.role,
        "kind": planted.kind,
        "touchpoint": planted.touchpoint,
        "at": planted.at,
        "effect": planted.effect,
        "reached_n": _n(risk),
        "exposed_n": _n(shown),
        "exposed_lost_n": _n(shown & lost),
        "unexposed_lost_n": _n(risk & ~shown & lost),
        "lost_effect": _difference(lost, shown, risk & ~shown),
    }


def _n(mask: Mask) -> int:
    return int(np.count_nonzero(mask))


def _difference(lost: Mask, shown: Mask, others: Mask) -> float | None:
    """How much more often those who met a signal were lost, followed to the end; None where nobody met it."""
    if not shown.any() or not others.any():
        return None
    return round(float(lost[shown].mean() - lost[others].mean()), 4)


def _as_kept(value: str, kind: str) -> str:
    """Salesforce's ids without the three characters that only repeat how the others are written."""
    return value[:15] if kind in {"lead", "contact", "opportunity"} else value


def _persons(people: People) -> dict[str, dict[str, int]]:
    """The person of each id, by type. A shared machine's cookie is nobody's."""
    owners = people.frame["person"].to_list()
    return {
        kind: {
            _as_kept(str(value), kind): person
            for column in columns
            for value, person in zip(people.frame[column].to_list(), owners, strict=True)
        }
        for kind, columns in _ID_TYPES.items()
    }
