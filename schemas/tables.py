"""The tables that others rely on: one place that names every column, its DuckDB type and what it means.

DDL, the glossary's column list, the exports' headers and the pandera contracts all come from here.
"""

from __future__ import annotations

from schemas.effect_tables import EFFECT_TABLES
from schemas.table import FLAG, INT, LIST, MAP, REAL, TEXT, TIME, Table, needed, nullable, unlike
from schemas.travel_tables import TRAVEL_TABLES

EVENTS = Table(
    "events",
    "one row per accepted event",
    (
        unlike("event_id", TEXT, "id as delivered, or a hash of the row; unique within a source"),
        needed("source", TEXT, "name of the source in terreng.toml"),
        needed("occurred_at", TIME, "when it happened, UTC"),
        needed("activity", TEXT, "the event's type as its source names it, before any map"),
        nullable("channel", TEXT, "channel as its source names it"),
        nullable("initiator", TEXT, "customer or company; null: the touchpoint's"),
        nullable("status", TEXT, "ok or failed; null: not told"),
        nullable("session_id", TEXT, "pseudonym of the web session"),
        unlike("ids", MAP, "id type to pseudonym, every identity on the row"),
        unlike("attributes", MAP, "what else the row says, as text, without nulls"),
        needed("ingested_at", TIME, "when the row was first accepted"),
        needed("file_id", TEXT, "content hash of the file that it came from"),
        needed("line", INT, "physical line in that file; the header is line 1"),
        needed("event_key", INT, "internal number of the event, unique in the warehouse"),
        needed("id_key", INT, "internal number of the first identity on the row (identifiers.id_key)"),
        needed("tie", INT, "order among events of one source at one instant"),
        nullable("version", TEXT, "version of the event that stands; null: the source names none"),
        nullable("row_no", INT, "internal number of the row in its file; null: every line gives one event at most"),
    ),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "one row per refused input row",
    (
        needed("source", TEXT, "name of the source"),
        needed("file_id", TEXT, "content hash of the file"),
        needed("line", INT, "physical line; the header is line 1"),
        needed("reason_code", TEXT, "stable word for the reason, such as unreadable_timestamp"),
        needed("reason", TEXT, "the reason for a person, without personal data"),
        needed("raw", TEXT, "the row as read, personal data masked"),
        needed("first_seen_at", TIME, "when it was first refused"),
    ),
)

FILES = Table(
    "files",
    "one row per distinct content",
    (
        needed("file_id", TEXT, "content hash"),
        needed("source", TEXT, "name of the source"),
        needed("paths", LIST, "every delivery of this content, relative to the workspace"),
        needed("rows_n", INT, "rows that arrived"),
        needed("accepted_n", INT, "rows accepted"),
        needed("rejected_n", INT, "rows refused"),
        needed("duplicate_n", INT, "rows already known"),
        needed("dropped_n", INT, "rows dropped by a named rule"),
        needed("status", TEXT, "loaded, lookup (labels), not_used (of no table), or failed with nothing taken in"),
        needed("loaded_at", TIME, "when it was loaded"),
        needed("dropped", "MAP(VARCHAR, BIGINT)", "rows dropped per reason"),
    ),
)

SOURCE_STATES = Table(
    "source_states",
    "one row per source that was ever read, or stopped",
    (
        needed("source", TEXT, "name of the source"),
        needed("status", TEXT, "read: whole at the last run; stopped: what was known before stands, and nothing newer"),
        nullable("read_at", TIME, "run that last read it whole; null: none has"),
        nullable("stopped_at", TIME, "run since which it is stopped; null: it is not"),
        nullable("problem", TEXT, "why it is stopped, with file and hint; null: it is not"),
        needed("notes", LIST, "what was recognised when it was last read, and what a person should know"),
    ),
)

SOURCE_COLUMNS = Table(
    "source_columns",
    "one row per source, table and column that its files had",
    (
        needed("source", TEXT, "name of the source"),
        needed("table_name", TEXT, 'table of a connector; "" for other kinds'),
        needed("column_name", TEXT, "name as delivered"),
        needed("type", TEXT, "what nearly all of its fields are: boolean, integer, number, time, text, or empty"),
        needed("rows_n", INT, "rows that were looked at: the first ones of every file"),
        needed("filled_n", INT, "of these, rows that have the field"),
        needed("first_seen_at", TIME, "run that first read a file with it"),
        needed("last_seen_at", TIME, "run that last read a new file with it"),
        needed("last_file", TEXT, "that file, relative to the workspace"),
    ),
)

