"""A run's report before any format: its document, and the rows that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.report.document import Document
from pipelines.report.page import make_document
from pipelines.report.rows import Snapshot
from pipelines.report.snapshot import in_force, read_snapshot
from pipelines.report.view import JourneyView
from pipelines.settings import Settings
from schemas.errors import WarehouseError
from schemas.journey_map import JourneyMap, load_maps


@dataclass(frozen=True)
class Made:
    """A report: what it says, the snapshot it says it of, and each map with its rows, in the document's order."""

    document: Document
    snapshot: Snapshot
    views: tuple[JourneyView, ...]

    @property
    def as_of(self) -> datetime:
        """The moment at which everything was judged: the date of every file made of the report."""
        return self.snapshot.run.as_of or self.snapshot.run.started_at


def made_report(settings: Settings, run_id: str = "") -> Made:
    """Makes a run's report from the published snapshot and the maps, in the language that is spoken.

    Args:
        settings: The workspace's.
        run_id: The run; "" is the one that was published last.

    Raises:
        WarehouseError: nothing is published, or not by this run.
        MapError: a map cannot be read.
    """
    maps = load_maps(settings.root / "maps")
    snapshot = read_snapshot(settings, run_id or _published_run(settings), maps)
    views = _views(maps, snapshot)
    return Made(make_document(settings.name, snapshot, views), snapshot, views)


def _published_run(settings: Settings) -> str:
    from pipelines.warehouse import last_run, reader

    with reader(settings) as connection:
        last = last_run(connection)
    if last is None:
        raise WarehouseError(got="a published snapshot of no run", wanted="one of a run", hint="run `terreng run`")
    return last.run_id


def _views(maps: tuple[JourneyMap, ...], snapshot: Snapshot) -> tuple[JourneyView, ...]:
    """One view per journey, drawn by the version in force at the snapshot time."""
    chosen = in_force(maps, snapshot.run.as_of)
    return tuple(JourneyView(plan, snapshot.journeys[plan.journey], snapshot.zone) for plan in chosen)
