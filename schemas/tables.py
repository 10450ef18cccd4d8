"""The tables that others rely on: one place that names every column, its DuckDB type and what it means.

DDL, the glossary's column list, the exports' headers and the pandera contracts all come from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: name, DuckDB type, meaning (with unit), and whether it may be null."""

    name: str
    type: str
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table: name, "one row per ...", and its columns in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def ddl(self, name: str = "") -> str:
        """`CREATE TABLE IF NOT EXISTS` for DuckDB. No keys or indexes: they cost three times the load."""
        body = ", ".join(f"{c.name} {c.type}{'' if c.nullable else ' NOT NULL'}" for c in self.columns)
        return f"CREATE TABLE IF NOT EXISTS {name or self.name} ({body})"


_TEXT, _INT, _REAL, _TIME, _FLAG = "VARCHAR", "BIGINT", "DOUBLE", "TIMESTAMPTZ", "BOOLEAN"
_MAP = "MAP(VARCHAR, VARCHAR)"
_LIST = "VARCHAR[]"


def _c(name: str, kind: str, meaning: str) -> Column:
    return Column(name, kind, meaning)


def _n(name: str, kind: str, meaning: str) -> Column:
    return Column(name, kind, meaning, nullable=True)


EVENTS = Table(
    "events",
    "one row per accepted event",
    (
        _c("event_id", _TEXT, "id as delivered, or a hash of the row; unique within a source"),
        _c("source", _TEXT, "name of the source in terreng.toml"),
        _c("occurred_at", _TIME, "when it happened, UTC"),
        _c("activity", _TEXT, "the event's type as its source names it, before any map"),
        _n("channel", _TEXT, "channel as its source names it"),
        _n("initiator", _TEXT, "customer or company; null: the touchpoint's"),
        _n("status", _TEXT, "ok or failed; null: not told"),
        _n("session_id", _TEXT, "pseudonym of the web session"),
        _c("ids", _MAP, "id type to pseudonym, every identity on the row"),
        _c("attributes", _MAP, "what else the row says, as text, without nulls"),
        _c("ingested_at", _TIME, "when the row was first accepted"),
        _c("file_id", _TEXT, "content hash of the file that it came from"),
        _c("line", _INT, "physical line in that file; the header is line 1"),
        _c("event_key", _INT, "internal number of the event, unique in the warehouse"),
        _c("id_key", _INT, "internal number of the first identity on the row (identifiers.id_key)"),
        _c("tie", _INT, "order among events of one source at one instant"),
    ),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "one row per refused input row",
    (
        _c("source", _TEXT, "name of the source"),
        _c("file_id", _TEXT, "content hash of the file"),
        _c("line", _INT, "physical line; the header is line 1"),
        _c("reason_code", _TEXT, "stable word for the reason, such as unreadable_timestamp"),
        _c("reason", _TEXT, "the reason for a person, without personal data"),
        _c("raw", _TEXT, "the row as read, personal data masked"),
        _c("first_seen_at", _TIME, "when it was first refused"),
    ),
)

FILES = Table(
    "files",
    "one row per distinct content",
    (
        _c("file_id", _TEXT, "content hash"),
        _c("source", _TEXT, "name of the source"),
        _c("paths", _LIST, "every delivery of this content, relative to the workspace"),
        _c("rows_n", _INT, "rows that arrived"),
        _c("accepted_n", _INT, "rows accepted"),
        _c("rejected_n", _INT, "rows refused"),
        _c("duplicate_n", _INT, "rows already known"),
        _c("dropped_n", _INT, "rows dropped by a named rule"),
        _c("status", _TEXT, "loaded, or failed with nothing taken in"),
        _c("loaded_at", _TIME, "when it was loaded"),
        _c("dropped", "MAP(VARCHAR, BIGINT)", "rows dropped per reason"),
    ),
)