IDENTITY_LINKS = Table(
    "identity_links",
    "one row per pair of ids seen together",
    (
        needed("left_type", TEXT, "id type of the alphabetically first of the two"),
        unlike("left_id", TEXT, "its pseudonym"),
        needed("right_type", TEXT, "id type of the other"),
        unlike("right_id", TEXT, "its pseudonym"),
        needed("evidence_n", INT, "rows that show both"),
        needed("strength", TEXT, "the narrowest rule that takes the link: strict, default, loose, or none"),
        nullable("first_seen_at", TIME, "earliest row that shows both; null for link tables without a time"),
        nullable("blocked_by", TEXT, "the guard that refuses the link under the default rule: see BlockedBy"),
        needed("trust", TEXT, "how far it is trusted: verified, stated or guessed"),
        needed("sources", LIST, "names of the sources whose rows show both"),
    ),
)

PERSONS = Table(
    "persons",
    "one row per id and rule",
    (
        needed("rule", TEXT, "strict, default or loose"),
        needed("id_type", TEXT, "type of the id"),
        unlike("id", TEXT, "pseudonym of the id"),
        needed("person_id", TEXT, "pseudonym of the person under the rule"),
    ),
)

PERSON_CHANGES = Table(
    "person_changes",
    "one row per run, rule and pair of persons, before and after it, that share ids but not all of them",
    (
        nullable("run_id", TEXT, "run that found it; null: found outside of a run"),
        needed("changed_at", TIME, "when it was found"),
        needed("rule", TEXT, "strict, default or loose"),
        needed("kind", TEXT, "merge, split, or renamed (the same person, named after another of her ids)"),
        needed("from_person_id", TEXT, "pseudonym of the person before"),
        needed("to_person_id", TEXT, "pseudonym of the person after"),
        needed("ids_n", INT, "ids that went from the one to the other"),
    ),
)

STITCHING = Table(
    "stitching",
    "one row per source and rule",
    (
        needed("source", TEXT, "name of the source"),
        needed("rule", TEXT, "strict, default or loose"),
        needed("events_n", INT, "its events"),
        needed("persons_n", INT, "persons whose events they are"),
        needed("stitched_n", INT, "events of persons who are known by more than one id"),
        needed("known_n", INT, "events of persons with an id of kind person: a customer number, a login"),
        needed("lent_n", INT, "events that belong to somebody else than their first id: of shared devices, for one"),
    ),
)

JOURNEYS = Table(
    "journeys",
    "one row per journey and rule",
    (
        needed("rule", TEXT, "strict, default or loose"),
        needed("journey", TEXT, "name of the map"),
        needed("map_version", INT, "version of the map in force when it began"),
        needed("journey_id", TEXT, "pseudonym, unique across rules and stable across runs"),
        needed("person_id", TEXT, "pseudonym of the person (or of what the map counts per)"),
        needed("entered_at", TIME, "its first touchpoint"),
        needed("last_at", TIME, "its last mapped event"),
        nullable("ended_at", TIME, "goal, exit, or the last touch before confirmed silence; null in flight"),
        needed("status", TEXT, "converted, exited, abandoned or in_flight"),
        nullable("exit_kind", TEXT, "which exit of the map"),
        nullable("phase", TEXT, "phase of the current touchpoint"),
        nullable("touchpoint", TEXT, "where it stands: its last touchpoint of the flow"),
        nullable("variant_id", TEXT, "its variant; null for rules other than default"),
        needed("segments", MAP, "segment name to value at entry"),
        needed("reactivations_n", INT, "returns after confirmed silence"),
        needed("events_n", INT, "events in it"),
        needed("straddles_versions", FLAG, "a newer version of the map came into force before it ended"),
        needed("assignment", TEXT, "this; other or undecided (see Assignment): it counts in no summary of this map"),
    ),
)

