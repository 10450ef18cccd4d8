"""From journeys to the rows of `frictions`: every signal with its effect, its price and its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import polars as pl

from models.evidence import GRADES
from models.friction.chain import Fixed, fix_together
from models.friction.compared import Compared, Made, RiskSets
from models.friction.estimate import RESAMPLES_N, estimate
from models.friction.judging import LEAST_N
from models.friction.parts import Estimates, Floats, Shorts
from models.friction.risk_sets import Wanted, risk_sets
from models.friction.sensitivity import confounding_sentence
from pipelines.friction.inputs import Subject
from schemas.effect_tables import FRICTIONS
from schemas.map_parts import Touchpoint
from schemas.words import DeviationKind, EvidenceGrade, FrictionVerdict, Rule, SignalKind

NUMBERS: Final = (
    "effective_n", "effect", "effect_low", "effect_high", "effect_pooled", "effect_shrunk", "lost_per_month",
    "lost_low", "lost_high", "lost_shrunk", "value", "value_low", "value_high", "p_value", "q_value",
    "top3_probability", "confounding_needed", "delay_per_month_s",
)  # fmt: skip
"""Columns of `frictions` that the estimates give; null where they are refused."""
_KINDS: Final = {"VARCHAR": pl.String, "BIGINT": pl.Int64, "DOUBLE": pl.Float64, "BOOLEAN": pl.Boolean}
ALIKE: Final = 0.8
"""Signals whose journeys are the same but for a fifth are one departure seen twice."""
_ORDER: Final = (
    DeviationKind.WRONG_ENTRY, DeviationKind.WRONG_EXIT, DeviationKind.FAILED, DeviationKind.WRONG_CHANNEL,
    DeviationKind.WRONG_INITIATOR, DeviationKind.BRANCH_CONFLICT, DeviationKind.LATE, DeviationKind.REPEATED,
    DeviationKind.OUT_OF_ORDER, DeviationKind.MISSING, DeviationKind.AD_HOC, *SignalKind,
)  # fmt: skip
ALL_FIXED: Final = "all_fixed"
"""What the signal of the row for all frictions together is called."""
SCHEMA: Final = {
    column.name: _KINDS.get(column.type, pl.Datetime("us", "UTC"))
    for column in FRICTIONS.columns
    if column.name != "journey"
}


@dataclass(frozen=True)
class Judged:
    """What came of it.

    Attributes:
        rows: One row per signal, with the columns of `frictions` but the journey, in the order of `compared`, and a
            last one for all frictions fixed together; what other rules of identity and the ranking over all journeys
            add is null.
        found: The risk sets, in the same order; who was compared, and the stages behind.
        estimates: All numbers, with the resamples.
        subject: What was judged.
        others: The same under the other rules of identity, None where one makes the same people; empty: nobody asked.
    """

    rows: pl.DataFrame
    found: RiskSets
    estimates: Estimates
    subject: Subject
    others: Mapping[Rule, Judged | None] = field(default_factory=dict)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The risk sets in the order of the rows."""
        return self.found.compared


def judge(
    subject: Subject,
    resamples_n: int = RESAMPLES_N,
    wanted: Wanted | None = None,
    found: RiskSets | None = None,
    refused: Mapping[int, str] = MappingProxyType({}),
    *,
    is_told_once: bool = True,
    threads: int = 1,
) -> Judged:
    """Every signal of these journeys, judged as one family.

    Args:
        subject: The journeys and their map.
        resamples_n: Bootstrap resamples, by person.
        wanted: Signals to judge, and where; default: all, where most is at stake.
        found: The risk sets, if they are known already.
        refused: Which of the signals not to judge, and why.
        is_told_once: Of signals that the same journeys show, judge one alone.
        threads: Workers; the result does not depend on them.
    """
    found = found or risk_sets(subject.journeys, wanted)
    refused = {**(_told_before(found.compared, subject) if is_told_once else {}), **refused}
    if refused:
        kept = (replace(each, refused=refused.get(place, each.refused)) for place, each in enumerate(found.compared))
        found = replace(found, compared=tuple(kept))
    grades = [str(GRADES.get(each.signal, EvidenceGrade.B)) for each in found.compared]
    estimates = estimate(
        Made(found.compared),
        subject.journeys.person_hash,
        resamples_n=resamples_n,
        grades=grades,
        margin=margin(subject),
        threads=threads,
    )
    estimates = replace(estimates, delay_per_month_s=_delays(found.compared, subject, estimates))
    rows = [
        _about(each, subject, grade)
        | _numbers(estimates, place)
        | {"reason": _reason(found.compared, estimates, place, subject)}
        for place, (each, grade) in enumerate(zip(found.compared, grades, strict=True))
    ]
    judged = Judged(pl.DataFrame(rows, schema=SCHEMA), found, estimates, subject)
    return replace(judged, rows=pl.concat([judged.rows, pl.DataFrame([_all_fixed(judged)], schema=SCHEMA)]))


