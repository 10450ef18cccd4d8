"""One version of one map as the models take it: codes, conditions in SQL, and the schema of its working tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property

import polars as pl

from models.rules import code_expression, quoted
from schemas.journey_map import JourneyMap

FOREVER_US = 2**62
"""Later than any event, in microseconds since 1970."""


@dataclass(frozen=True)
class Study:
    """One version of a map over one snapshot.

    Attributes:
        plan: The map.
        valid_from_us: First instant at which journeys that begin are judged by it.
        valid_until_us: First instant at which they no longer are.
        as_of_us: The snapshot.
        earlier: Schemas of the earlier versions: events in their journeys are taken.
    """

    plan: JourneyMap
    valid_from_us: int
    valid_until_us: int
    as_of_us: int
    earlier: tuple[str, ...] = ()

    @property
    def schema(self) -> str:
        """Schema of the working tables."""
        letters = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in self.plan.journey.lower())
        return f"work_{letters}_v{self.plan.version}"

    @property
    def counted(self) -> str:
        """Schema of the tables without the journeys that are another map's errand; it exists where there are any."""
        return f"{self.schema}_counted"

    def under(self, rule: str) -> str:
        """Schema of the journeys that differ under another rule of identity."""
        return f"{self.schema}_{rule}"

    def code(self, name: str) -> int:
        """Code of a touchpoint or exit."""
        return self.plan.names.index(name)

    def _first_with(self, *roles: str) -> int:
        places = (place for place, name in enumerate(self.plan.names) if self.plan.role(name) in roles)
        return next(places, len(self.plan.names))

    @cached_property
    def flow_n(self) -> int:
        """Codes below are touchpoints of the flow."""
        return self._first_with("anytime", "off_map", "exit")

    @cached_property
    def off_map_from(self) -> int:
        """Codes from here on (below the exits) are off the map."""
        return self._first_with("off_map", "exit")

    @cached_property
    def exits_from(self) -> int:
        """Codes from here on are exits."""
        return self._first_with("exit")

    def is_one_of(self, names: Iterable[str], column: str = "code") -> str:
        """SQL: whether a code is one of these names."""
        codes = ", ".join(str(self.code(name)) for name in names)
        return f"coalesce({column} in ({codes}), false)" if codes else "false"

    @property
    def reaches_goal(self) -> str:
        """SQL: whether a step reaches the goal."""
        return self.is_one_of(self.plan.goals)

    @property
    def closes(self) -> str:
        """SQL: whether the next event of the entity falls into another episode."""
        after = self.plan.journey_is.reopens_after
        exits = f" or coalesce(code >= {self.exits_from}, false)" if after == "exit" else ""
        return "false" if after == "never" else f"({self.reaches_goal}{exits})"

    @property
    def reopens_us(self) -> int:
        """Silence on the flow after which the next journey begins; forever where silence alone begins none."""
        after = self.plan.journey_is.reopens_after
        return after * 1_000_000 if isinstance(after, int) else FOREVER_US

    @property
    def quiet_us(self) -> int:
        """How long after the goal no journey begins."""
        after = self.plan.journey_is.reopens_after
        return after * 1_000_000 if isinstance(after, int) else 0

    @property
    def is_free(self) -> str:
        """SQL: whether an event `e` lies in no journey that an earlier version judges."""
        taken = (
            f"not exists (select 1 from {schema}.traced_steps taken where taken.event_key = e.event_key)"
            for schema in self.earlier
        )
        return " and ".join(taken) or "true"

    @cached_property
    def values(self) -> dict[str, str | int]:
        """What the models of journeys take."""
        return {
            "code": code_expression(self.plan),
            "flow_n": self.flow_n,
            "exits_from": self.exits_from,
            "off_map_from": self.off_map_from,
            "closes": self.closes,
            "is_whole_log": str(self.plan.journey_is.reopens_after == "never").lower(),
            "reaches_goal": self.reaches_goal,
            "stands_at_goal": self.is_one_of(self.plan.goals, "stands_at"),
            "reopens_us": self.reopens_us,
            "quiet_us": self.quiet_us,
            "is_free": self.is_free,
            "as_of_us": self.as_of_us,
            "valid_from_us": self.valid_from_us,
            "valid_until_us": self.valid_until_us,
            "journey": quoted(self.plan.journey),
            "version": self.plan.version,
        }

    @cached_property
    def map_names(self) -> pl.DataFrame:
        """One row per code: name, title, phase, owner, role, designed channels and initiator."""
        plan = self.plan
        rows = [
            {
                "code": code,
                "name": name,
                "title": plan.title_of(name),
                "phase": plan.phase_of(name),
                "owner": plan.owner_of(name),
                "role": plan.role(name),
                "is_optional": plan.role(name) != "flow" or plan.is_optional(name),
                "initiator": getattr(plan.entry(name), "initiator", None),
            }
            for code, name in enumerate(plan.names)
        ]
        texts = ("name", "title", "phase", "owner", "role", "initiator")
        schema = {"code": pl.Int32, **dict.fromkeys(texts, pl.String), "is_optional": pl.Boolean}
        return pl.DataFrame(rows, schema=schema)


def studies(maps: Iterable[JourneyMap], as_of: datetime) -> tuple[Study, ...]:
    """Every version of every map with the time in which it judges: from its `valid_from` to that of the next version.

    The first version also judges what began before it.
    """
    found: list[Study] = []
    ordered = sorted(maps, key=lambda plan: (plan.journey, plan.valid_from or date.min, plan.version))
    for place, plan in enumerate(ordered):
        before, after = ordered[place - 1 : place], ordered[place + 1 : place + 2]
        is_first = not before or before[0].journey != plan.journey
        is_last = not after or after[0].journey != plan.journey
        starts = -FOREVER_US if is_first else _day_us(plan.valid_from)
        ends = FOREVER_US if is_last else _day_us(after[0].valid_from)
        earlier = tuple(study.schema for study in found if study.plan.journey == plan.journey)
        found.append(Study(plan, starts, ends, micros(as_of), earlier))
    return tuple(found)


def whose(per: str) -> dict[str, str]:
    """SQL for models over events `e`: the id that says whose an event is, and the entity's name where no id does.

    Args:
        per: `person`, or the id type whose log is cut into journeys.
    """
    if per == "person":
        main_id = "case when owners.id_key is null then e.id_key else owners.id_key end"
        return {"named_id": "cast(null as varchar)", "main_id": main_id}
    named_id = f"case when direct.entity_key is null then e.ids[{quoted(per)}] end"
    return {"named_id": named_id, "main_id": "e.id_key"}


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970 of an instant with a zone."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _day_us(day: date | None) -> int:
    return micros(datetime.combine(day, time(), UTC)) if day else -FOREVER_US