JOURNEY_EVENTS = Table(
    "journey_events",
    "one row per event in a journey",
    (
        needed("journey_id", TEXT, "journey"),
        needed("position", INT, "place in the journey, from 0"),
        needed("event_id", TEXT, "event"),
        needed("occurred_at", TIME, "when"),
        nullable("touchpoint", TEXT, "touchpoint, off-map touchpoint or exit; null: unmapped"),
        needed("activity", TEXT, "activity as the source names it"),
        nullable("channel", TEXT, "channel"),
        nullable("move", TEXT, "sync or log; null for an exit event, which is no step of the flow"),
        needed("source", TEXT, "source; with event_id it names the event"),
    ),
)

VARIANTS = Table(
    "variants",
    "one row per variant and journey",
    (
        needed("journey", TEXT, "name of the map"),
        needed("variant_id", TEXT, "stable hash of the trace and of how it was aligned"),
        needed("trace", LIST, "touchpoints (or unmapped activities) in order"),
        needed("journeys_n", INT, "journeys that took it"),
        needed("cost", REAL, "cost of an optimal alignment"),
        needed("optimal_alignments_n", INT, "how many alignments share that cost"),
        needed("alignment", TEXT, "full or prefix"),
        needed("map_version", INT, "version of the map"),
    ),
)

DEVIATIONS = Table(
    "deviations",
    "one row per departure",
    (
        needed("journey", TEXT, "name of the map"),
        needed("journey_id", TEXT, "journey"),
        needed("kind", TEXT, "see DeviationKind"),
        nullable(
            "touchpoint",
            TEXT,
            "what it is charged to (for ad_hoc off the map: the activity); null: see block",
        ),
        nullable("block", TEXT, 'the skipped block, "a | b"'),
        needed("occurred_at", TIME, "when it showed"),
        nullable("event_id", TEXT, "the event that shows it; null where none does (still waiting)"),
        nullable("position", INT, "that event's place in the journey"),
        nullable("wait_s", REAL, "for late and overdue: the wait in the promise's calendar, seconds"),
        nullable("promised_s", REAL, "for late and overdue: the promise, seconds"),
        nullable("phase", TEXT, "phase of what it is charged to"),
        nullable("owner", TEXT, "owner of what it is charged to"),
        nullable("channel", TEXT, "channel of the event"),
    ),
)

_SHARES = tuple(
    column
    for word in ("converted", "exited", "abandoned", "active")
    for column in (
        nullable(f"{word}_share", REAL, f"share {word} by the horizon, of those who reached it; 0 to 1"),
        nullable(f"{word}_low", REAL, "lower end of its 95 % interval"),
        nullable(f"{word}_high", REAL, "upper end of its 95 % interval"),
    )
)

TOUCHPOINT_OUTCOMES = Table(
    "touchpoint_outcomes",
    "one row per journey, touchpoint, segment and horizon",
    (
        needed("journey", TEXT, "name of the map"),
        needed("touchpoint", TEXT, "touchpoint of the flow"),
        nullable("segment", TEXT, "name=value; null: all"),
        needed("horizon_d", REAL, "horizon in days"),
        needed("reached_n", INT, "journeys that reached it"),
        *_SHARES,
        nullable("hazard", REAL, "abandoned here, of those who reached it and can be followed"),
        nullable("exit_hazard", REAL, "exited here, of those who reached it and can be followed"),
        nullable("patience_s", REAL, "learned or set patience, seconds"),
        nullable("effective_n", REAL, "reached_n over the design effect of people with several journeys"),
        nullable("hazard_low", REAL, "lower end of the hazard's 95 % interval"),
        nullable("hazard_high", REAL, "upper end of the hazard's 95 % interval"),
        nullable("hazard_half_patience", REAL, "hazard with half the patience"),
        nullable("hazard_double_patience", REAL, "hazard with twice the patience"),
        needed("followed_n", INT, "journeys that reached it and can be followed"),
        needed("in_flight_n", INT, "journeys that stand here now"),
        nullable("refused", TEXT, "why no share is given; null: given"),
        nullable(
            "to_goal_p50_s", REAL, "median seconds from reaching it to the goal, of those who convert by the horizon"
        ),
        nullable("to_goal_p90_s", REAL, "ninth decile of the same"),
        nullable(
            "is_mature", FLAG, "at least 30 journeys' worth were followed for the whole horizon; else shares may move"
        ),
        nullable("reactivations_n", INT, "returns after confirmed silence here"),
    ),
)

