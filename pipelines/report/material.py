"""What the sections of one map are made from: its view, its tables by their short names, and the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipelines.report.canvas import Drawing
from pipelines.report.cost.tables import cost_tables
from pipelines.report.document import Chart, Figure, Table
from pipelines.report.gap.tables import gap_tables
from pipelines.report.journey_tables import journey_tables
from pipelines.report.process.tables import process_tables
from pipelines.report.rows import Snapshot
from pipelines.report.tables import DataTable
from pipelines.report.travel.tables import travel_tables
from pipelines.report.view import JourneyView


@dataclass(frozen=True)
class Material:
    """One map's material. `stem` begins the names of its tables, pictures and anchors."""

    view: JourneyView
    stem: str
    snapshot: Snapshot

    @cached_property
    def tables(self) -> dict[str, DataTable]:
        """Short name to table: `tables["drop_off"]`."""
        return {
            **journey_tables(self.view, self.stem),
            **gap_tables(self.view, self.stem),
            **cost_tables(self.view, self.stem),
            **process_tables(self.view, self.stem),
            **travel_tables(self.view, self.stem),
        }

    def table(self, name: str, *, is_open: bool = False) -> Table:
        """A table as a block."""
        return Table(self.tables[name], is_open)

    def name(self, short_name: str) -> str:
        """The name of a picture on the page."""
        return f"{self.stem}-{short_name}"

    def figure(
        self,
        short_name: str,
        title: str,
        drawing: Drawing | None,
        table: str,
        *,
        note: str = "",
        chart: Chart | None = None,
    ) -> tuple[Figure, ...]:
        """A picture as a block, or nothing where there is nothing to draw. `table` is the short name of its numbers."""
        if drawing is None:
            return ()
        return (Figure(self.name(short_name), title, (drawing,), self.tables[table].name, note, chart),)
