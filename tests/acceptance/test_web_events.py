"""Real tracker events against the sessions, users and page views that their package's authors expect.

The rows are edge cases; `user_id` names the case. Where ours differ it is by intent, and each row says why.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.identity import resolve_persons
from pipelines.ingest import SourceReport, ingest
from pipelines.settings import load_settings
from pipelines.warehouse import writer

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SETTINGS = """
[workspace]
name = "Web"
[[sources]]
name = "web"
kind = "snowplow"
path = "{data}/web_events/source/snowplow_web_events.csv"
"""
Row = dict[str, str]


@dataclass(frozen=True)
class Visit:
    """A session: its first and last event, and how many there are of each name."""

    first: str
    last: str
    names: dict[str, int]


# By the last digits of domain_sessionid: what is here instead of their row, and why.
_PING = "one page ping: that a page is still open is no event"
OTHER_SESSIONS: dict[str, tuple[Visit | None, str]] = {
    "30fce8": (None, _PING),
    "f9140d": (None, _PING),
    "f9140e": (None, _PING),
    "f9140c": (
        Visit(
            "2021-03-02 15:55:18.539",
            "2021-03-02 15:55:29.716",
            {"data_structures_workflow": 1, "event": 1, "page_view": 4},
        ),
        "it ends with a page ping four minutes later",
    ),
    "77bd35": (
        Visit(
            "2021-03-01 21:39:43.815", "2021-03-11 21:42:15.543", {"link_click": 3, "page_view": 4, "snplow_cookies": 4}
        ),
        "they leave out what comes three days after a session's start; here nothing that happened is left out",
    ),
    "31b12d": (
        Visit("2020-07-03 15:55:18.542", "2021-03-04 15:55:27.085", {"page_view": 2}),
        "the same, after eight months: a session id says what the tracker took for one visit",
    ),
}
# Sessions that they do not have.
MORE_SESSIONS = {
    "late arriving: device created/sent >3 days": "late events are taken in at the time when they happened",
    "NULL page_view_id": "a page view without an id of the page view is an event, too",
    "consent_accel": "26 visits without a page view: the answers to a consent banner",
}
MORE_PAGE_VIEWS = {
    "late arriving: device created/sent >3 days": 1,
    "long session": 2,
    "Unexpired session": 1,
}


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Web:
    """What came in, what they expect, and what is here."""

    report: SourceReport
    source: list[Row]
    sessions: list[Row]
    quarantined: list[Row]
    users: list[Row]
    page_views: list[Row]
    events: dict[str, tuple[str, str, str | None, dict[str, str]]]
    people: dict[str, frozenset[str]]

    @property
    def session_of(self) -> dict[str, str]:
        """Event id to the tracker's session id."""
        return {row["event_id"]: row["domain_sessionid"] for row in self.source}

    @property
    def name_of(self) -> dict[str, str]:
        """Event id to the tracker's name of the event."""
        return {row["event_id"]: row["event_name"] for row in self.source}

    @property
    def case_of(self) -> dict[str, str]:
        """Event id to the edge case."""
        return {row["event_id"]: row["user_id"] for row in self.source}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "terreng.toml").write_text(SETTINGS.format(data=shared_data), encoding="utf-8")
    settings = load_settings(folder)
    with writer(settings) as con:
        report = ingest(con, settings, NOW)[0]
        resolve_persons(con, settings, NOW)
        found = con.sql(
            "SELECT replace(event_id, 'event:', ''), strftime(timezone('UTC', occurred_at), '%Y-%m-%d %H:%M:%S.%g'),"
            " activity, session_id, attributes FROM events"
        ).fetchall()
        ids = con.sql(
            "SELECT p.person_id, i.id_type, i.value FROM persons p JOIN identifiers i ON i.id_type = p.id_type"
            " AND i.id = p.id WHERE p.rule = 'default'"
        ).fetchall()
    users: dict[str, set[str]] = {}
    for person, kind, value in ids:
        users.setdefault(person, set()).update({value} if kind == "user_id" else ())
    people = {value: frozenset(users[person]) for person, kind, value in ids if kind == "cookie"}
    events = {each[0]: (each[1], each[2], each[3], each[4]) for each in found}
    folder = shared_data / "web_events"
    expected = {path.name: rows_of(path) for path in (folder / "expected").iterdir()}
    yield Web(
        report=report,
        source=rows_of(folder / "source" / "snowplow_web_events.csv"),
        sessions=expected["snowplow_web_sessions_expected.csv"],
        quarantined=expected["snowplow_web_base_quarantined_sessions_expected.csv"],
        users=expected["snowplow_web_users_expected.csv"],
        page_views=expected["snowplow_web_page_views_expected.csv"],
        events=events,
        people=people,
    )