WAITS = Table(
    "waits",
    "one row per journey, pair of touchpoints and segment",
    (
        needed("journey", TEXT, "name of the map"),
        needed("from_touchpoint", TEXT, "where the customer is ready"),
        needed("to_touchpoint", TEXT, "what she waits for"),
        nullable("segment", TEXT, "name=value; null: all"),
        needed("n", INT, "waits, finished and still open"),
        nullable("p50_s", REAL, "median among those who go on, those still waiting counted as such; seconds"),
        nullable("p90_s", REAL, "ninth decile of the same; seconds"),
        nullable("promised_s", REAL, "the promise, seconds in its calendar"),
        nullable("kept_share", REAL, "promises kept, of those that can be judged"),
        nullable("kept_low", REAL, "lower end of its 95 % interval"),
        nullable("kept_high", REAL, "upper end of its 95 % interval"),
        needed("calendar", TEXT, "clock or business"),
        needed("waiting_n", INT, "still waiting at the snapshot"),
        needed("overdue_n", INT, "still waiting and already longer than promised"),
        nullable("p50_low_s", REAL, "lower end of the median's 95 % interval"),
        nullable("p50_high_s", REAL, "upper end of the median's 95 % interval"),
        nullable("p90_low_s", REAL, "lower end of the ninth decile's 95 % interval"),
        nullable("p90_high_s", REAL, "upper end of the ninth decile's 95 % interval; null: it is not reached"),
        nullable("patience_s", REAL, "silence after which a wait counts as left, seconds by the clock"),
        nullable("p50_half_patience_s", REAL, "median with half the patience"),
        nullable(
            "p50_double_patience_s", REAL, "median with twice the patience; null: too few can be followed so long"
        ),
        nullable("followed_n", INT, "waits that began early enough to be followed: what the quantiles rest on"),
        nullable("left_n", INT, "of these, abandoned or exited before what they waited for"),
        nullable("passed_n", INT, "of these, went on without it"),
        nullable("silent_n", INT, "of those who left, without any sign since the wait began: when, nobody can see"),
        nullable("leaves_from_s", REAL, "wait from which people leave sooner than before (see patience_curves)"),
        nullable("lost_from_s", REAL, "wait from which those who are served are lost more often right after it"),
    ),
)

FINDINGS = Table(
    "findings",
    "one row per finding",
    (
        needed("finding_id", TEXT, "stable across runs"),
        needed("journey", TEXT, "name of the map"),
        nullable("touchpoint", TEXT, "what it is charged to (touchpoint, block or activity)"),
        needed("signal", TEXT, "a deviation kind, or the signal's name"),
        needed("headline", TEXT, "one sentence"),
        nullable("owner", TEXT, "who owns it"),
        needed("state", TEXT, "see FindingState"),
        needed("first_seen_run", TEXT, "run_id in which it first stood"),
        nullable("accepted_until", TIME, "until when it is accepted"),
        nullable("value", REAL, "money a month (frictions.value); null: it is no friction, or the map gives no value"),
        nullable("value_low", REAL, "lower end of its 95 % interval"),
        nullable("value_high", REAL, "upper end of its 95 % interval"),
        nullable("lost_shrunk", REAL, "customers lost a month, shrunk (frictions.lost_shrunk); null: no friction"),
        nullable("lost_low", REAL, "lower end of its 95 % interval"),
        nullable("lost_high", REAL, "upper end of its 95 % interval"),
        nullable("effect", REAL, "frictions.effect; where lost_shrunk is null: that with which it stood before"),
        nullable("effect_low", REAL, "lower end of its 95 % interval"),
        nullable("effect_high", REAL, "upper end of its 95 % interval"),
        nullable("evidence_grade", TEXT, "A or B; null: it is no friction"),
        needed("journeys_n", INT, "journeys it touches"),
        nullable("rate", REAL, "occurrences over opportunities"),
        nullable("rate_low", REAL, "lower end of its 95 % interval"),
        nullable("rate_high", REAL, "upper end of its 95 % interval"),
        needed("rank", INT, "place in this run's list, from 1"),
        nullable("accepted_reason", TEXT, "why it is accepted"),
    ),
)