def fix(judged: Judged, chosen: Sequence[int]) -> Fixed:
    """What fixing some signals together gives back.

    Args:
        judged: All signals.
        chosen: Their rows.
    """
    hashes = judged.subject.journeys.person_hash
    return fix_together(judged.estimates, Made(judged.compared), chosen, judged.found.steps, hashes)


def margin(subject: Subject) -> float | None:
    """Money that a conversion leaves; None: the map does not say."""
    value = subject.plan.value
    return None if value is None else value.per_conversion * value.margin


def _delays(compared: Sequence[Compared], subject: Subject, estimates: Estimates) -> Floats:
    """Seconds a month; of a promise kept late what was waited beyond it, for it is known only when the wait is over."""
    delays, marks = estimates.delay_per_month_s.copy(), subject.journeys.marks
    if "measure" not in marks.columns:
        return delays
    late = marks.filter(pl.col("signal") == DeviationKind.LATE).sort("journey_key", "known_us")
    keys = subject.journeys.journeys["journey_key"]
    for place, each in enumerate(compared):
        if each.signal == DeviationKind.LATE and estimates.refused[place] is None:
            exposed = pl.DataFrame({"journey_key": keys.gather(each.exposed_journeys)})
            first = late.filter(pl.col("target") == each.target).unique(
                "journey_key", keep="first", maintain_order=True
            )
            waited_s = exposed.join(first, on="journey_key")["measure"].fill_null(0.0).to_numpy()
            delays[place] = float(np.rint(waited_s).sum() / each.held.months)
    return delays


def _about(each: Compared, subject: Subject, grade: str) -> dict[str, Any]:
    """What a row is about, whatever its numbers."""
    plan, names = subject.plan, subject.plan.names
    at = names[each.place.codes[0]]
    entry = plan.entry(names[each.target]) if 0 <= each.target < len(names) else None
    is_place = isinstance(entry, Touchpoint)
    held = subject.journeys.held_still
    return {
        "touchpoint": subject.name_of(each.target),
        "signal": each.signal,
        "at_touchpoint": subject.place_of(each.place.codes),
        "phase": plan.phase_of(at),
        "owner": _owner(each, subject),
        "evidence_grade": grade,
        "adjusted_for": ", ".join((*held, "calendar time")),
        "from_at": None if each.from_us is None else _moment(each.from_us),
        "until_at": _moment(each.until_us),
        "effort": entry.effort if is_place and isinstance(entry, Touchpoint) else None,
        "has_mandate": plan.has_mandate(names[each.target]) if is_place else None,
    }


def _owner(each: Compared, subject: Subject) -> str | None:
    """Who answers for what it is charged to; for what nobody owns, for the place where it happens."""
    plan, target = subject.plan, each.target
    charged: tuple[str, ...] = ()
    if target < 0:
        charged = subject.blocks.members[-1 - target]
    elif target < len(plan.names):
        charged = (plan.names[target],)
    places = charged or tuple(plan.names[code] for code in each.place.codes)
    owners = dict.fromkeys(plan.owner_of(name) for name in places)
    return ", ".join(owner for owner in owners if owner) or None


def _moment(at_us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)


def _numbers(estimates: Estimates, place: int) -> dict[str, Any]:
    """What the estimates say of one signal."""
    numbers = {name: float(getattr(estimates, name)[place]) for name in NUMBERS}
    return {name: number if np.isfinite(number) else None for name, number in numbers.items()} | {
        "reached_n": int(estimates.reached_n[place]),
        "exposed_n": int(estimates.exposed_n[place]),
        "family_n": estimates.family_n,
        "verdict": str(estimates.verdict[place]),
        "is_sign_flip": bool(estimates.is_sign_flip[place]),
    }


