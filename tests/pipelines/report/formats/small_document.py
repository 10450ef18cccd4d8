"""A report of one map, two findings, one picture and a few rows, written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.document import (
    Cards,
    Chapter,
    Chart,
    Document,
    Facts,
    Figure,
    Heading,
    Lead,
    Modes,
    Note,
    Points,
    Section,
    Series,
    Single,
    Singles,
    Table,
    Tiles,
    Warn,
)
from pipelines.report.sentences import Card, Headline, Tile
from pipelines.report.svg import el, picture
from pipelines.report.tables import DataTable, Record, Shown

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)


def small_document(text: str = "") -> Document:
    """The report; the text, if one is given, stands in every place that a customer or a map can fill."""
    one = Chapter(
        "buy", text or "Buy a house", (_summary(text), _metro(text), _start(text), _ends(text), _singles(text))
    )
    methods = Section("methods", "Methods", (Points((text or "Shares are of journeys.",)), Facts((("Run", "r1"),))))
    data = Chapter("data", "Data and methods", (methods, Section("rows", "Rows", (Table(_table("rows", text), True),))))
    return Document(text or "Four in ten end early", text or "Nordlys", "r1", "2026-06-30 UTC", text, (one,), data)


def drawing(text: str, name: str, high: float = 120) -> Drawing:
    """A panel with a number on it, and room below."""
    canvas = Canvas()
    canvas.add("back", el("rect", x=0, y=0, width=640, height=100, class_="panel"))
    canvas.text(20, 40, text or "1,234 journeys", look="t halo")
    return Drawing(picture(canvas.parts(), (640, high), name, text or "A bar", f"It tells {name}"), 640, high, ())


def _summary(text: str) -> Section:
    lead = Lead(Headline(text or "Four in ten journeys end early", text or "Of 1,234, 41% (38–44%)."), text or "About")
    tiles = Tiles((Tile(text or "1,234", text or "journeys", text or "of 1,200 people", "buy_waits"),))
    return Section("summary", text or "Buy a house", (lead, tiles, Note(text or "Rows add up."), Warn(text or "Late.")))


def _metro(text: str) -> Section:
    modes = tuple(
        Figure(f"buy-map-{i}", text or f"The map {i}", (drawing(text, f"map {i}", 700),), "buy_flows") for i in (1, 2)
    )
    return Section("metro", "The map", (Modes("buy-modes", "See", modes), Table(_table("buy_flows", text))))


def _start(text: str) -> Section:
    cards = (
        Card(text or "1 Visit · Failed", text or "Sales", "new", text or "Visits fail in 120 journeys",
             text or "120 journeys; 22% (21–23%)", text or "Associated with: 4 points", text or "Look at ten.", False,
             numbers=_numbers(text), chart=_elsewhere(text)),
        Card(text or "2 Order · Could not be seen", text or "IT", "new", text or "Orders could not be seen",
             text or "9 journeys", "", text or "Mend it.", True),
    )  # fmt: skip
    return Section("start", "Where to start", (Cards(cards, "None"), Table(_table("buy_findings", text))))


def _numbers(text: str) -> tuple[Tile, ...]:
    return Tile("120", "journeys", "", "buy_findings"), Tile("22%", text or "of them", "21–23%", "buy_findings")


def _elsewhere(text: str) -> Chart:
    series = Series(text or "Failed", (0.22, 0.1), (0.21, 0.08), (0.23, 0.1))
    return Chart("bar", (text or "1 Visit", "2 Order"), (series,), highlight=text or "1 Visit")


def _ends(text: str) -> Section:
    series = (Series(text or "Fall silent", (0.25, None, 0.031), (0.22, None, 0.02), (0.28, None, 0.05)),)
    chart = Chart("bar", (text or "1 Visit", "2 Order", "3 Move in"), series)
    figure = Figure("buy-ends", text or "Where they end", (drawing(text, "ends"),), "buy_waits", text or "How.", chart)
    return Section(
        "drop-off", text or "Where they end", (Heading("Ends"), figure, Table(_table("buy_waits", text), True))
    )


def _singles(text: str) -> Section:
    card = Single(
        "c", text or "Late: Order", text or "9 journeys", (drawing(text, "one"),), (("p1", text or "lost"),), ""
    )
    return Section("singles", "Singles", (Singles("buy-singles", "Single journeys", text or "How", (card,) * 3),))


def _table(name: str, text: str) -> DataTable:
    records: tuple[Record, ...] = tuple(
        {"place": text or f"place {i}", "n": 1000 + i, "share": i / 40} for i in range(20)
    )
    shown = (
        Shown("Place", lambda record: str(record["place"])),
        Shown("Journeys", lambda record: f"{record['n']:,}", is_number=True),
        Shown("Share", lambda record: f"{100 * float(str(record['share'])):.1f}%", is_number=True),
    )
    return DataTable(name, text or f"Table {name}", records, shown, note=text)