RUNS = Table(
    "runs",
    "one row per run",
    (
        needed("run_id", TEXT, "run"),
        needed("started_at", TIME, "start"),
        nullable("ended_at", TIME, "end"),
        nullable("as_of", TIME, "snapshot time"),
        needed("status", TEXT, "running, succeeded or failed"),
        needed("versions", MAP, "terreng and the libraries"),
        needed("map_hashes", MAP, "map file to content hash"),
        needed("counts", "MAP(VARCHAR, BIGINT)", "rows, events, journeys, deviations"),
    ),
)

ERASURES = Table(
    "erasures",
    "one row per person who was erased on request",
    (
        needed("request", TEXT, "random number of the request; it says nothing of the person"),
        needed("erased_at", TIME, "when her rows were deleted"),
        nullable(
            "finished_at", TIME, "when the files were free of her, too; null: interrupted, and the next erase ends it"
        ),
        nullable("run_id", TEXT, "run that restated the figures without her; null: none has yet"),
        needed("rule", TEXT, "identity rule by which the chain of her ids was followed"),
        needed("reason", TEXT, "why, in the words of who asked for it"),
        needed("counts", "MAP(VARCHAR, BIGINT)", "table to how many of its rows were hers"),
    ),
)

WITHDRAWALS = Table(
    "withdrawals",
    "one row per identity rule under which anybody withdrew consent",
    (
        needed("rule", TEXT, "strict, default or loose"),
        needed("persons_n", INT, "people who are kept out of journeys, under this rule"),
        needed("events_n", INT, "their events, the same under every rule"),
    ),
)

UNMAPPED_ACTIVITIES = Table(
    "unmapped_activities",
    "one row per journey and activity that the map does not know",
    (
        needed("journey", TEXT, "name of the map"),
        needed("source", TEXT, "source"),
        needed("activity", TEXT, "activity"),
        needed("events_n", INT, "events in all"),
        needed("in_journeys_n", INT, "of these, events inside journeys of this map"),
    ),
)

TOUCHPOINTS = Table(
    "touchpoints",
    "one row per journey and touchpoint of the map, on or off the flow",
    (
        needed("journey", TEXT, "name of the map"),
        needed("touchpoint", TEXT, "touchpoint"),
        needed("title", TEXT, "title for people"),
        nullable("phase", TEXT, "phase; null off the flow"),
        needed("place", INT, "designed place, from 0"),
        needed("role", TEXT, "flow, anytime, off_map or exit"),
        nullable("owner", TEXT, "owner"),
        needed("is_optional", FLAG, "the flow may pass it by"),
        needed("events_n", INT, "events in journeys"),
        needed("journeys_n", INT, "journeys that touched it"),
        nullable("last_event_at", TIME, "its latest event up to the snapshot, in a journey or not; null: none"),
        needed(
            "is_ghost", FLAG, "designed (flow or anytime), not blind, and no event in the 90 days before the snapshot"
        ),
    ),
)

FLOWS = Table(
    "flows",
    "one row per journey and pair of touchpoints that followed each other directly",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("from_touchpoint", TEXT, "null: the start"),
        nullable("to_touchpoint", TEXT, "null: the end"),
        nullable("end_status", TEXT, "status of the journeys where this is the end; null elsewhere"),
        needed("n", INT, "times it happened"),
        needed("journeys_n", INT, "journeys in which it happened"),
        nullable("p50_s", REAL, "median seconds between them"),
    ),
)