IDENTITY_LINKS = Table(
    "identity_links",
    "one row per pair of ids seen together",
    (
        _c("left_type", _TEXT, "id type of the alphabetically first of the two"),
        _c("left_id", _TEXT, "its pseudonym"),
        _c("right_type", _TEXT, "id type of the other"),
        _c("right_id", _TEXT, "its pseudonym"),
        _c("evidence_n", _INT, "rows that show both"),
        _c("strength", _TEXT, "the narrowest rule that takes the link: strict, default or loose; none: no rule does"),
        _n("first_seen_at", _TIME, "earliest row that shows both; null for link tables without a time"),
        _n("blocked_by", _TEXT, "the guard that refuses the link under the default rule"),
    ),
)

PERSONS = Table(
    "persons",
    "one row per id and rule",
    (
        _c("rule", _TEXT, "strict, default or loose"),
        _c("id_type", _TEXT, "type of the id"),
        _c("id", _TEXT, "pseudonym of the id"),
        _c("person_id", _TEXT, "pseudonym of the person under the rule"),
    ),
)

JOURNEYS = Table(
    "journeys",
    "one row per journey and rule",
    (
        _c("rule", _TEXT, "strict, default or loose"),
        _c("journey", _TEXT, "name of the map"),
        _c("map_version", _INT, "version of the map in force when it began"),
        _c("journey_id", _TEXT, "pseudonym, unique across rules and stable across runs"),
        _c("person_id", _TEXT, "pseudonym of the person (or of what the map counts per)"),
        _c("entered_at", _TIME, "its first touchpoint"),
        _c("last_at", _TIME, "its last mapped event"),
        _n("ended_at", _TIME, "goal, exit, or the last touch before confirmed silence; null in flight"),
        _c("status", _TEXT, "converted, exited, abandoned or in_flight"),
        _n("exit_kind", _TEXT, "which exit of the map"),
        _n("phase", _TEXT, "phase of the current touchpoint"),
        _n("touchpoint", _TEXT, "where it stands: its last touchpoint of the flow"),
        _n("variant_id", _TEXT, "its variant; null for rules other than default"),
        _c("segments", _MAP, "segment name to value at entry"),
        _c("reactivations_n", _INT, "returns after confirmed silence"),
        _c("events_n", _INT, "events in it"),
        _c("straddles_versions", _FLAG, "a newer version of the map came into force before it ended"),
    ),
)

JOURNEY_EVENTS = Table(
    "journey_events",
    "one row per event in a journey",
    (
        _c("journey_id", _TEXT, "journey"),
        _c("position", _INT, "place in the journey, from 0"),
        _c("event_id", _TEXT, "event"),
        _c("occurred_at", _TIME, "when"),
        _n("touchpoint", _TEXT, "touchpoint, off-map touchpoint or exit; null: unmapped"),
        _c("activity", _TEXT, "activity as the source names it"),
        _n("channel", _TEXT, "channel"),
        _n("move", _TEXT, "sync or log; null for an exit event, which is no step of the flow"),
        _c("source", _TEXT, "source; with event_id it names the event"),
    ),
)

VARIANTS = Table(
    "variants",
    "one row per variant and journey",
    (
        _c("journey", _TEXT, "name of the map"),
        _c("variant_id", _TEXT, "stable hash of the trace and of how it was aligned"),
        _c("trace", _LIST, "touchpoints (or unmapped activities) in order"),
        _c("journeys_n", _INT, "journeys that took it"),
        _c("cost", _REAL, "cost of an optimal alignment"),
        _c("optimal_alignments_n", _INT, "how many alignments share that cost"),
        _c("alignment", _TEXT, "full or prefix"),
        _c("map_version", _INT, "version of the map"),
    ),
)

DEVIATIONS = Table(
    "deviations",
    "one row per departure",
    (
        _c("journey", _TEXT, "name of the map"),
        _c("journey_id", _TEXT, "journey"),
        _c("kind", _TEXT, "see DeviationKind"),
        _n(
            "touchpoint",
            _TEXT,
            "what it is charged to (for ad_hoc off the map: the activity); null: see block",
        ),
        _n("block", _TEXT, 'the skipped block, "a | b"'),
        _c("occurred_at", _TIME, "when it showed"),
        _n("event_id", _TEXT, "the event that shows it; null where none does (still waiting)"),
        _n("position", _INT, "that event's place in the journey"),
        _n("wait_s", _REAL, "for late and overdue: the wait in the promise's calendar, seconds"),
        _n("promised_s", _REAL, "for late and overdue: the promise, seconds"),
        _n("phase", _TEXT, "phase of what it is charged to"),
        _n("owner", _TEXT, "owner of what it is charged to"),
        _n("channel", _TEXT, "channel of the event"),
    ),
)

