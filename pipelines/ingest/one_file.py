"""One file into the warehouse: all of it in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from pipelines.ingest import loading, staging
from pipelines.ingest.checking import check_contract
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.intake import Intake
from pipelines.ingest.landings import encodings, landed, read_into
from pipelines.ingest.mappings import mapping_of
from pipelines.ingest.readers.landing import Landing
from pipelines.ingest.readers.xes import XES_COLUMNS
from pipelines.ingest.text import UndecodableError
from pipelines.warehouse import transaction
from schemas.errors import SourceError


@dataclass(frozen=True)
class FileReport:
    """What became of the rows of one file.

    Attributes:
        rows_n: Rows that arrived: accepted_n + duplicate_n + dropped_n + rejected_n.
        dropped: Dropped rows per reason of a drop rule.
        reasons: Refused rows per reason code.
        notes: What was recognised, and what a person should know.
    """

    rows_n: int = 0
    accepted_n: int = 0
    duplicate_n: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def dropped_n(self) -> int:
        """Dropped rows."""
        return sum(self.dropped.values())

    @property
    def rejected_n(self) -> int:
        """Refused rows."""
        return sum(self.reasons.values())

    @property
    def parts_n(self) -> int:
        """The sum that must be rows_n."""
        return self.accepted_n + self.duplicate_n + self.dropped_n + self.rejected_n


def load_file(intake: Intake, delivery: Delivery, file_id: str) -> FileReport:
    """Take in one file that is not known yet.

    Raises:
        SourceError: The file cannot be read whole; nothing of it is kept.
    """
    tries = encodings(delivery, intake.source)
    for place, encoding in enumerate(tries):
        try:
            with transaction(intake.con, intake.settings.warehouse):
                return load_as(intake, delivery, file_id, encoding)
        except UndecodableError as error:
            if error.is_mixed or place + 1 == len(tries):
                raise undecodable(delivery, error) from error
    raise AssertionError("there is always one encoding to try")


def undecodable(delivery: Delivery, error: UndecodableError) -> SourceError:
    """What to say about a text in no encoding that fits."""
    got = f"byte {error.offset} of the text is not {error.encoding}"
    hint = "set encoding under [sources.read], or deliver the file again"
    return SourceError(got, f"text in {error.encoding}", hint, delivery.shown)


def load_as(intake: Intake, delivery: Delivery, file_id: str, encoding: str | None) -> FileReport:
    """Take in one file in one encoding (None: it is no plain text), inside a transaction of the caller.

    Raises:
        SourceError: The file cannot be read whole.
        UndecodableError: It is text in another encoding.
    """
    con = intake.con
    target = loading.FileTarget(intake.source.name, file_id, intake.now)
    with landed(con, intake.source, delivery, encoding) as landing:
        if landing.text:
            plan = staging.plan_of(intake, intake.source.columns or XES_COLUMNS, landing)
            _stage(con, plan, landing)
            report = _load(con, plan, landing, target)
        else:
            report = _without_rows(con, landing, target)
    _refuse_unbalanced(report, delivery)
    _add_file(con, delivery, target, report)
    values = [target.source, file_id, mapping_of(intake.settings, intake.source)]
    con.execute("INSERT INTO file_mappings (source, file_id, mapping) VALUES (?, ?, ?)", values)
    loading.clear(con)
    return report


def _stage(con: duckdb.DuckDBPyConnection, plan: staging.Plan, landing: Landing) -> None:
    query = staging.links_sql(plan, landing) if plan.columns.is_link_table else staging.events_sql(plan, landing)
    read_into(con, landing, loading.STAGED, query)


def _load(
    con: duckdb.DuckDBPyConnection, plan: staging.Plan, landing: Landing, target: loading.FileTarget
) -> FileReport:
    is_link = plan.columns.is_link_table
    duplicate_n = loading.remove_repeats(con, target.source, is_link)
    loading.add_identifiers(con, plan)
    if is_link:
        loading.add_link_rows(con, target)
    else:
        check_contract(con, loading.add_events(con, plan, target))
    loading.add_evidence(con, plan, target)
    reasons = loading.add_rejected(con, landing, target)
    notes = [*landing.notes, *([] if landing.records_n else ["there are no rows below the header"])]
    return FileReport(landing.records_n, loading.good_n(con), duplicate_n, loading.dropped(con), reasons, tuple(notes))


def _without_rows(con: duckdb.DuckDBPyConnection, landing: Landing, target: loading.FileTarget) -> FileReport:
    """A file without any column: it is empty, or every record in it is broken."""
    if not landing.broken:
        return FileReport(notes=("the file is empty",))
    reasons = loading.add_broken(con, landing, target)
    return FileReport(landing.records_n, reasons=reasons, notes=tuple(landing.notes))


def _refuse_unbalanced(report: FileReport, delivery: Delivery) -> None:
    if report.parts_n != report.rows_n:
        got = f"{report.parts_n} rows are accounted for of {report.rows_n} that were counted"
        raise SourceError(got, "all of them", "this is a defect of ours: please report it", delivery.shown)


def _add_file(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, target: loading.FileTarget, report: FileReport
) -> None:
    con.execute(
        "INSERT INTO files (file_id, source, paths, rows_n, accepted_n, rejected_n, duplicate_n, dropped_n, status,"
        " loaded_at, dropped) VALUES (?, ?, [?], ?, ?, ?, ?, ?, 'loaded', ?, map(?::VARCHAR[], ?::BIGINT[]))",
        [
            target.file_id,
            target.source,
            delivery.shown,
            report.rows_n,
            report.accepted_n,
            report.rejected_n,
            report.duplicate_n,
            report.dropped_n,
            target.now,
            list(report.dropped),
            list(report.dropped.values()),
        ],
    )