DEVIATION_RATES = Table(
    "deviation_rates",
    "one row per journey, kind and what it is charged to",
    (
        needed("journey", TEXT, "name of the map"),
        needed("kind", TEXT, "see DeviationKind"),
        nullable("touchpoint", TEXT, "what it is charged to"),
        nullable("block", TEXT, "the skipped block"),
        nullable("owner", TEXT, "owner"),
        nullable("phase", TEXT, "phase"),
        needed("occurrences_n", INT, "departures"),
        needed("journeys_n", INT, "journeys with at least one"),
        needed("opportunities_n", INT, "journeys that reached the place where it could happen"),
        nullable("rate", REAL, "journeys with at least one over opportunities; 0 to 1"),
        nullable("rate_low", REAL, "lower end of its 95 % interval"),
        nullable("rate_high", REAL, "upper end of its 95 % interval"),
        nullable("abandoned_share", REAL, "abandoned or exited among these journeys that are finished; an association"),
    ),
)

TOUCHPOINT_STATES = Table(
    "touchpoint_states",
    "one row per journey, touchpoint of the flow and segment: what every journey is there, each in one of four states",
    (
        needed("journey", TEXT, "name of the map"),
        needed("touchpoint", TEXT, "touchpoint of the flow"),
        nullable("segment", TEXT, "name=value, or name=(no value); the values make the whole; null: all"),
        needed("journeys_n", INT, "journeys; done_n + skipped_n + left_n + on_the_way_n"),
        needed("done_n", INT, "journeys that touched it"),
        needed(
            "skipped_n", INT, "journeys past it (what came later by design came, or the goal) that did not touch it"
        ),
        needed("left_n", INT, "journeys that ended (abandoned or exited) before they came to it"),
        needed("on_the_way_n", INT, "journeys still going on that have not come to it yet"),
        needed(
            "by_design_n", INT, "of the skipped: the flow lets them, for it is optional or another branch was taken"
        ),
        needed("unseen_n", INT, "of the skipped: may have done it while it could not be seen"),
        needed(
            "left_here_n", INT, "journeys that ended with it as their last touchpoint of the flow, short of the goal"
        ),
        needed("standing_here_n", INT, "journeys in flight that stand here now"),
    ),
)

LEDGER = Table(
    "ledger",
    "one row per journey, segment, measure and line: from planned to actual, to the last journey and microsecond",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("segment", TEXT, "name=value, or name=(no value); the values make the whole; null: all"),
        needed("measure", TEXT, "completion (amounts are journeys) or time (microseconds, of converted journeys)"),
        needed("place", INT, "order of the lines, from 0: planned first, actual last"),
        needed("line", TEXT, "planned, a reason (see LedgerLine), or actual; planned plus the reasons is actual"),
        nullable(
            "kind",
            TEXT,
            "deviation to which the line is charged; null: nothing differed there; other: several, at the edges",
        ),
        nullable("touchpoint", TEXT, "what the deviation is charged to (for ad_hoc off the map: the activity)"),
        nullable("block", TEXT, 'the skipped block, "a | b"'),
        nullable("at_touchpoint", TEXT, "for completion: where these journeys ended or stand"),
        nullable("phase", TEXT, "phase of what it is charged to, else of at_touchpoint; null: neither has one"),
        nullable("owner", TEXT, "owner of what it is charged to, else of at_touchpoint; null: neither has one"),
        needed("amount", INT, "journeys or microseconds, with its sign"),
        needed("journeys_n", INT, "journeys that the line tells of"),
    ),
)

CONSTRAINTS = Table(
    "constraints",
    "one row per journey and constraint of its map",
    (
        needed("journey", TEXT, "name of the map"),
        needed("constraint_id", TEXT, "its name in the map, else made of what it says"),
        needed("kind", TEXT, "response, not_after, at_most or same_channel"),
        needed("said", TEXT, "the constraint in words"),
        needed("activated_by", TEXT, "touchpoint that puts it to a journey"),
        needed("touchpoint", TEXT, "what it is charged to: the one that has to answer, or must not come"),
        nullable("phase", TEXT, "phase of that"),
        nullable("owner", TEXT, "owner"),
        needed("journeys_n", INT, "journeys that it was put to (the rest never came to it)"),
        needed("satisfied_final_n", INT, "journeys that keep it, whatever comes"),
        needed("satisfied_now_n", INT, "journeys that keep it so far"),
        needed("violated_now_n", INT, "journeys that break it so far, and may still mend it"),
        needed("violated_final_n", INT, "journeys that broke it for good"),
        needed("unjudged_n", INT, "journeys where it could not be seen"),
        needed("ended_n", INT, "journeys that have ended, with a final verdict: what the share is of"),
        nullable("violated_share", REAL, "of the ended ones, those that broke it; 0 to 1"),
        nullable("violated_low", REAL, "lower end of its 95 % interval"),
        nullable("violated_high", REAL, "upper end of its 95 % interval"),
    ),
)

