"""Why a row is refused or dropped: the words, and the SQL that finds the first that holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipelines.ingest.moments import EARLIEST, is_ambiguous, is_nonexistent
from pipelines.ingest.readers.landing import quoted
from pipelines.settings.tables import EventMapping
from schemas.words import EventStatus, Initiator

BROKEN_ROW = "broken_row"
SCORE_OUT_OF_RANGE = "score_out_of_range"
NO_CONSENT = "no_consent"  # dropped: the person said no
NO_EVENT = "no_event"  # dropped: nothing happened that the connector knows, and no id is filled in
SINGLE_ID = "single_id"  # dropped: nothing happened, and one id alone links nothing
REASONS = {
    "missing_timestamp": "the time is empty",
    "unreadable_timestamp": "the time is in no form that was expected",
    "nonexistent_local_time": "the clock was set forward over this time in its zone; it needs an offset",
    "ambiguous_local_time": "the clock showed this time twice in its zone; it needs an offset",
    "out_of_range": f"the time lies before {EARLIEST.year}",
    "in_the_future": "the time lies more than a day after the run",
    "missing_activity": "the activity is empty",
    "missing_identity": "no identity is filled in, or a link has less than two",
    "missing_event_id": "the event id is empty",
    "unreadable_order": "the order is no whole number",
    "unknown_initiator": f"the initiator is none of {', '.join(Initiator)}",
    "unknown_status": f"the status is none of {', '.join(EventStatus)}",
    SCORE_OUT_OF_RANGE: "an answer is no number, or none that its question allows",
}


def event_reason_sql(event: EventMapping, ids: Iterable[str], wrong_score: str, latest: datetime) -> str:
    """SQL of the reason why an event cannot be taken in; null where it can.

    Args:
        event: Its words.
        ids: Columns of its ids.
        wrong_score: SQL of whether an answer is out of range.
        latest: Events after this are refused.
    """
    earliest_us, latest_us = (int(moment.timestamp() * 1_000_000) for moment in (EARLIEST, latest))
    tests = {
        "missing_timestamp": "when_text IS NULL",
        "nonexistent_local_time": is_nonexistent("offset_s"),
        "ambiguous_local_time": is_ambiguous("offset_s"),
        "unreadable_timestamp": "at_us IS NULL",
        "out_of_range": f"at_us < {earliest_us}",
        "in_the_future": f"at_us > {latest_us}",
        "missing_activity": "activity IS NULL",
        "missing_identity": " AND ".join(f"{name} IS NULL" for name in ids),
        "missing_event_id": "event_id IS NULL",
        "unreadable_order": "order_text IS NOT NULL AND TRY_CAST(order_text AS BIGINT) IS NULL"
        if event.order
        else "FALSE",
        "unknown_initiator": _is_none_of("initiator", Initiator) if event.initiator else "FALSE",
        "unknown_status": _is_none_of("status", EventStatus) if event.status else "FALSE",
        SCORE_OUT_OF_RANGE: wrong_score,
    }
    cases = " ".join(f"WHEN {test} THEN '{code}'" for code, test in tests.items() if test != "FALSE")
    return f"CASE {cases} END"


def _is_none_of(column: str, words: Iterable[str]) -> str:
    return f"{column} NOT IN ({', '.join(quoted(word) for word in words)})"
