"""The numbers of the pictures, for charts that can be edited in slides and workbooks: drawn from the same rows."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.cost.forest import drawn, friction_name
from pipelines.report.cost.patience import curves
from pipelines.report.cost.rows import Record, told
from pipelines.report.document import Chart, Look, Series
from pipelines.report.numbers import day, duration
from pipelines.report.view import JourneyView


def _number(value: object) -> float | None:
    """A value that may be shown; None for what is withheld or missing."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, Withheld) else None


def drop_off_chart(view: JourneyView) -> Chart | None:
    """Share that falls silent and share that says no, by touchpoint in designed order."""
    rows = [(name, view.outcomes[name]) for name in view.flow_names if name in view.outcomes]
    if not rows:
        return None
    silent = tuple(None if row.leave is None else row.hazard for _, row in rows)
    no = tuple(None if row.leave is None else row.exit_hazard for _, row in rows)
    names = tuple(view.label(name) for name, _ in rows)
    return Chart(
        "stacked", names, (Series(tr("Fall silent"), silent, look="lost"), Series(tr("Say no"), no, look="said_no"))
    )


def promises_chart(view: JourneyView) -> Chart | None:
    """Share of promises kept, with its interval."""
    rows = [row for row in view.promises if row.kept_share is not None]
    if not rows:
        return None
    names = tuple(f"{view.label(row.from_touchpoint)} → {view.label(row.to_touchpoint)}" for row in rows)
    low, high = tuple(row.kept_low for row in rows), tuple(row.kept_high for row in rows)
    return Chart("bar", names, (Series(tr("Promises kept"), tuple(row.kept_share for row in rows), low, high),))


def frictions_chart(view: JourneyView) -> Chart | None:
    """Customers lost a month, costliest first, with the interval."""
    rows = drawn(view)
    if not rows:
        return None
    values, low, high = (tuple(_number(row[name]) for row in rows) for name in ("lost_shrunk", "lost_low", "lost_high"))
    names = tuple(friction_name(view, row) for row in rows)
    return Chart("bar", names, (Series(tr("Customers lost a month"), values, low, high),), "count")


def cohorts_chart(view: JourneyView) -> Chart | None:
    """Converted by week of entry: what was followed to the end, and what younger weeks may come to."""
    rows = [r for r in view.data.cost.rows("cohorts") if r["segment"] is None and told(r, "converted_share")]
    if not rows:
        return None
    whole = tuple(_number(row["converted_share"]) if row["is_mature"] else None for row in rows)
    young = tuple(None if row["is_mature"] else _number(row["projected_share"]) for row in rows)
    weeks = tuple(day(row["week_at"], view.zone) for row in rows)
    names = (tr("Followed for the whole horizon"), tr("If it goes on as older weeks did"))
    return Chart("line", weeks, (Series(names[0], whole), Series(names[1], young)))


def patience_chart(view: JourneyView) -> Chart | None:
    """Share of those who still wait that leaves in a day, by how long they have waited; a line for each wait."""
    shown = curves(view)
    spans = tuple(sorted({float(row["until_s"]) for _, rows in shown for row in rows}))
    if not spans:
        return None
    series = tuple(_curve(view, pair, rows, spans) for pair, rows in shown)
    return Chart("line", tuple(duration(span) for span in spans), series)


def _curve(view: JourneyView, pair: tuple[str, str], rows: list[Record], spans: tuple[float, ...]) -> Series:
    values = {float(row["until_s"]): _number(row["hazard"]) for row in rows}
    return Series(f"{view.label(pair[0])} → {view.label(pair[1])}", tuple(values.get(span) for span in spans))


def ledger_chart(view: JourneyView) -> Chart | None:
    """Journeys that did not reach the goal, by touchpoint and how they ended."""
    rows = [
        row
        for row in view.data.gap.ledger
        if row.measure == "completion" and row.segment is None and row.line in {"abandoned", "exited", "in_flight"}
    ]
    places = tuple(name for name in view.flow_names if any(row.at_touchpoint == name for row in rows))
    if not places:
        return None
    words: dict[str, tuple[str, Look]] = {
        "abandoned": (tr("Fell silent"), "lost"),
        "exited": (tr("Said no"), "said_no"),
        "in_flight": (tr("Still on the way"), "active"),
    }
    series = []
    for line, (name, look) in words.items():
        lost = [[_number(r.amount) for r in rows if (r.line, r.at_touchpoint) == (line, place)] for place in places]
        series.append(Series(name, tuple(sum(abs(amount or 0.0) for amount in amounts) for amounts in lost), look=look))
    return Chart("stacked", tuple(view.label(name) for name in places), tuple(series), "count")


def states_chart(view: JourneyView) -> Chart | None:
    """Journeys by touchpoint: done, skipped, left before it, still on the way to it."""
    found = {row.touchpoint: row for row in view.data.gap.states if row.segment is None}
    rows = [(name, found[name]) for name in view.flow_names if name in found]
    if not rows:
        return None
    words: dict[str, tuple[str, Look]] = {
        "done_n": (tr("Done"), "done"),
        "skipped_n": (tr("passed it by"), "skipped"),  # also as designed: skips alone would be too many
        "left_n": (tr("Left before it"), "lost"),
        "on_the_way_n": (tr("Still on the way"), "active"),
    }
    series = tuple(
        Series(name, tuple(_number(getattr(row, column)) for _, row in rows), look=look)
        for column, (name, look) in words.items()
    )
    return Chart("stacked", tuple(view.label(name) for name, _ in rows), series, "count")


def quadrants_chart(view: JourneyView) -> Chart | None:
    """Journeys by how people behaved and what they said."""
    rows = [row for row in view.data.cost.rows("experience_quadrants") if row["touchpoint"] is None]
    cells = {(str(row["behaviour"]), str(row["survey"])): _number(row["journeys_n"]) for row in rows}
    if not cells:
        return None
    surveys = {"bad": tr("Survey bad"), "good": tr("Survey fine"), "silent": tr("Said nothing")}
    behaviours: dict[str, tuple[str, Look]] = {
        "good": (tr("Behaviour good"), "done"),
        "bad": (tr("Behaviour bad"), "lost"),
    }
    series = tuple(
        Series(name, tuple(cells.get((behaviour, survey)) for survey in surveys), look=look)
        for behaviour, (name, look) in behaviours.items()
    )
    return Chart("stacked", tuple(surveys.values()), series, "count")