def _told_before(compared: Sequence[Compared], subject: Subject) -> dict[int, str]:
    """Signals that the same journeys show as another signal, which is judged: one departure is one row.

    A shop in the wrong channel is a change of channel, too; who begins in the middle has skipped the beginning. What
    comes first in `_ORDER` is kept: what says most of what was done.
    """
    met = {
        place: np.unique(each.exposed_journeys)
        for place, each in enumerate(compared)
        if each.refused is None and np.count_nonzero(each.held.is_exposed) >= LEAST_N
    }
    order = {str(kind): number for number, kind in enumerate(_ORDER)}
    kept: list[int] = []
    told: dict[int, str] = {}
    for place in sorted(
        met, key=lambda place: (order.get(compared[place].signal, len(order)), -met[place].size, place)
    ):
        same = next((other for other in kept if _are_alike(met[place], met[other])), None)
        if same is None:
            kept.append(place)
        else:
            other = compared[same]
            told[place] = f"the same journeys as {other.signal} of {subject.name_of(other.target)}, and judged there"
    return told


def _are_alike(journeys: Shorts, others: Shorts) -> bool:
    """Whether two sets are the same but for a few (Jaccard)."""
    if min(journeys.size, others.size) < ALIKE * max(journeys.size, others.size):
        return False
    both = np.intersect1d(journeys, others, assume_unique=True).size
    return bool(both >= ALIKE * (journeys.size + others.size - both))


def _reason(compared: Sequence[Compared], estimates: Estimates, place: int, subject: Subject) -> str | None:
    """Why it is refused, or what else to know."""
    refused, by = estimates.refused[place], int(estimates.explained_by[place])
    said = [compared[place].note] if refused is None else [refused]
    if by >= 0:
        other = compared[by]
        name = f"{other.signal} of {subject.name_of(other.target)}"
        said.append(f"it goes together with {name}; with that held still, no effect is left")
    if refused is None and estimates.is_sign_flip[place]:
        said.append("without strata the effect has the other sign (Simpson's paradox)")
    sentences = [_sentence(text) for text in said if text]
    if estimates.verdict[place] in {FrictionVerdict.FRICTION, FrictionVerdict.HELPFUL}:
        needed, needed_low = estimates.confounding_needed[place], estimates.confounding_needed_low[place]
        sentences.append(confounding_sentence(float(needed), float(needed_low)))
    return " ".join(sentences) or None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _all_fixed(judged: Judged) -> dict[str, Any]:
    """The row of all frictions fixed together: their losses overlap and are never added up."""
    chosen = [row for row, verdict in enumerate(judged.estimates.verdict) if verdict == FrictionVerdict.FRICTION]
    steps, stays = judged.found.steps, judged.found.stays
    met = [judged.compared[row].exposed_journeys for row in chosen]
    about: dict[str, Any] = {
        "signal": ALL_FIXED,
        "reached_n": int(np.count_nonzero(steps.is_start)),
        "exposed_n": int(np.unique(np.concatenate(met)).size) if met else 0,
        "family_n": judged.estimates.family_n,
        "evidence_grade": str(EvidenceGrade.B),
        "is_sign_flip": False,
    }
    if not chosen:
        return about | {"verdict": str(FrictionVerdict.REFUSED), "reason": "No signal is a friction: nothing to fix."}
    together, worth = fix(judged, chosen), margin(judged.subject)
    until_us = max(judged.compared[row].until_us for row in chosen)
    money = {} if worth is None else {
        "value": together.lost_shrunk * worth, "value_low": together.low * worth, "value_high": together.high * worth,
    }  # fmt: skip
    return about | money | {
        "lost_per_month": together.lost_per_month,
        "lost_low": together.low,
        "lost_high": together.high,
        "lost_shrunk": together.lost_shrunk,
        "delay_per_month_s": together.delay_per_month_s,
        "verdict": str(FrictionVerdict.FRICTION if together.low > 0 else FrictionVerdict.VARIATION),
        "reason": "An upper bound, if every friction were fixed; their losses overlap, so they are not added up.",
        "adjusted_for": ", ".join((*judged.subject.journeys.held_still, "calendar time")),
        "from_at": _moment(int(stays.reached_us.min())),
        "until_at": _moment(until_us),
    }  # fmt: skip
