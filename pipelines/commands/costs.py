"""Customers and money a month as commands tell them, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.findings.headlines import figures
from schemas.journey_map import JourneyMap

Plans = Mapping[str, JourneyMap]


def money(row: Mapping[str, Any], name: str, plans: Plans) -> str | None:
    """A sum of money a month with its interval and currency; None: the map gives no value."""
    if not isinstance(row[name], float):
        return None
    plan = plans.get(row["journey"])
    currency = f"{plan.value.currency} " if plan and plan.value else ""
    return f"{currency}{between(row, name, 'value_low', 'value_high')}"


def between(row: Mapping[str, Any], name: str, low: str, high: str) -> str | None:
    """A number and its interval: "41 (29 to 54)"; None where there is none, or it is not shown."""
    if not isinstance(row[name], float):
        return None
    ends = (row[low], row[high])
    told = f" ({figures(ends[0])} to {figures(ends[1])})" if all(isinstance(end, float) for end in ends) else ""
    return f"{figures(row[name])}{told}"
