"""One run: the list of steps, the same whether they are called directly or as tasks of the Prefect flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import duckdb

from pipelines import engine, steps, warehouse
from pipelines.settings import Settings
from pipelines.terminal import Tell, quiet
from schemas.errors import SourceError, TerrengError, ToleranceError

if TYPE_CHECKING:
    from pipelines.identity import IdentityReport
    from pipelines.ingest import SourceReport
    from schemas.journey_map import JourneyMap

T = TypeVar("T")
RECORDED = ("terreng", "duckdb", "polars", "numba", "pm4py")


class Call(Protocol):
    """How a step is called: directly, or as a task. `is_outside`: it reads what others deliver; a task retries it."""

    def __call__(self, title: str, work: Callable[[], T], *, is_outside: bool = False) -> T:
        """Do the work under this title, and return its result."""


@dataclass(frozen=True)
class RunSummary:
    """What a run leaves behind: where to look, and how much there was."""

    run_id: str
    as_of: datetime
    report: Path
    counts: Mapping[str, int]
    journeys: Mapping[str, int]
    sources: tuple[SourceReport, ...]
    people: Mapping[str, int]
    as_of_note: str = ""


def directly(tell: Tell = quiet) -> Call:
    """Call steps as plain functions, naming each one to `tell`."""

    def call(title: str, work: Callable[[], T], *, is_outside: bool = False) -> T:
        del is_outside  # whoever sits before a terminal sees the error and tries again
        tell(title)
        return work()

    return call


def run(settings: Settings, as_of: datetime | None = None, call: Call | None = None) -> RunSummary:
    """Ingest, persons, reconstruct, compare, publish, report, under the workspace's lock.

    Whatever fails before publishing leaves the last published result as it was. A source that cannot be read stops
    alone; why, `pipelines.ingest.states` says.
    """
    call = call or directly()
    maps = steps.load_maps(settings)
    with recorded(settings, maps) as attempt:
        sources = read_sources(settings, call)
        people = _joined(call("Join ids into persons", partial(steps.resolve_persons, settings)))
        moment, note = (as_of, "") if as_of else steps.snapshot_time(settings, datetime.now(UTC))
        journeys = call("Join events into journeys", partial(steps.reconstruct, settings, maps, moment))
        counts = call("Lay journeys over the maps", partial(steps.compare, settings, maps, moment))
        attempt.succeed(moment, counts | people | _summed(sources))
        call("Publish the tables", partial(steps.publish, settings, attempt.run_id))
        path = call("Write the report", partial(steps.report, settings, attempt.run_id))
    return RunSummary(attempt.run_id, moment, path, counts, journeys, sources, people, note)


def compare_again(settings: Settings, as_of: datetime | None, call: Call) -> dict[str, int]:
    """Compare the journeys that were last reconstructed, and publish: a run of its own."""
    maps = steps.load_maps(settings)
    with recorded(settings, maps) as attempt:
        moment = as_of or steps.snapshot_time(settings, datetime.now(UTC))[0]
        counts = call("Lay journeys over the maps", partial(steps.compare, settings, maps, moment))
        attempt.succeed(moment, counts)
        call("Publish the tables", partial(steps.publish, settings, attempt.run_id))
    return counts


def read_sources(settings: Settings, call: Call) -> tuple[SourceReport, ...]:
    """Read every source, each as a step of its own. One that cannot be read stops alone.

    Raises:
        SourceError: Not a single source could be read.
    """
    now, errors = datetime.now(UTC), []
    reports: list[SourceReport] = []
    for source in settings.sources:
        try:
            report = call(f"Read {source.name}", partial(steps.ingest, settings, source, now), is_outside=True)
        except SourceError as error:
            errors.append(error)
            report = steps.stop(settings, source, error, now)
        reports.append(report)
    if errors and len(errors) == len(reports):
        if len(errors) == 1:
            raise errors[0]
        raise SourceError("\n".join(["no source could be read", *(f"- {error}" for error in errors)]))
    return tuple(reports)


def refuse_unread(sources: tuple[SourceReport, ...]) -> None:
    """End a finished run with exit code 4 where a source stopped, or 7 where more rows were refused than tolerated.

    Raises:
        SourceError: One stopped.
        ToleranceError: None stopped, and one had.
    """
    if stopped := [source for source in sources if source.problem]:
        told = "; ".join(f"{each.source} stopped: {each.problem}" for each in stopped)
        went_on = "; the others were read, and the result is published without anything new from it"
        raise SourceError(f"{told}{went_on if len(sources) > len(stopped) else ''}")
    over = [source for source in sources if source.is_over_tolerance]
    if over:
        told = "; ".join(f"{each.source}: {each.rejected_n} of {each.rows_n} rows {_reasons(each)}" for each in over)
        raise ToleranceError(
            got=f"finished, with rows refused beyond the tolerance ({told})",
            hint="the table rejected_rows has each row's file, line and reason; "
            "mend the rows (`terreng ingest --rejected DIR` writes them), the export or its mapping, "
            "or raise `tolerance` of the source",
        )


@dataclass
class Attempt:
    """The row of `runs` that is being written."""

    settings: Settings
    run_id: str

    def succeed(self, as_of: datetime, counts: Mapping[str, int]) -> None:
        """Note the end and the counts; called before publishing, so that the snapshot knows its own run."""
        with warehouse.writer(self.settings) as connection:
            warehouse.end_run(
                connection, self.settings, self.run_id, datetime.now(UTC), as_of=as_of, counts=dict(counts)
            )

    def fail(self) -> None:
        """Note that it failed. If even that cannot be written, the next run finds this one unfinished and says so."""
        with suppress(TerrengError, duckdb.Error), warehouse.writer(self.settings) as connection:
            warehouse.end_run(connection, self.settings, self.run_id, datetime.now(UTC), status="failed")


@contextmanager
def recorded(settings: Settings, maps: tuple[JourneyMap, ...]) -> Iterator[Attempt]:
    """Hold the workspace, and keep the table `runs`: begun now, failed if the body raises."""
    with warehouse.writer(settings) as connection:
        run_id = warehouse.begin_run(
            connection,
            settings,
            datetime.now(UTC),
            versions={name: version(name) for name in RECORDED},
            map_hashes={f"{each.journey} {each.version}": each.content_hash for each in maps},
        )
        attempt = Attempt(settings, run_id)
        try:
            yield attempt
        except BaseException:
            attempt.fail()
            raise
        finally:
            engine.close()


def _summed(sources: tuple[SourceReport, ...]) -> dict[str, int]:
    names = ("rows_n", "accepted_n", "duplicate_n", "dropped_n", "rejected_n")
    summed = {name: sum(int(getattr(source, name)) for source in sources) for name in names}
    return summed | {"stopped_sources_n": sum(bool(source.problem) for source in sources)}


def _joined(people: IdentityReport) -> dict[str, int]:
    """What joining ids came to under the default rule; a guard that refused a link is in the log of every run."""
    return {
        "persons_n": people.persons_n["default"],
        "ids_n": people.ids_n,
        "links_n": people.links_n,
        "links_not_taken_n": people.blocked_n,
        "parting_links_n": people.refused_n,
        "lent_events_n": people.lent_n,
    }


def _reasons(source: SourceReport) -> str:
    return "(" + ", ".join(f"{reason} {n}" for reason, n in sorted(source.reasons.items())) + ")"