CONSTRAINT_VERDICTS = Table(
    "constraint_verdicts",
    "one row per journey and constraint that it was put to",
    (
        needed("journey", TEXT, "name of the map"),
        needed("journey_id", TEXT, "journey"),
        needed("constraint_id", TEXT, "constraint"),
        needed("verdict", TEXT, "see Verdict"),
        needed("activations_n", INT, "times that it was put to the journey"),
        needed("violations_n", INT, "of these, broken for good"),
        nullable("occurred_at", TIME, "when it was first broken for good; null: it is not"),
        nullable("event_id", TEXT, "the event that broke it, or that was not answered; null: it is not"),
        nullable("position", INT, "that event's place in the journey"),
        nullable("due_at", TIME, "until when the earliest open answer is due; null: none is open, or it has no limit"),
    ),
)

HANDOVERS = Table(
    "handovers",
    "one row per journey and pair of owners: from the last touchpoint of the one to the next of the other",
    (
        needed("journey", TEXT, "name of the map"),
        needed("from_owner", TEXT, "who had the journey"),
        nullable("to_owner", TEXT, "who has it next; null: several could, by design"),
        needed("n", INT, "hand-overs that happened"),
        needed("journeys_n", INT, "journeys in which it happened"),
        needed("is_designed", FLAG, "the flow hands over from the one to the other"),
        nullable("p50_s", REAL, "median seconds of those that happened"),
        nullable("p90_s", REAL, "ninth decile of the same"),
        needed("lost_n", INT, "journeys that ended where the next step by design is the other owner's"),
        needed("waiting_n", INT, "journeys in flight that stand there now"),
    ),
)

TRACKING_BACKLOG = Table(
    "tracking_backlog",
    "one row per journey, touchpoint or block, source, reason and time: what could not be seen, and is no friction",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("touchpoint", TEXT, "touchpoint that could not be seen; null: see block, or all of the source"),
        nullable("block", TEXT, 'the block, "a | b"'),
        nullable("source", TEXT, "source of its events; null: several, or not known"),
        needed("reason", TEXT, "see Blindness"),
        nullable("from_at", TIME, "since when; null: since ever"),
        nullable("until_at", TIME, "until when (excluded); null: still"),
        needed("journeys_n", INT, "journeys whose skip was set aside for it; 0: a gap that cost none its step"),
        nullable("evidence", TEXT, "what was seen, in words"),
        nullable("hint", TEXT, "what to do, with the lines for terreng.toml or the map"),
        nullable("owner", TEXT, "owner of the touchpoint"),
    ),
)

COVERAGE = Table(
    "coverage",
    "one row per journey: what of the events and the time of its customers the map knows",
    (
        needed("journey", TEXT, "name of the map"),
        needed("persons_n", INT, "people with a journey of this map"),
        needed("journeys_n", INT, "their journeys"),
        needed(
            "events_n", INT, "events in journeys: on_flow_n + anytime_n + off_map_n + exits_n + other_map_n + dark_n"
        ),
        needed("on_flow_n", INT, "events of the flow"),
        needed("anytime_n", INT, "events that are welcome anytime"),
        needed("off_map_n", INT, "events that the map knows and nobody designed in"),
        needed("exits_n", INT, "events that are exits"),
        needed("other_map_n", INT, "events that another map of the workspace knows"),
        needed("dark_n", INT, "events outside every touchpoint of every map"),
        nullable("dark_share", REAL, "dark_n of events_n; 0 to 1"),
        needed("elapsed_us", INT, "microseconds from the first to the last event of each journey, summed"),
        needed("dark_us", INT, "of these, up to an event outside every touchpoint, from the event before"),
        nullable("dark_time_share", REAL, "dark_us of elapsed_us; 0 to 1"),
        needed("dark_journeys_n", INT, "journeys of which half the events or more are dark"),
        needed("ghosts_n", INT, "touchpoints of the map without an event in the 90 days before the snapshot"),
    ),
)

