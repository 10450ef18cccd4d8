"""One file into the warehouse: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from pipelines.ingest import drift, loading, staging
from pipelines.ingest.checking import check_contract
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.intake import Intake
from pipelines.ingest.landings import encodings, is_whole, landed, read_into
from pipelines.ingest.lookups import look_up
from pipelines.ingest.many_events import explode, stage_many
from pipelines.ingest.mappings import mapping_of, shape_of_tables
from pipelines.ingest.named_row import NamedRow
from pipelines.ingest.plans import Plan, plan_of
from pipelines.ingest.readers.landing import Landing
from pipelines.ingest.scores import prepare_scores
from pipelines.ingest.text import UndecodableError
from pipelines.privacy.door import drop_erased, remember_consents, remember_refused
from pipelines.settings import TableMapping
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
    tries = encodings(delivery, intake.source, intake.table_of(file_id).read)
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
    con, table = intake.con, intake.table_of(file_id)
    target = loading.FileTarget(intake.source.name, file_id, intake.now)
    with _examined(intake, delivery, table, encoding) as landing:
        if landing.text:
            plan = stage(intake, NamedRow(con, landing, table, intake.told_in))
            report = load(con, plan, landing, target)
        else:
            report = _without_rows(con, landing, target)
    refuse_unbalanced(report, delivery)
    add_file(con, delivery, target, report)
    add_mapping(intake, table, file_id)
    loading.clear(con)
    return report


def add_mapping(intake: Intake, table: TableMapping, *file_ids: str) -> None:
    """Note under which settings files were read."""
    intake.con.execute(
        "INSERT INTO file_mappings (source, file_id, mapping, shape, table_name) SELECT ?, unnest(?), ?, ?, ?",
        [intake.source.name, list(file_ids), mapping_of(intake), shape_of_tables(intake), table.name],
    )


@contextmanager
def _examined(intake: Intake, delivery: Delivery, table: TableMapping, encoding: str | None) -> Iterator[Landing]:
    """The rows of a file whose columns are those of the source's other files; a small file is read once for both."""
    drifted: list[str] = []
    if intake.source.kind not in {"xes", "ocel"}:  # their form is a standard's
        with landed(intake.con, intake.source, delivery, encoding, table.read, is_sample=True) as sample:
            drifted = drift.check(intake, table, sample)
            if is_whole(sample):
                sample.notes += drifted
                yield sample
                return
    with landed(intake.con, intake.source, delivery, encoding, table.read) as landing:
        landing.notes += drifted
        yield landing


def stage(intake: Intake, row: NamedRow) -> Plan:
    """Stage the rows of a file, judged; returns how they were mapped."""
    con = intake.con
    explode(con, row)
    look_up(row, intake.source.name)
    prepare_scores(con, row.table)
    plan = plan_of(intake, row)
    if plan.is_many:
        stage_many(con, plan, loading.STAGED)
    elif row.table.events:
        read_into(con, row.landing, loading.STAGED, staging.event_sql(plan, row.table.events[0]))
    else:
        read_into(con, row.landing, loading.STAGED, staging.links_sql(plan))
    return plan


def load(con: duckdb.DuckDBPyConnection, plan: Plan, landing: Landing, target: loading.FileTarget) -> FileReport:
    """Take the staged rows in; returns what became of them."""
    ids, of_file = plan.staged_ids, {"source": target.source, "file_id": target.file_id}
    drop_erased(con, loading.STAGED, ids, plan.salt, target.source)
    if not plan.table.events and plan.table.consent is not None:  # a known link may bring a new word
        remember_consents(con, loading.STAGED, ids, plan.salt, **of_file)
    duplicate_n = loading.remove_repeats(con, target.source, plan)
    loading.add_identifiers(con, plan)
    loading.add_link_rows(con, plan, target)
    if plan.table.events:
        check_contract(con, loading.add_events(con, plan, target))
    loading.add_evidence(con, plan, target.staged, target.source)
    fates = loading.fates(con, plan)
    if fates.refused:
        remember_refused(con, loading.STAGED, ids, plan.salt, **of_file)
        loading.add_rejected(con, target.staged, target.source, target.now)
    reasons = fates.refused | loading.add_broken(con, landing, target)
    notes = [*landing.notes, *([] if landing.records_n else ["there are no rows below the header"])]
    return FileReport(landing.records_n, fates.good_n, duplicate_n, fates.dropped, reasons, tuple(notes))


def _without_rows(con: duckdb.DuckDBPyConnection, landing: Landing, target: loading.FileTarget) -> FileReport:
    """A file without any column: it is empty, or every record in it is broken."""
    if not landing.broken:
        return FileReport(notes=("the file is empty",))
    reasons = loading.add_broken(con, landing, target)
    return FileReport(landing.records_n, reasons=reasons, notes=tuple(landing.notes))


def refuse_unbalanced(report: FileReport, delivery: Delivery) -> None:
    """See that every row that arrived has a fate.

    Raises:
        SourceError: One has none, or several.
    """
    if report.parts_n != report.rows_n:
        got = f"{report.parts_n} rows are accounted for of {report.rows_n} that were counted"
        raise SourceError(got, "all of them", "this is a defect of ours: please report it", delivery.shown)


def add_file(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    target: loading.FileTarget,
    report: FileReport,
    status: str = "loaded",
) -> None:
    """Note what became of a file."""
    add_files(con, [(delivery, target, report)], status)


def add_files(
    con: duckdb.DuckDBPyConnection,
    became: Sequence[tuple[Delivery, loading.FileTarget, FileReport]],
    status: str = "loaded",
) -> None:
    """Note what became of files of one source, which were taken in at one time."""
    counts = ("rows_n", "accepted_n", "rejected_n", "duplicate_n", "dropped_n")
    con.execute(
        f"INSERT INTO files (file_id, source, paths, {', '.join(counts)}, status, loaded_at, dropped)"
        f" SELECT unnest($file_ids), $source, [unnest($paths)], {', '.join(f'unnest(${name})' for name in counts)},"
        " $status, $now, map(unnest($reasons::VARCHAR[][]), unnest($dropped::BIGINT[][]))",
        {
            "file_ids": [target.file_id for _, target, _ in became],
            "paths": [delivery.shown for delivery, _, _ in became],
            **{name: [getattr(report, name) for _, _, report in became] for name in counts},
            "reasons": [list(report.dropped) for _, _, report in became],
            "dropped": [list(report.dropped.values()) for _, _, report in became],
            **{"source": became[0][1].source, "status": status, "now": became[0][1].now},
        },
    )