_SHARES = tuple(
    column
    for word in ("converted", "exited", "abandoned", "active")
    for column in (
        _n(f"{word}_share", _REAL, f"share {word} by the horizon, of those who reached it; 0 to 1"),
        _n(f"{word}_low", _REAL, "lower end of its 95 % interval"),
        _n(f"{word}_high", _REAL, "upper end of its 95 % interval"),
    )
)

TOUCHPOINT_OUTCOMES = Table(
    "touchpoint_outcomes",
    "one row per journey, touchpoint, segment and horizon",
    (
        _c("journey", _TEXT, "name of the map"),
        _c("touchpoint", _TEXT, "touchpoint of the flow"),
        _n("segment", _TEXT, "name=value; null: all"),
        _c("horizon_d", _REAL, "horizon in days"),
        _c("reached_n", _INT, "journeys that reached it"),
        *_SHARES,
        _n("hazard", _REAL, "abandoned here, of those who reached it and can be followed"),
        _n("exit_hazard", _REAL, "exited here, of those who reached it and can be followed"),
        _n("patience_s", _REAL, "learned or set patience, seconds"),
        _n("effective_n", _REAL, "reached_n over the design effect of people with several journeys"),
        _n("hazard_low", _REAL, "lower end of the hazard's 95 % interval"),
        _n("hazard_high", _REAL, "upper end of the hazard's 95 % interval"),
        _n("hazard_half_patience", _REAL, "hazard with half the patience"),
        _n("hazard_double_patience", _REAL, "hazard with twice the patience"),
        _c("followed_n", _INT, "journeys that reached it and can be followed"),
        _c("in_flight_n", _INT, "journeys that stand here now"),
        _n("refused", _TEXT, "why no share is given; null: given"),
    ),
)

WAITS = Table(
    "waits",
    "one row per journey, pair of touchpoints and segment",
    (
        _c("journey", _TEXT, "name of the map"),
        _c("from_touchpoint", _TEXT, "where the customer is ready"),
        _c("to_touchpoint", _TEXT, "what she waits for"),
        _n("segment", _TEXT, "name=value; null: all"),
        _c("n", _INT, "waits, finished and still open"),
        _n("p50_s", _REAL, "median among those who go on, those still waiting counted as such; seconds"),
        _n("p90_s", _REAL, "ninth decile of the same; seconds"),
        _n("promised_s", _REAL, "the promise, seconds in its calendar"),
        _n("kept_share", _REAL, "promises kept, of those that can be judged"),
        _n("kept_low", _REAL, "lower end of its 95 % interval"),
        _n("kept_high", _REAL, "upper end of its 95 % interval"),
        _c("calendar", _TEXT, "clock or business"),
        _c("waiting_n", _INT, "still waiting at the snapshot"),
        _c("overdue_n", _INT, "still waiting and already longer than promised"),
    ),
)

FINDINGS = Table(
    "findings",
    "one row per finding",
    (
        _c("finding_id", _TEXT, "stable across runs"),
        _c("journey", _TEXT, "name of the map"),
        _n("touchpoint", _TEXT, "what it is charged to (touchpoint, block or activity)"),
        _c("signal", _TEXT, "a deviation kind, or the signal's name"),
        _c("headline", _TEXT, "one sentence"),
        _n("owner", _TEXT, "who owns it"),
        _c("state", _TEXT, "see FindingState"),
        _c("first_seen_run", _TEXT, "run_id in which it first stood"),
        _n("accepted_until", _TIME, "until when it is accepted"),
        _n("value", _REAL, "money a month; null until it can be estimated"),
        _c("journeys_n", _INT, "journeys it touches"),
        _n("rate", _REAL, "occurrences over opportunities"),
        _n("rate_low", _REAL, "lower end of its 95 % interval"),
        _n("rate_high", _REAL, "upper end of its 95 % interval"),
        _c("rank", _INT, "place in this run's list, from 1"),
        _n("accepted_reason", _TEXT, "why it is accepted"),
    ),
)

