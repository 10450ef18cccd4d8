"""Real logs are taken in completely."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.ingest import ingest
from pipelines.settings import load_settings
from pipelines.warehouse import writer

NOW = datetime(2026, 11, 21, tzinfo=UTC)

SETTINGS = """
[workspace]
name = "Real logs"
[[sources]]
name = "fines"
kind = "table"
path = "{data}/traffic_fines/traffic_fines.csv.gz"
[sources.columns]
occurred_at = "timestamp"
activity = "activity"
order = ".order"
identities = {{case = "case_id"}}
[[sources]]
name = "helpdesk"
kind = "xes"
path = "{data}/helpdesk/helpdesk.xes.gz"
[[sources]]
name = "loan"
kind = "table"
path = "{data}/loan_application/log.csv.gz"
[sources.columns]
occurred_at = "end_time"
activity = "activity"
identities = {{loan = "case_id"}}
[[sources]]
name = "even"
kind = "table"
path = "{data}/receipt_two_systems/receipt_even.csv"
[sources.columns]
occurred_at = "time:timestamp"
activity = "concept:name"
identities = {{left = "case:concept:name"}}
[[sources]]
name = "odd"
kind = "table"
path = "{data}/receipt_two_systems/receipt_odd.csv"
[sources.columns]
occurred_at = "time:timestamp"
activity = "concept:name"
identities = {{right = "case:concept:name"}}
[[sources]]
name = "links"
kind = "table"
path = "{data}/receipt_two_systems/case_relations.csv"
[sources.columns]
identities = {{left = "case:concept:name_LEFT", right = "case:concept:name_RIGHT"}}
[[sources]]
name = "web"
kind = "table"
path = "{data}/web_events/source/snowplow_web_events.csv"
[sources.columns]
event_id = "event_id"
occurred_at = "derived_tstamp"
activity = "event_name"
session_id = "domain_sessionid"
identities = {{user_id = "user_id", cookie = "domain_userid"}}
[[sources]]
name = "field_history"
kind = "table"
path = "{data}/crm_connectors/zendesk/ticket_field_history_data.csv"
[sources.columns]
occurred_at = "updated"
activity = {{template = "{{field_name}}.{{value}}"}}
identities = {{ticket = "ticket_id"}}
"""
EVENTS = {"fines": 34_724, "helpdesk": 21_348, "loan": 7_495, "even": 4_443, "odd": 4_134, "web": 157}
CASES = {"fines": 10_000, "helpdesk": 4_580, "loan": 1_000, "even": 1_434, "odd": 1_318}
ACTIVITIES = {"fines": 11, "helpdesk": 14, "loan": 12, "even": 17, "odd": 10}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    folder = tmp_path_factory.mktemp("real")
    (folder / "terreng.toml").write_text(SETTINGS.format(data=shared_data), encoding="utf-8")
    return folder


def test_every_row_of_real_logs_is_accounted_for_and_a_second_run_changes_nothing(root: Path) -> None:
    settings = load_settings(root)
    with writer(settings) as con:
        reports = {report.source: report for report in ingest(con, settings, NOW)}
        by_source = "SELECT source, {} FROM events GROUP BY source"
        events = dict(con.sql(by_source.format("count(*)")).fetchall())
        cases = dict(con.sql(by_source.format("count(DISTINCT id_key)")).fetchall())
        activities = dict(con.sql(by_source.format("count(DISTINCT activity)")).fetchall())
        again = ingest(con, settings, NOW)
        once_more = dict(con.sql(by_source.format("count(*)")).fetchall())
        links = con.sql("SELECT count(*), sum(evidence_n) FROM link_evidence WHERE source = 'links'").fetchall()
        raw_ids = con.sql("SELECT count(*) FROM events WHERE 'A1' IN (SELECT unnest(map_values(ids)))").fetchall()

    assert {name: events[name] for name in EVENTS} == EVENTS
    assert {name: cases[name] for name in CASES} == CASES
    assert {name: activities[name] for name in ACTIVITIES} == ACTIVITIES
    assert (reports["links"].accepted_n, links) == (1_318, [(1_318, 1_318)])
    assert (reports["web"].rows_n, reports["web"].duplicate_n) == (160, 3)
    assert (reports["field_history"].rows_n, reports["field_history"].duplicate_n) == (
        38,
        3,
    )  # one row stands four times
    assert raw_ids == [(0,)]
    for report in reports.values():
        assert report.rejected_n == 0
        parts = report.accepted_n + report.duplicate_n + report.dropped_n + report.rejected_n
        assert parts == report.rows_n
    assert once_more == events
    assert [report.new_files_n for report in again] == [0] * len(again)
