"""Fill `root_causes`: for each friction the values of attributes with which it shows more often, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from models.causes import MOST_VALUES, Attribute, Cause, Exposure, find_causes
from models.friction.compared import Compared
from models.friction.journeys import SEGMENT
from models.friction.parts import Shorts
from models.intervals import Integers, Numbers
from models.rules import quoted
from pipelines.compare.cause_words import cause_said
from pipelines.engine import Engine
from pipelines.friction.inputs import Subject
from pipelines.friction.judge import Judged
from pipelines.study import Study
from schemas.words import FrictionVerdict

_EPOCH: Final = date(1970, 1, 1)
_MANY: Final = 2**15
_NO_ID: Final = r"(^|[_.: ])(id|ids|uuid|guid|hash|token|key|email|phone|name|number|no|url|ip)$"
"""Attributes called like this name somebody or something: they are no cause."""
_HOURS: Final = tuple(f"{hour:02}" for hour in range(24))
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **dict.fromkeys(("touchpoint", "signal", "attribute", "value", "said"), pl.String),
    **dict.fromkeys(("reached_n", "exposed_n", "family_n", "place"), pl.Int64),
    **dict.fromkeys(
        ("share_of_exposed", "exposed_share", "others_exposed_share", "lift", "lift_low", "lift_high", "q_value"),
        pl.Float64,
    ),
    "since_at": pl.Datetime("us", "UTC"),
}


def root_causes(engine: Engine, study: Study, judged: Judged, timezone: str) -> pl.DataFrame:
    """The rows of `root_causes`, friction by friction in the order of what they were judged in.

    Args:
        engine: It uses the working tables of the study.
        study: One version of a map.
        judged: Its signals.
        timezone: In which days, hours and weekdays are told.
    """
    wanted = [
        each
        for each, verdict in zip(judged.compared, judged.rows["verdict"], strict=False)  # the last row is all of them
        if verdict == FrictionVerdict.FRICTION
    ]
    if not wanted:
        return pl.DataFrame(schema=_SCHEMA)
    told = _attributes(engine)
    codes = sorted({code for each in wanted for code in each.place.codes})
    positions = _positions(engine, codes, judged.subject.journeys.journeys["journey_key"].to_numpy())
    exposures = list(_exposures(wanted, judged, positions, told, timezone))
    rows = [
        _row(cause, each, judged, place, timezone)
        for each, causes in zip(wanted, find_causes(exposures), strict=True)
        for place, cause in enumerate(causes, start=1)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def _attributes(engine: Engine) -> dict[str, pl.DataFrame]:
    """By attribute of events, what journeys say from which event on: `journey_key`, `position`, `value`."""
    many = ", ".join(map(quoted, _many_valued(engine)))
    engine.hold("staging/said_attributes", {"is_kept": f"entries.entry.key NOT IN ({many})" if many else "true"})
    names = engine.frame(
        "SELECT name FROM said_attributes GROUP BY name"
        f" HAVING count(DISTINCT value) BETWEEN 2 AND {MOST_VALUES} ORDER BY name"
    )["name"]
    told = names.filter(~names.str.to_lowercase().str.contains(_NO_ID)).to_list()
    wanted = ", ".join(map(quoted, told)) or "''"
    values = engine.frame(f"SELECT DISTINCT name, value FROM said_attributes WHERE name IN ({wanted}) ORDER BY 1, 2")
    engine.put("said_values", values.with_row_index("value_no").cast({"value_no": pl.Int32}))
    engine.hold("staging/said_changes")
    found = engine.frame(
        "SELECT journey_key, position, value_no FROM said_changes ORDER BY position, journey_key, value_no"
    )
    engine.drop("said_attributes", "said_values", "said_changes")
    said = found.select("journey_key", "position", *(values[name].gather(found["value_no"]) for name in values.columns))
    parts = said.partition_by("name", as_dict=True, include_key=False, maintain_order=True)
    return {name: parts[name,] for name in told}


def _many_valued(engine: Engine) -> list[str]:
    """Attributes with more values than are told apart: ids and free texts, which need not be taken apart at all.

    A glance at some events of the journeys tells most of them; those with too many values go later in any case, so it
    makes no difference which events they are.
    """
    return engine.frame(
        "WITH few AS (SELECT e.attributes FROM events e WHERE e.event_key IN (SELECT steps.event_key FROM traced_steps"
        " steps JOIN journey_states states ON states.journey_key = steps.journey_key) LIMIT 20000), entries AS (SELECT"
        " @ENTRIES(few.attributes) AS entry FROM few) SELECT entries.entry.key AS name FROM entries"
        " WHERE entries.entry.value <> '' GROUP BY entries.entry.key"
        f" HAVING count(DISTINCT entries.entry.value) > {MOST_VALUES} ORDER BY 1"
    )["name"].to_list()


def _positions(engine: Engine, codes: Sequence[int], keys: Integers) -> dict[int, Shorts]:
    """By touchpoint, the event that brought each journey there, in the order of `keys`; -1: it never came there."""
    in_order = np.argsort(keys)
    known = keys[in_order]
    found = {}
    for code in codes:  # one at a time: all stages at once would take much memory
        part = engine.frame(
            "SELECT journey_key, CAST(position AS INTEGER) AS position FROM stages"
            f" WHERE code = {code} ORDER BY journey_key, position"
        )
        key = part["journey_key"].to_numpy()
        place = np.minimum(np.searchsorted(known, key), known.size - 1)
        is_known = known[place] == key
        found[code] = np.full(keys.size, -1, dtype=np.int32)
        found[code][in_order[place[is_known]]] = part["position"].to_numpy()[is_known]
    return found


def _units(compared: Compared, judged: Judged, positions: Mapping[int, Shorts]) -> pl.DataFrame:
    """One row per unit of a risk set: its number, journey, and the event that brought it there."""
    journey, code = compared.journey, judged.found.stays.code[compared.row]
    keys = judged.subject.journeys.journeys["journey_key"].to_numpy()[journey]
    position = np.full(keys.size, -1, dtype=np.int64)
    for each in np.unique(code).tolist():
        if each in positions:
            is_here = code == each
            position[is_here] = positions[each][journey[is_here]]
    units = pl.DataFrame({"journey_key": keys, "position": position}).with_row_index("unit")
    known = pl.when(pl.col("position") >= 0).then("position")
    return units.with_columns(known).sort("position", maintain_order=True)


class _Known(NamedTuple):
    """What is known of each unit of a risk set when it comes there, whether it is exposed or not."""

    person: Numbers
    day: Numbers
    attributes: Mapping[str, Attribute]


def _exposures(
    wanted: Sequence[Compared],
    judged: Judged,
    positions: Mapping[int, Shorts],
    told: dict[str, pl.DataFrame],
    timezone: str,
) -> Iterator[Exposure]:
    """The risk sets with what is known of their units: of those with the same units it is held once."""
    known: dict[int, _Known] = {}
    for each in wanted:
        rows = id(each.row)
        if rows not in known:
            known[rows] = _known(_units(each, judged, positions), each, judged, told, timezone)
        yield Exposure(each.held.is_exposed, *known[rows])


def _known(
    units: pl.DataFrame, compared: Compared, judged: Judged, told: dict[str, pl.DataFrame], timezone: str
) -> _Known:
    stays, row = judged.found.stays, compared.row
    moments = pl.Series(stays.reached_us[row]).cast(pl.Datetime("us", "UTC"))
    local = moments.dt.convert_time_zone(timezone)
    attributes = {name: _coded(judged.subject.journeys.journeys[SEGMENT.format(name)].gather(compared.journey))
                  for name in judged.subject.plan.segments}  # fmt: skip
    for name, said in told.items():
        latest = units.join_asof(said, on="position", by="journey_key", check_sortedness=False).sort("unit")
        attributes[name] = _coded(latest["value"])
    attributes["hour"] = _numbered(local.dt.hour().to_numpy(), _HOURS)
    attributes["weekday"] = _numbered(local.dt.weekday().to_numpy() - 1, _WEEKDAYS)
    attributes["touchpoint"] = _numbered(stays.code[row], judged.subject.plan.names)
    day = (local.dt.date() - _EPOCH).dt.total_days().to_numpy().astype(np.int32)
    return _Known(stays.person(row), day, attributes)


def _numbered(number: npt.NDArray[np.integer], names: Sequence[str]) -> Attribute:
    """An attribute that is told as a number, each with its name."""
    here = np.unique(number).tolist()
    known = sorted({names[each] for each in here})
    code = np.full(len(names), -1, dtype=np.int16)
    code[here] = [known.index(names[each]) for each in here]
    return Attribute(tuple(known), code[number])


def _coded(values: pl.Series) -> Attribute:
    texts = values.cast(pl.String)
    known = texts.drop_nulls().unique().sort()
    small = pl.Int16 if known.len() < _MANY else pl.Int32
    code = texts.cast(pl.Enum(known)).to_physical().cast(small).fill_null(-1).to_numpy()
    return Attribute(tuple(known.to_list()), code)


def _row(cause: Cause, compared: Compared, judged: Judged, place: int, timezone: str) -> dict[str, object]:
    since_on = None if cause.since_day is None else _EPOCH + timedelta(days=cause.since_day)
    name = judged.subject.name_of(compared.target)
    return {
        "touchpoint": name,
        "signal": compared.signal,
        "attribute": cause.attribute,
        "value": cause.value,
        "reached_n": cause.reached_n,
        "exposed_n": cause.exposed_n,
        "share_of_exposed": _shown(cause.share_of_exposed),
        "exposed_share": _shown(cause.exposure),
        "others_exposed_share": _shown(cause.others_exposure),
        "lift": _shown(cause.lift),
        "lift_low": _shown(cause.lift_low),
        "lift_high": _shown(cause.lift_high),
        "q_value": _shown(cause.q_value),
        "family_n": cause.family_n,
        "since_at": None if since_on is None else _midnight(since_on, timezone),
        "said": cause_said(cause, compared.signal, _title(judged.subject, compared.target), since_on),
        "place": place,
    }


def _title(subject: Subject, target: int) -> str:
    names = subject.blocks.members[-1 - target] if target < 0 else (subject.name_of(target),)
    known = set(subject.plan.names)
    return " or ".join(subject.plan.title_of(name) if name in known else name for name in names)


def _midnight(day: date, timezone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def _shown(number: float | None) -> float | None:
    """Rounded to where the order of summation no longer shows, so that equal input gives equal bytes."""
    return None if number is None else round(float(number), 9)
