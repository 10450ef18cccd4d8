"""The example, explained: one stop for each idea, with the report's own pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.explore.html import framed
from pipelines.explore.shown import material
from pipelines.explore.singles import laid_out
from pipelines.language import mark, tr
from pipelines.report.canvas import Drawing
from pipelines.report.drop_off import drop_off
from pipelines.report.metro.map import metro_map
from pipelines.report.numbers import count, moment, share_with
from pipelines.report.promises import promises
from pipelines.report.sentences import headline, headline_told
from pipelines.report.svg import el
from pipelines.report.view import JourneyView

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk

_STOPS = {
    "designed": (
        mark("The journey as it was designed"),
        mark(
            "A map is a text file that a team writes: phases, touchpoints, which of them may be passed by, which are"
            " one of several, and what is promised where. From it the picture is drawn; no data are needed for that."
        ),
    ),
    "travelled": (
        mark("The journey as it was travelled"),
        mark(
            "Every run reads the exports of the company's systems, joins ids into people and events into journeys, and"
            " lays each journey over the map. A station is larger with more journeys, and stronger in colour the more"
            " of them leave there. Violet arcs skip, red ones come back, green dotted lines lead to what"
            " nobody designed."
        ),
    ),
    "counted": (
        mark("Who is still on the way is no loss"),
        mark(
            "Silence counts as leaving only when it has lasted longer than people ever take at that touchpoint. Until"
            " then a journey is in flight. So the youngest weeks do not look worse than they are."
        ),
    ),
    "ends": (
        mark("Where journeys end"),
        mark(
            "Of those who reached a touchpoint and can be followed, so many fall silent or say no there. The line is"
            " the 95% interval; ticks tell what half and twice the patience would say."
        ),
    ),
    "promises": (
        mark("What was promised, and what was kept"),
        mark(
            "A promise belongs to a touchpoint: what comes next, and within what time, by the clock or business hours."
        ),
    ),
    "costs": (
        mark("What the findings say"),
        mark(
            "A finding names what departs from the map, who owns it, and how sure it is. What goes together is said to"
            " be associated; what is the cause only a change can tell."
        ),
    ),
    "singles": (
        mark("Down to a single journey"),
        mark(
            "Above, what was planned; below, what this one person did. Names are pseudonyms: the key to them never"
            " leaves the workspace."
        ),
    ),
}


def welcome(desk: Desk) -> str:
    """What this is about."""
    view = _view(desk)
    told = tr(
        "{workspace}, as of {at}: {journeys} journeys on the map “{title}”.",
        workspace=desk.settings.name,
        at=moment(desk.as_of, desk.snapshot.zone),
        journeys=count(view.data.journeys_n),
        title=view.map.title,
    )
    return framed(
        el("p", tr("A tour"), class_="over"),
        el("h1", headline(view).text),
        el("p", told, class_="detail"),
        el("p", headline(view).detail),
        look="tour",
    )


def stop(desk: Desk, name: str) -> str:
    """One stop: a heading, what to see, and the picture.

    Args:
        desk: What is looked into.
        name: A key of the stops.

    Raises:
        KeyError: There is no such stop.
    """
    title, text = _STOPS[name]
    return framed(el("h2", tr(title)), el("p", tr(text)), *_SHOWN[name](desk, _view(desk)), look="tour")


def next_steps(desk: Desk) -> str:
    """Where to go from here."""
    links = (
        ("/explore/", tr("Ask the next question: any segment, period or touchpoint")),
        ("/workshop/", tr("Change the map and see what old traffic says of it")),
        ("/own_data/", tr("Look at your own exports")),
    )
    report = tr(
        "The whole report: {path}", path=str(desk.settings.reports_dir / desk.snapshot.run.run_id / "report.html")
    )
    return framed(
        el("h2", tr("From here")),
        el("ul", *(el("li", el("a", text, href=path)) for path, text in links)),
        el("p", report, class_="note"),
        look="tour",
    )


def _view(desk: Desk) -> JourneyView:
    """The map with the most journeys."""
    names = sorted(desk.plans, key=lambda name: -desk.snapshot.journeys[name].journeys_n)
    return desk.view(names[0])


def _figures(drawings: tuple[Drawing, ...]) -> tuple[Markup, ...]:
    return tuple(el("figure", drawing.svg, style=f"max-width: {drawing.width:.0f}px") for drawing in drawings)


def _designed(_: Desk, view: JourneyView) -> tuple[Markup, ...]:
    from pipelines.explore.workshop import nobody

    return _figures(metro_map(JourneyView(view.map, nobody()), "tour-designed"))


def _travelled(_: Desk, view: JourneyView) -> tuple[Markup, ...]:
    return _figures(metro_map(view, "tour-travelled"))


def _counted(desk: Desk, view: JourneyView) -> tuple[Markup, ...]:
    from pipelines.report.document import Table
    from pipelines.report.html import fragment

    table = Table(material(desk, view).tables["statuses"], is_open=True)
    return (Markup(fragment((table,), view.map.title)),)  # noqa: S704 - made of escaped blocks


def _ends(_: Desk, view: JourneyView) -> tuple[Markup, ...]:
    drawing = drop_off(view, "tour-ends")
    return _figures((drawing,)) if drawing else ()


def _promises(_: Desk, view: JourneyView) -> tuple[Markup, ...]:
    drawing = promises(view, "tour-promises")
    return _figures((drawing,)) if drawing else ()


def _costs(_: Desk, view: JourneyView) -> tuple[Markup, ...]:
    lines = (
        el(
            "li",
            el("b", headline_told(view, row)),
            Markup(" "),
            el("span", _sure(row.rate, row.rate_low, row.rate_high, row.owner)),
        )
        for row in view.data.findings[:5]
    )
    return (el("ol", *lines),)


def _sure(rate: float | None, low: float | None, high: float | None, owner: str | None) -> str:
    parts = [share_with(rate, low, high)] if rate is not None else []
    return " · ".join([*parts, *([owner] if owner else [])])


def _singles(_: Desk, view: JourneyView) -> tuple[Markup, ...]:
    found = [example for card in view.data.gap.cards for example in card.examples]
    longest = max(found, key=lambda laid: (laid.events_n, laid.journey_id), default=None)
    return laid_out(longest, view.zone) if longest else ()


_SHOWN: dict[str, Callable[[Desk, JourneyView], tuple[Markup, ...]]] = {
    "designed": _designed,
    "travelled": _travelled,
    "counted": _counted,
    "ends": _ends,
    "promises": _promises,
    "costs": _costs,
    "singles": _singles,
}
