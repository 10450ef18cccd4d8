"""The page: what stands where, put into the template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipelines.report import quality
from pipelines.report.canvas import Drawing
from pipelines.report.cards import cards_css
from pipelines.report.cost.section import CostSection, cost_section
from pipelines.report.data_page import data_tables, privacy_lines
from pipelines.report.drop_off import drop_off
from pipelines.report.gap.section import GapSection, gap_section
from pipelines.report.journey_tables import BESIDE, journey_tables
from pipelines.report.legend import legend
from pipelines.report.metro_map import left_out, metro_map
from pipelines.report.numbers import moment
from pipelines.report.promises import promises
from pipelines.report.rows import Snapshot
from pipelines.report.sentences import Card, Headline, Tile, cards, headline, tiles
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short
from pipelines.report.view import JourneyView

_METHODS = (
    "A journey is one person’s events towards one goal of the map, from its first touchpoint to the goal, an exit, "
    "confirmed silence, or the time of the snapshot.",
    "Silence counts as leaving only when it has lasted longer than the patience of the touchpoint: the time within "
    "which 99% of those who go on at all have gone on, learned from the data or set in the map. Until then a journey "
    "is in flight, and is never counted as lost. Who comes back later is counted as back.",
    "“Leave here” is the share of those who reached a touchpoint, and can be followed for its patience, that fell "
    "silent there or said no there. Half and double the patience are shown beside it: so much of it rests on that "
    "choice.",
    "Shares by a horizon are estimated with journeys still in flight counted as such (Aalen-Johansen, four ends that "
    "add up to one).",
    "Deviations come from an optimal alignment of each journey with the map: the cheapest way to explain what "
    "happened. A rate is the journeys with a deviation, of the journeys that reached the place where it could happen, "
    "never of all.",
    "Intervals are 95% (Wilson), widened where one person has several journeys. Where there is too little to tell, "
    "the report says so and shows no number.",
    "“Associated with” is meant literally: two things were seen together. No effect is claimed; that takes a "
    "comparison made on purpose.",
    "The lines on the map count journeys that went from one station to the other with none between. What fewer than "
    "one journey in two hundred did is left off the drawing and stands in the table; so does what is beyond the eight "
    "most travelled skips and the six most travelled ways back of a strip.",
)


_METRO_NOTE = (
    "Point at a station, a line or a stop for its numbers. Lines and loops count journeys that went from one station to"
    " the other, or came again, with no other station between. The lanes and cards count deviations by alignment with"
    " the map, also where something came between, so the two may differ a little. Stops on the dotted lines count how"
    " often it came while journeys stood at the station above."
)


@dataclass(frozen=True)
class MapSection:
    """Everything that the page shows of one map."""

    stem: str
    title: str
    about: str
    headline: Headline
    tiles: tuple[Tile, ...]
    data_line: str
    warnings: tuple[str, ...]
    legend: Markup
    metro: tuple[Drawing, ...]
    metro_note: str
    cards: tuple[Card, ...]
    no_cards: str
    drop_off: Drawing | None
    promises: Drawing | None
    is_empty: bool
    tables: dict[str, DataTable]
    gap: GapSection
    cost: CostSection


@dataclass(frozen=True)
class Page:
    """Everything that the page shows."""

    title: str
    workspace: str
    run_id: str
    as_of: str
    snapshot_line: str
    maps: tuple[MapSection, ...]
    rows_line: str
    sources: DataTable
    reasons: DataTable
    data: tuple[DataTable, ...]
    privacy_lines: tuple[str, ...]
    methods: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def tables(self) -> tuple[DataTable, ...]:
        """Every table of the page."""
        parts = ((section.tables, section.gap.tables, section.cost.tables) for section in self.maps)
        of_maps = (table for part in parts for tables in part for table in tables.values())
        return (*of_maps, self.sources, self.reasons, *self.data)


def make_page(workspace: str, snapshot: Snapshot, views: tuple[JourneyView, ...]) -> Page:
    """Puts a page together."""
    run = snapshot.run
    sections = tuple(_section(view, stem) for view, stem in zip(views, _stems(views), strict=True))
    return Page(
        title=f"{short(workspace, 60)}: {sections[0].headline.text if sections else 'no map yet'}",
        workspace=workspace,
        run_id=run.run_id,
        as_of=moment(run.as_of, snapshot.zone),
        snapshot_line=quality.snapshot_line(snapshot),
        maps=sections,
        rows_line=quality.rows_line(snapshot),
        sources=quality.source_table(snapshot),
        reasons=quality.reason_table(snapshot),
        data=data_tables(snapshot, views),
        privacy_lines=privacy_lines(snapshot.evidence),
        methods=_METHODS,
        facts=_facts(snapshot, views),
    )


def _stems(views: tuple[JourneyView, ...]) -> tuple[str, ...]:
    """A name for each map that files and anchors can bear; numbered where two would be the same."""
    stems: list[str] = []
    for view in views:
        stem = re.sub(r"[^a-z0-9]+", "_", view.map.journey.lower()).strip("_")[:40] or "map"
        stems.append(f"{stem}_{len(stems) + 1}" if stem in {*stems, "data", "sources", "reasons"} else stem)
    return tuple(stems)


def _section(view: JourneyView, stem: str) -> MapSection:
    tables = journey_tables(view, stem)
    metro = metro_map(view, f"{stem}-metro")
    return MapSection(
        stem=stem,
        title=view.map.title,
        about=_about(view),
        headline=headline(view),
        tiles=tiles(view, {name: table.name for name, table in tables.items()}),
        data_line=quality.journey_line(view),
        warnings=quality.warnings(view),
        legend=legend(metro),
        metro=metro,
        metro_note=_metro_note(view),
        cards=cards(view),
        no_cards="Nothing stands out in this run."
        if view.data.journeys_n
        else "Without journeys there is nothing to find.",
        drop_off=drop_off(view, f"{stem}-drop-off"),
        promises=promises(view, f"{stem}-promises"),
        is_empty=not view.data.journeys_n,
        tables=tables,
        gap=gap_section(view, stem),
        cost=cost_section(view, stem),
    )


def _about(view: JourneyView) -> str:
    owner = view.map.owner.business or view.map.owner.operations
    parts = [f"{short(view.map.title, 120)}, map version {view.map.version}"]
    parts += [f"owner {short(owner, 60)}"] if owner else []
    parts += [f"for {short(view.map.persona, 80)}"] if view.map.persona else []
    parts += [f"goal of the customer: {short(view.map.customer_goal, 120)}"] if view.map.customer_goal else []
    return " · ".join(parts)


def _metro_note(view: JourneyView) -> str:
    if view.data.journeys_n:
        return _METRO_NOTE + _not_drawn(view)
    return "The design, with nobody on it yet."


def _not_drawn(view: JourneyView) -> str:
    names = left_out(view)
    if not names:
        return ""
    told = ", ".join(f"“{short(view.title(name), 60)}”" for name in names[:5])
    rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f" Not every line beside the flow is drawn: for {told}{rest} see the table “{BESIDE}” below."


def _facts(snapshot: Snapshot, views: tuple[JourneyView, ...]) -> tuple[tuple[str, str], ...]:
    run = snapshot.run
    zone = snapshot.zone
    facts = [("Run", run.run_id), ("Started", moment(run.started_at, zone)), ("As of", moment(run.as_of, zone))]
    facts += [(view.map.title, f"version {view.map.version}, content {view.map.content_hash[:12]}") for view in views]
    facts += sorted((name, version) for name, version in run.versions.items())
    return tuple(facts)


def render(page: Page) -> str:
    """The page as HTML; every text is escaped, and cleaned of marks that turn or hide others."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_finalize, trim_blocks=False)
    environment.filters["short"] = short
    folder = files("pipelines.report") / "templates"
    template = environment.from_string((folder / "report.html").read_text(encoding="utf-8"))
    styles = (folder / "report.css").read_text(encoding="utf-8") + cards_css()
    css = Markup(styles)  # noqa: S704  # our own files, no value of anybody in them
    return template.render(page=page, css=css) + "\n"


def _finalize(value: object) -> object:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
