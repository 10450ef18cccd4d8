"""How the journeys of a random walk travel: rows that add up to those of the walk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from schemas.journey_map import JourneyMap

Row = dict[str, Any]
ENDS = {"converted": 0.26, "exited": 0.09, "abandoned": 0.52}  # by the horizon, as the sample's outcomes have it
HORIZON_D = 60.0


def phases_of(plan: JourneyMap, trace: Sequence[str]) -> list[tuple[str, str]]:
    """Each phase that a journey came to, in the order of the design, and how it travelled there."""
    order = [phase.name for phase in plan.flow.phases]
    ways: dict[str, str] = {}
    here = None
    done: set[str] = set()
    for name in trace:
        phase = plan.phase_of(name)
        if plan.role(name) == "flow" and phase is not None:
            here = phase
            ways.setdefault(here, "as_designed")
            if name in done and ways[here] == "as_designed":
                ways[here] = "detour"
            done.add(name)
        elif here is not None:
            ways[here] = "asked_for_help" if name == "chat" else ways[here]
    return sorted(ways.items(), key=lambda item: order.index(item[0]))


def travel_rows(plan: JourneyMap, traces: Sequence[Sequence[str]], statuses: Sequence[str]) -> dict[str, list[Row]]:
    """Rows of `journey_phases`, `phase_flows`, `touchpoint_states` and `incidence_curves`."""
    if not traces:
        return {}
    phases = [phases_of(plan, trace) for trace in traces]
    return {
        "journey_phases": [
            {"journey": plan.journey, "journey_id": f"default-{i}", "phase": phase, "place": place, "way": way}
            | {"reached_at": "2026-05-01T00:00:00Z"}
            for i, ways in enumerate(phases)
            for place, (phase, way) in enumerate(ways)
        ],
        "phase_flows": _flows(plan, phases, statuses),
        "touchpoint_states": _states(plan, traces, statuses),
        "incidence_curves": _curves(plan, len(traces)),
    }


def _flows(plan: JourneyMap, phases: Sequence[list[tuple[str, str]]], statuses: Sequence[str]) -> list[Row]:
    legs: Counter[tuple[Any, ...]] = Counter()
    for ways, status in zip(phases, statuses, strict=True):
        if ways:
            legs[None, None, *ways[0], None] += 1
            legs[*ways[-1], None, None, status] += 1
        legs.update((*start, *end, None) for start, end in pairwise(ways))
    names = ("from_phase", "from_way", "to_phase", "to_way", "end_status")
    return [{"journey": plan.journey, **dict(zip(names, leg, strict=True)), "journeys_n": n} for leg, n in legs.items()]


def _states(plan: JourneyMap, traces: Sequence[Sequence[str]], statuses: Sequence[str]) -> list[Row]:
    names = [name for name in plan.names if plan.role(name) == "flow"]
    rows = []
    for place, name in enumerate(names):
        counts: Counter[str] = Counter()
        for trace, status in zip(traces, statuses, strict=True):
            flow = [names.index(each) for each in trace if each in names]
            if name in trace:
                counts["done_n"] += 1
            elif status == "converted" or (flow and max(flow) > place):
                counts["skipped_n"] += 1
                counts["by_design_n"] += plan.is_optional(name)
            else:
                counts["on_the_way_n" if status == "in_flight" else "left_n"] += 1
            if flow and flow[-1] == place and status != "converted":
                counts["standing_here_n" if status == "in_flight" else "left_here_n"] += 1
        columns = ("done_n", "skipped_n", "left_n", "on_the_way_n", "by_design_n", "left_here_n", "standing_here_n")
        whole = {"journey": plan.journey, "touchpoint": name, "segment": None, "journeys_n": len(traces), "unseen_n": 0}
        rows.append(whole | {column: counts[column] for column in columns})
    return rows


def _curves(plan: JourneyMap, reached_n: int) -> list[Row]:
    """Curves of the first touchpoint: silence early, goals late; in the north a little better than in the south."""
    rows = []
    for segment, n, more in ((None, 1.0, 0.0), ("region=north", 0.6, 0.04), ("region=south", 0.4, -0.06)):
        for after_d in range(0, 61, 3):
            age = after_d / HORIZON_D
            shares = {
                "converted": (ENDS["converted"] + more) * age**1.5,
                "exited": ENDS["exited"] * age**0.7,
                "abandoned": (ENDS["abandoned"] - more) * (0.2 + 0.8 * age**0.35),
            }
            shares["active"] = 1 - sum(shares.values())
            row: Row = {
                "journey": plan.journey,
                "touchpoint": plan.names[0],
                "segment": segment,
                "horizon_d": HORIZON_D,
            }
            row |= {"after_d": float(after_d), "reached_n": round(reached_n * n)}
            for word, share in shares.items():
                row |= {f"{word}_share": share, f"{word}_low": share * 0.95, f"{word}_high": min(1.0, share * 1.05)}
            rows.append(row)
    return rows