MAP_ASSIGNMENTS = Table(
    "map_assignments",
    "one row per journey that another map's journey of the same person contests",
    (
        needed("journey", TEXT, "name of the map"),
        needed("journey_id", TEXT, "journey"),
        needed("verdict", TEXT, "see Assignment"),
        needed("rival_journey", TEXT, "the other map that fits best"),
        needed("rival_journey_id", TEXT, "that map's journey of the same person"),
        needed("shared_n", INT, "events that both journeys have"),
        needed("fit", REAL, "1 - cost over the cost of a journey that fits nothing, under this map; 0 to 1"),
        needed("rival_fit", REAL, "the same under the other map"),
    ),
)

MAP_VERSIONS = Table(
    "map_versions",
    "one row per journey, version of its map, and whether the journeys straddle a change of version",
    (
        needed("journey", TEXT, "name of the map"),
        needed("map_version", INT, "version of the map"),
        needed("straddles", FLAG, "these journeys began under it and went on under a later one"),
        nullable("valid_from", TIME, "since when it judges what begins; null: since ever"),
        nullable("valid_until", TIME, "until when (excluded); null: still"),
        needed("is_in_force", FLAG, "the version in force at the snapshot: the summaries are about it"),
        needed("content_hash", TEXT, "hash of what the map says"),
        needed("journeys_n", INT, "journeys that it judges"),
        needed("converted_n", INT, "of these, converted"),
        needed("exited_n", INT, "exited"),
        needed("abandoned_n", INT, "abandoned"),
        needed("in_flight_n", INT, "in flight"),
        needed(
            "conforming_n",
            INT,
            "journeys without missing, ad_hoc, repeated, out_of_order, branch_conflict, wrong_entry, wrong_exit",
        ),
        nullable("horizon_d", REAL, "horizon of the share, days"),
        needed("mature_n", INT, "journeys that began a horizon or longer ago"),
        nullable("converted_share", REAL, "of these, converted within the horizon; 0 to 1"),
        nullable("converted_low", REAL, "lower end of its 95 % interval"),
        nullable("converted_high", REAL, "upper end of its 95 % interval"),
    ),
)

VARIANT_MOVES = Table(
    "variant_moves",
    "one row per variant and move of its alignment: the planned line above, the actual line below",
    (
        needed("journey", TEXT, "name of the map"),
        needed("variant_id", TEXT, "variant"),
        needed("move_no", INT, "place in the alignment, from 0"),
        nullable("move", TEXT, "sync, log or model; null: an exit, which no alignment moves"),
        needed("touchpoint", TEXT, "touchpoint, or the activity where the map knows none"),
        nullable("position", INT, "the event's place in the journey; null for a model move"),
    ),
)

EXAMPLE_JOURNEYS = Table(
    "example_journeys",
    "one row per journey, deviation and place: the three shortest journeys that show it, of different variants first",
    (
        needed("journey", TEXT, "name of the map"),
        needed("kind", TEXT, "see DeviationKind"),
        nullable("touchpoint", TEXT, "what it is charged to"),
        nullable("block", TEXT, 'the skipped block, "a | b"'),
        needed("place", INT, "1, 2 or 3: shortest first"),
        needed("journey_id", TEXT, "journey"),
        needed("events_n", INT, "its events"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        EVENTS,
        REJECTED_ROWS,
        FILES,
        SOURCE_STATES,
        SOURCE_COLUMNS,
        IDENTITY_LINKS,
        PERSONS,
        PERSON_CHANGES,
        STITCHING,
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
        TOUCHPOINT_STATES,
        LEDGER,
        CONSTRAINTS,
        CONSTRAINT_VERDICTS,
        HANDOVERS,
        TRACKING_BACKLOG,
        COVERAGE,
        MAP_ASSIGNMENTS,
        MAP_VERSIONS,
        VARIANT_MOVES,
        EXAMPLE_JOURNEYS,
        *EFFECT_TABLES,
        *TRAVEL_TABLES,
        ERASURES,
        WITHDRAWALS,
    )
}
