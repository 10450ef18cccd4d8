"""Single journeys of a part: which there are, and one of them on its map."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl
from markupsafe import Markup

from models.rules import quoted
from pipelines.explore.html import framed
from pipelines.language import tr, trn
from pipelines.privacy.withheld import Withheld
from pipelines.report.cards.lines import two_lines
from pipelines.report.numbers import count, duration, moment
from pipelines.report.svg import el
from pipelines.report.text import short
from pipelines.report.vocabulary import kind_title, word

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk
    from pipelines.explore.focus import Focus
    from pipelines.explore.part import Part
    from pipelines.journeys.laid import LaidJourney

MOST_LISTED = 1_000
_OWN = """
SELECT j.journey_id, j.status, j.entered_at, j.last_at, j.touchpoint, j.events_n FROM journeys j
WHERE j.rule = 'default' AND j.assignment = 'this' AND j.journey = {journey} AND j.map_version = {version}
    AND ({where}) AND ({departed})
ORDER BY j.entered_at DESC, j.journey_id LIMIT {most}
"""
_DEPARTED = """
j.journey_id IN (SELECT journey_id FROM deviations
WHERE journey = {journey} AND kind = {kind} AND coalesce(touchpoint, block, '') = {place})
"""
Departure = tuple[str, str]
"""A kind of deviation, and what it is charged to; both "": any journey."""


def departure_choices(part: Part) -> dict[str, Departure]:
    """Departures of a part, commonest first, by a label for people; those of few journeys are left out."""
    found: dict[str, Departure] = {tr("any journey"): ("", "")}
    if part.view is None:
        return found
    for row in part.view.data.rates:
        if not isinstance(row.journeys_n, Withheld):
            where = short(part.view.place_label(row.touchpoint, row.block), 70)
            label = tr("{what}: {where} ({n})", what=kind_title(row.kind), where=where, n=count(row.journeys_n))
            found[label] = (row.kind, row.touchpoint or row.block or "")
    return found


def journeys(desk: Desk, focus: Focus, departure: Departure = ("", "")) -> pl.DataFrame:
    """Journeys of a part, the youngest first, at most `MOST_LISTED`.

    Args:
        desk: What is looked into.
        focus: The part.
        departure: Only those that departed so.
    """
    from pipelines.warehouse import reader

    plan, zone = desk.plans[focus.journey], desk.snapshot.zone
    kind, place = departure
    asked = {"journey": quoted(plan.journey), "kind": quoted(kind), "place": quoted(place)}
    query = _OWN.format(
        journey=quoted(plan.journey),
        version=plan.version,
        where=focus.where(zone),
        departed=_DEPARTED.format(**asked) if kind else "true",
        most=MOST_LISTED,
    )
    with reader(desk.settings) as connection:
        rows = connection.execute(query).fetchall()
    return _frame(desk, focus, rows)


def _frame(desk: Desk, focus: Focus, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    view, zone = desk.view(focus.journey), desk.snapshot.zone
    names = (tr("Journey"), tr("State"), tr("Began"), tr("Stands at"), tr("Events"), tr("Days"))
    told = [
        (
            name,
            word(str(status)),
            entered_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),  # type: ignore[attr-defined]  # a column of times
            view.label(str(at)) if at else "",
            events_n,
            round((last_at - entered_at).total_seconds() / 86_400, 1),  # type: ignore[operator]  # the same
        )
        for name, status, entered_at, last_at, at, events_n in rows
    ]
    types = (pl.String, pl.String, pl.String, pl.String, pl.Int64, pl.Float64)
    return pl.DataFrame(told, schema=dict(zip(names, types, strict=True)), orient="row")


def chosen(picked: pl.DataFrame | None) -> str:
    """The journey whose row was picked; "": none was."""
    return "" if picked is None or picked.is_empty() else str(picked.row(0)[0])


def card(desk: Desk, journey_id: str) -> str:
    """One journey on its map: the planned line, below it what it did, and every event.

    Args:
        desk: What is looked into.
        journey_id: Its pseudonym; "": none.
    """
    from pipelines.journeys.reading import read_journeys
    from pipelines.warehouse import reader

    if not journey_id:
        return framed(el("p", tr("Choose a journey above to see it on its map."), class_="note"))
    titles = {plan.journey: plan.title for plan in desk.maps}
    with reader(desk.settings) as connection:
        found = read_journeys(connection, [journey_id], titles)
    if journey_id not in found:
        return framed(el("p", tr("There is no such journey."), class_="note"))
    return _card(found[journey_id], desk.snapshot.zone)


def _card(laid: LaidJourney, zone: ZoneInfo) -> str:
    return framed(*laid_out(laid, zone), look="journeys")


def laid_out(laid: LaidJourney, zone: ZoneInfo) -> tuple[Markup, ...]:
    """One journey: its heading, its picture and its events."""
    span = duration((laid.last_at - laid.entered_at).total_seconds())
    events = trn("{n} event", "{n} events", laid.events_n, n=count(laid.events_n))
    told = tr("{status}, {events} in {span}", status=word(laid.status), events=events, span=span)
    drawing = two_lines(laid, "single")
    style = f"max-width: {drawing.width:.0f}px; --least: {drawing.width * 0.8:.0f}px"
    return (
        el("h3", el("code", laid.journey_id), Markup(" "), told),
        el("figure", drawing.svg, style=style),
        _events(laid, zone),
    )


def _events(laid: LaidJourney, zone: ZoneInfo) -> Markup:
    """Every column of the journey as a row: what was designed, what came, when, how long after, and what is wrong."""
    names = (tr("Designed"), tr("Happened"), tr("When"), tr("After"), tr("Channel"), tr("Departs"))
    rows = (
        (
            laid.title_of(column.planned) if column.planned else "–",
            laid.title_of(column.actual) if column.actual else "–",
            moment(column.occurred_at, zone) if column.occurred_at else "",
            duration(column.wait_s) if column.wait_s is not None else "",
            column.channel or "",
            ", ".join(kind_title(each.kind) for each in column.departures),
        )
        for column in laid.columns
    )
    head = el("tr", *(el("th", name, scope="col") for name in names))
    body = (el("tr", *(el("td", text) for text in row)) for row in rows)
    return el("table", el("thead", head), el("tbody", *body))