RUNS = Table(
    "runs",
    "one row per run",
    (
        _c("run_id", _TEXT, "run"),
        _c("started_at", _TIME, "start"),
        _n("ended_at", _TIME, "end"),
        _n("as_of", _TIME, "snapshot time"),
        _c("status", _TEXT, "running, succeeded or failed"),
        _c("versions", _MAP, "terreng and the libraries"),
        _c("map_hashes", _MAP, "map file to content hash"),
        _c("counts", "MAP(VARCHAR, BIGINT)", "rows, events, journeys, deviations"),
    ),
)

UNMAPPED_ACTIVITIES = Table(
    "unmapped_activities",
    "one row per journey and activity that the map does not know",
    (
        _c("journey", _TEXT, "name of the map"),
        _c("source", _TEXT, "source"),
        _c("activity", _TEXT, "activity"),
        _c("events_n", _INT, "events in all"),
        _c("in_journeys_n", _INT, "of these, events inside journeys of this map"),
    ),
)

TOUCHPOINTS = Table(
    "touchpoints",
    "one row per journey and touchpoint of the map, on or off the flow",
    (
        _c("journey", _TEXT, "name of the map"),
        _c("touchpoint", _TEXT, "touchpoint"),
        _c("title", _TEXT, "title for people"),
        _n("phase", _TEXT, "phase; null off the flow"),
        _c("place", _INT, "designed place, from 0"),
        _c("role", _TEXT, "flow, anytime, off_map or exit"),
        _n("owner", _TEXT, "owner"),
        _c("is_optional", _FLAG, "the flow may pass it by"),
        _c("events_n", _INT, "events in journeys"),
        _c("journeys_n", _INT, "journeys that touched it"),
    ),
)

FLOWS = Table(
    "flows",
    "one row per journey and pair of touchpoints that followed each other directly",
    (
        _c("journey", _TEXT, "name of the map"),
        _n("from_touchpoint", _TEXT, "null: the start"),
        _n("to_touchpoint", _TEXT, "null: the end"),
        _n("end_status", _TEXT, "status of the journeys where this is the end; null elsewhere"),
        _c("n", _INT, "times it happened"),
        _c("journeys_n", _INT, "journeys in which it happened"),
        _n("p50_s", _REAL, "median seconds between them"),
    ),
)

DEVIATION_RATES = Table(
    "deviation_rates",
    "one row per journey, kind and what it is charged to",
    (
        _c("journey", _TEXT, "name of the map"),
        _c("kind", _TEXT, "see DeviationKind"),
        _n("touchpoint", _TEXT, "what it is charged to"),
        _n("block", _TEXT, "the skipped block"),
        _n("owner", _TEXT, "owner"),
        _n("phase", _TEXT, "phase"),
        _c("occurrences_n", _INT, "departures"),
        _c("journeys_n", _INT, "journeys with at least one"),
        _c("opportunities_n", _INT, "journeys that reached the place where it could happen"),
        _n("rate", _REAL, "journeys with at least one over opportunities; 0 to 1"),
        _n("rate_low", _REAL, "lower end of its 95 % interval"),
        _n("rate_high", _REAL, "upper end of its 95 % interval"),
        _n("abandoned_share", _REAL, "abandoned or exited among these journeys that are finished; an association"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        EVENTS,
        REJECTED_ROWS,
        FILES,
        IDENTITY_LINKS,
        PERSONS,
        JOURNEYS,
        JOURNEY_EVENTS,
        VARIANTS,
        DEVIATIONS,
        TOUCHPOINT_OUTCOMES,
        WAITS,
        FINDINGS,
        RUNS,
        UNMAPPED_ACTIVITIES,
        TOUCHPOINTS,
        FLOWS,
        DEVIATION_RATES,
    )
}
