"""`terreng erase`, from the id that was typed to files without a byte of the person.

The order makes it safe to be killed at any time: our own files first, because they can be written again; then all
tables in one transaction, with an audit row that says that the rest is still to be done; then the warehouse's file and
the published one anew; then the audit row is closed. Whoever erases next ends what was left open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines import warehouse
from pipelines.identity import resolve_persons
from pipelines.privacy.asked import Asked
from pipelines.privacy.door import tombstone_sql
from pipelines.privacy.erasing import count_rows, erase_rows, forget, new_request
from pipelines.privacy.leftovers import deliveries, find_leftovers
from pipelines.privacy.restating import last_as_of, reports, restate
from pipelines.privacy.subject import Subject, find_subject
from pipelines.pseudonyms import load_salt
from pipelines.run import Call
from pipelines.settings import Settings
from pipelines.warehouse.rebuilding import rebuild
from schemas.errors import TerrengError, UsageError
from schemas.words import Rule


@dataclass(frozen=True)
class Plan:
    """What an erasure would do.

    Attributes:
        subject: Whose data.
        counts: Table to how many of its rows go.
        leftovers: Our own files that go, because they have rows of hers.
        deliveries: The user's files that have rows of hers: they are left to the user.
        reports_n: Reports that are marked as restated.
    """

    subject: Subject
    counts: dict[str, int]
    leftovers: tuple[Path, ...]
    deliveries: tuple[str, ...]
    reports_n: int


@dataclass(frozen=True)
class Outcome:
    """What an erasure did.

    Attributes:
        request: Number of its audit row; "" where nothing was to be erased.
        plan: What was done; None where the person had been erased before.
        run_id: The run that restated the figures; "" where none did.
        note: Why none did.
        is_finished_before: An erasure that had been interrupted was ended first.
    """

    request: str = ""
    plan: Plan | None = None
    run_id: str = ""
    note: str = ""
    is_finished_before: bool = False


def erase(
    settings: Settings, asked: Asked, rule: Rule, reason: str, *, is_wanted: Callable[[Plan], bool], call: Call
) -> Outcome | None:
    """Removes a person from the workspace; None where `is_wanted` says no to the plan.

    Raises:
        UsageError: No row has any of the ids, or they do not say whose data to erase.
        WorkspaceBusyError: A run holds the workspace.
    """
    now, salt = datetime.now(UTC), load_salt(settings)
    with warehouse.lock(settings):
        was_open = end_open(settings, call)
        with warehouse.writer(settings) as con:
            try:
                plan = _plan(con, settings, asked, rule, salt)
                if plan is None:
                    return Outcome(is_finished_before=was_open)
                _refuse_telling_reason(reason, plan.subject)
                if not is_wanted(plan):
                    return None
                for path in plan.leftovers:
                    path.unlink(missing_ok=True)
                request = new_request(rule, reason, now)
                call("Delete the rows", lambda: erase_rows(con, settings, plan.subject, request, salt))
                as_of = last_as_of(con)
            finally:
                forget(con)
        end_open(settings, call)
        run_id, note = _restated(settings, as_of, call)
    return Outcome(request.number, plan, run_id, note, was_open)


def end_open(settings: Settings, call: Call) -> bool:
    """Ends erasures whose rows are deleted, but not yet their bytes. Returns whether there were any."""
    if not settings.warehouse.exists():
        return False
    with warehouse.writer(settings) as con:
        is_open = con.sql("SELECT count(*) FROM erasures WHERE finished_at IS NULL").fetchall() != [(0,)]
    if not is_open:
        return False
    call("Write the warehouse anew", lambda: rebuild(settings))
    with warehouse.writer(settings) as con:
        if settings.published_db.exists():
            call("Publish the tables", lambda: warehouse.publish(con, settings, "erasure", is_anew=True))
        with warehouse.transaction(con, settings.warehouse):
            con.execute("UPDATE erasures SET finished_at = ? WHERE finished_at IS NULL", [datetime.now(UTC)])
    return True


def _plan(con: duckdb.DuckDBPyConnection, settings: Settings, asked: Asked, rule: Rule, salt: bytes) -> Plan | None:
    """What would go; None where the person has been erased before and nothing has come back."""
    unresolved = "SELECT count(*) FROM identifiers WHERE id_key NOT IN (SELECT id_key FROM person_keys)"
    if con.sql(unresolved).fetchall() != [(0,)]:
        resolve_persons(con, settings)
    subject = find_subject(con, settings, asked, rule)
    counts = count_rows(con, subject)
    if not counts:
        if _is_erased(con, asked, salt):
            return None
        raise UsageError(
            "an id that no row has",
            "an id as it was delivered, with its type",
            "the types are " + ", ".join(_types(con)) + "; a pseudonym from `terreng identity` works, too",
        )
    return Plan(
        subject,
        counts,
        find_leftovers(settings, subject.words, subject.values),
        deliveries(con),
        len(reports(settings)),
    )


def _is_erased(con: duckdb.DuckDBPyConnection, asked: Asked, salt: bytes) -> bool:
    known = con.execute(
        f"SELECT count(*) FROM (SELECT unnest($asked) AS word) WHERE {tombstone_sql(salt, 'word')} IN"
        " (SELECT tombstone FROM erased_ids)",
        {"asked": list(asked.pseudonyms)},
    ).fetchall()
    return bool(known[0][0])


def _types(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.sql("SELECT DISTINCT id_type FROM identifiers ORDER BY id_type").fetchall()
    return [str(row[0]) for row in rows] or ["told by the sources"]


def _refuse_telling_reason(reason: str, subject: Subject) -> None:
    texts = [*subject.words, *subject.values]
    if any(text.lower() in reason.lower() for text in texts if len(text) > 2):
        raise UsageError("a reason with an id of the person in it", "a reason that tells nobody who it is about")


def _restated(settings: Settings, as_of: datetime | None, call: Call) -> tuple[str, str]:
    if as_of is None:
        return "", "no run has been published yet, so no figure is to be restated"
    try:
        return restate(settings, as_of, call), ""
    except TerrengError as error:
        return "", f"the figures still count her until the next `terreng run`: {error}"