def ours(web: Web) -> dict[str, Visit]:
    """Our sessions, by the tracker's session id."""
    members: dict[str | None, list[str]] = {}
    for event_id, (_, _, session, _) in web.events.items():
        members.setdefault(session, []).append(event_id)
    visits = {}
    for session, event_ids in members.items():
        names = {web.session_of[event_id] for event_id in event_ids}
        assert len(names) == 1, "one session of ours is one of the tracker's"
        times = sorted(web.events[event_id][0] for event_id in event_ids)
        if session is not None:
            counts = Counter(web.name_of[event_id] for event_id in event_ids)
            visits[names.pop()] = Visit(times[0], times[-1], dict(sorted(counts.items())))
    return visits


def theirs(web: Web) -> dict[str, Visit]:
    """Their sessions, by the tracker's session id, without page pings."""
    visits = {}
    for row in web.sessions:
        counts = json.loads(row["event_counts"])
        counts.pop("page_ping", None)
        visits[row["original_domain_sessionid"]] = Visit(row["start_tstamp"], row["end_tstamp"], counts)
    return visits


def test_every_row_is_an_event_a_page_ping_or_a_copy(web: Web) -> None:
    pings = [row for row in web.source if row["event"] == "page_ping"]
    assert (web.report.rows_n, web.report.dropped_n, web.report.duplicate_n) == (160, len(pings), 160 - 157)
    assert (web.report.accepted_n, web.report.rejected_n, len(web.events)) == (149, 0, 149)


def test_sessions_are_those_of_the_package(web: Web) -> None:
    mine, expected = ours(web), theirs(web)
    assert len(expected) == 18
    for session, visit in expected.items():
        other = OTHER_SESSIONS.get(session[-6:], (visit, ""))[0]
        assert mine.get(session) == other, session
    assert len([session for session, visit in expected.items() if mine.get(session) == visit]) == 18 - 6


def test_sessions_that_the_package_leaves_out_are_here(web: Web) -> None:
    more = set(ours(web)) - set(theirs(web))
    cases = {web.case_of[event_id] for event_id, session in web.session_of.items() if session in more}
    assert (cases, len(more)) == (set(MORE_SESSIONS), 1 + 1 + 26)


def test_the_session_that_the_package_quarantines_is_here(web: Web) -> None:
    assert [row["session_identifier"][-6:] for row in web.quarantined] == ["77bd35"]
    assert web.quarantined[0]["session_identifier"] in ours(web)


def test_an_event_without_a_session_is_an_event(web: Web) -> None:
    without = [web.case_of[event_id] for event_id, event in web.events.items() if event[2] is None]
    assert without == ["NULL domain_sessionid"]


def test_page_views_are_those_of_the_package(web: Web) -> None:
    first: dict[str, str] = {}
    case: dict[str, str] = {}
    for event_id, (at, activity, _, attributes) in web.events.items():
        if activity == "page_view" and "page_view_id" in attributes:
            view = attributes["page_view_id"]
            first[view] = min(at, first.get(view, at))
            case[view] = web.case_of[event_id]
    expected = {row["page_view_id"]: row["derived_tstamp"] for row in web.page_views}
    assert len(expected) == 43
    assert {view: first[view] for view in expected} == expected
    assert Counter(case[view] for view in set(first) - set(expected)) == MORE_PAGE_VIEWS


def test_how_visitors_came_is_told_as_by_the_package(web: Web) -> None:
    """Where nothing is known they say Unassigned, and we say nothing."""
    groups = {
        event[3]["page_view_id"]: event[3].get("channel_group", "Unassigned")
        for event in web.events.values()
        if event[1] == "page_view" and "page_view_id" in event[3]
    }
    expected = {row["page_view_id"]: row["default_channel_group"] for row in web.page_views}
    assert {view: groups[view] for view in expected} == expected
    assert set(expected.values()) == {"Display", "Paid Other", "Unassigned"}


def test_cookies_are_stitched_to_the_user_that_the_package_stitches_them_to(web: Web) -> None:
    """Their users are cookies; the last user id of a cookie is that of all its page views."""
    assert len(web.users) == 11
    stitched = {row["original_domain_userid"]: row["stitched_user_id"] for row in web.page_views}
    for row in web.users:
        cookie = row["original_domain_userid"]
        if row["user_id"].startswith("user stitch"):
            # Ten people logged in at one browser one after the other: they are never one person, and it is nobody's.
            assert stitched[cookie] == "user stitch - session: 2nd id: 10"
            assert web.people[cookie] == frozenset()
        else:
            assert web.people[cookie] == {stitched[cookie]}


def test_cookies_that_change_within_a_session_are_one_user_here(web: Web) -> None:
    """They take a session's first cookie for all of it; here the log-in joins the cookies."""
    cookies = {row["domain_userid"] for row in web.source if row["user_id"].startswith("Rotating")}
    assert len(cookies) == 3
    assert {web.people[cookie] for cookie in cookies} == {frozenset({"Rotating domain_userid per session"})}


def test_ten_log_ins_at_one_browser_stay_ten_people(web: Web) -> None:
    known = [users for users in web.people.values() if any(user.startswith("user stitch") for user in users)]
    assert known == []
