"""Real tables of five systems, in the names of a warehouse's replica, through the real connectors.

Shapes, not journeys: rows of different tables mostly do not join. What is expected is counted from the files
themselves, without anything of ours.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import polars as pl
import pytest

from pipelines import warehouse
from pipelines.ingest import SourceReport, ingest
from pipelines.settings import load_settings

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
DATA = Path(os.environ.get("TERRENG_TEST_DATA", BESIDE)) / "crm_connectors"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SYSTEMS = ("hubspot", "intercom", "qualtrics", "salesforce", "zendesk")
pytestmark = pytest.mark.usefixtures("shared_data")  # absent data fails: a proof that did not run proves nothing

# Files that a connector leaves aside, and why.
COMPANIES = "about companies, which are nobody's journey"
COLLEAGUES = "about colleagues, whose ids are nobody's journey"
SETTINGS = "settings, lists and labels of the system itself"
REPEATS = "says again, without a time or a person, what another table says"
GOODS = "about goods and orders, without a person"
LEFT_ASIDE: dict[str, dict[str, str]] = {
    "hubspot": {
        "company_data": COMPANIES,
        "company_data_databricks": COMPANIES,
        "company_data_postgres": COMPANIES,
        "company_data_snowflake": COMPANIES,
        "company_property_history_data": COMPANIES,
        "contact_list_data": SETTINGS,
        "contact_list_member_data": SETTINGS,
        "deal_company_data": COMPANIES,
        "deal_pipeline_data": SETTINGS,
        "deal_property_history_data": REPEATS,
        "email_campaign_data": SETTINGS,
        "email_event_deferred_data": REPEATS,
        "email_event_delivered_data": REPEATS,
        "email_event_forward_data": REPEATS,
        "email_event_open_data": REPEATS,
        "email_event_print_data": REPEATS,
        "email_event_sent_data": REPEATS,
        "email_event_sent_data_postgres": REPEATS,
        "email_event_sent_data_snowflake": REPEATS,
        "email_event_spam_report_data": REPEATS,
        "engagement_company_data": COMPANIES,
        "engagement_data": REPEATS,
        "engagement_note_data": COLLEAGUES,
        "engagement_task_data": COLLEAGUES,
        "form_data": SETTINGS,
        "owner_data": COLLEAGUES,
        "owner_team_data": COLLEAGUES,
        "property_data": SETTINGS,
        "property_option_data": SETTINGS,
        "role_data": COLLEAGUES,
        "team_data": COLLEAGUES,
        "team_user_data": COLLEAGUES,
        "ticket_company_data": COMPANIES,
        "ticket_pipeline_data": SETTINGS,
        "users_data": COLLEAGUES,
    },
    "intercom": {
        "admin_data": COLLEAGUES,
        "article_history_data": SETTINGS,
        "collection_history_data": SETTINGS,
        "collection_history_data_snowflake": SETTINGS,
        "company_history_data": COMPANIES,
        "company_tag_history_data": COMPANIES,
        "contact_company_history_data": COMPANIES,
        "contact_tag_history_data": SETTINGS,
        "conversation_tag_history_data": SETTINGS,
        "help_center_history_data": SETTINGS,
        "tag_data": SETTINGS,
        "team_admin_data": COLLEAGUES,
        "team_data": COLLEAGUES,
    },
    "qualtrics": {
        "block": SETTINGS,
        "block_question": SETTINGS,
        "contact_mailing_list_membership": SETTINGS,
        "core_mailing_list": SETTINGS,
        "directory": SETTINGS,
        "directory_mailing_list": SETTINGS,
        "distribution": SETTINGS,
        "question": SETTINGS,
        "question_option": SETTINGS,
        "question_response": REPEATS,
        "sub_question": SETTINGS,
        "survey": SETTINGS,
        "survey_embedded_data": REPEATS,
        "survey_version": SETTINGS,
        "user": COLLEAGUES,
    },
    "salesforce": {
        "sf_account_data": COMPANIES,
        "sf_account_history_data": COMPANIES,
        "sf_opportunity_line_item_data": GOODS,
        "sf_order_data": GOODS,
        "sf_product_2_data": GOODS,
        "sf_user_data": COLLEAGUES,
        "sf_user_role_data": COLLEAGUES,
    },
    "zendesk": {
        "audit_log_data": SETTINGS,
        "brand_data": SETTINGS,
        "brand_data_postgres": SETTINGS,
        "daylight_time_data": SETTINGS,
        "domain_name_data": COMPANIES,
        "group_data": COLLEAGUES,
        "organization_data": COMPANIES,
        "organization_tag_data": COMPANIES,
        "organization_tag_data_snowflake": COMPANIES,
        "schedule_data": SETTINGS,
        "schedule_holiday_data": SETTINGS,
        "sla_policy_metric_history_data": SETTINGS,
        "ticket_form_history_data": SETTINGS,
        "ticket_schedule_data": SETTINGS,
        "ticket_sla_policy_data": SETTINGS,
        "ticket_tag_data": SETTINGS,
        "time_zone_data": SETTINGS,
        "user_tag_data": SETTINGS,
        "user_tag_data_snowflake": SETTINGS,
    },
}


class TakenIn:
    """A system's files in a warehouse, with ids in the clear."""

    def __init__(self, con: duckdb.DuckDBPyConnection, report: SourceReport) -> None:
        self.con, self.report = con, report

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.sql(query).fetchall()

    def number(self, query: str) -> int:
        return int(self.rows(query)[0][0])

    def events(self, activity: str) -> int:
        return self.number(f"SELECT count(*) FROM events WHERE activity GLOB '{activity}'")

    def links(self, left: str, right: str) -> set[tuple[str, str]]:
        """Pairs of values of two id types that were seen together."""
        found = self.rows(f"""
            SELECT l.value, r.value FROM link_evidence e JOIN identifiers l ON l.id_key = e.left_key
            JOIN identifiers r ON r.id_key = e.right_key WHERE l.id_type = '{left}' AND r.id_type = '{right}'
            UNION SELECT r.value, l.value FROM link_evidence e JOIN identifiers l ON l.id_key = e.left_key
            JOIN identifiers r ON r.id_key = e.right_key WHERE r.id_type = '{left}' AND l.id_type = '{right}'""")
        return {(str(a), str(b)) for a, b in found}


@contextmanager
def taken_in(system: str, root: Path) -> Iterator[TakenIn]:
    shutil.copytree(DATA / system, root / "exports")
    source = f'[[sources]]\nname = "{system}"\nkind = "{system}"\npath = "exports/*.csv"\n'
    (root / "terreng.toml").write_text(f'[workspace]\nname = "x"\n{source}', encoding="utf-8")
    settings = load_settings(root)
    with mock.patch.dict(os.environ, {"TERRENG_SALT": "a salt for the tests"}), warehouse.writer(settings) as con:
        yield TakenIn(con, ingest(con, settings, NOW)[0])


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], TakenIn]]:
    """Each system's files, taken in when they are first asked for."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        known: dict[str, TakenIn] = {}

        def of(system: str) -> TakenIn:
            if system not in known:
                known[system] = stack.enter_context(taken_in(system, tmp_path_factory.mktemp(system)))
            return known[system]

        yield of


def table(system: str, name: str) -> pl.DataFrame:
    """A file as texts, counted without anything of ours."""
    return pl.read_csv(DATA / system / f"{name}.csv", infer_schema=False)


def is_true(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase() == "true"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_file_is_used_or_left_aside_for_a_reason(systems: Callable[[str], TakenIn], system: str) -> None:
    found = systems(system).rows("SELECT unnest(paths), status FROM files")
    used = {Path(path).stem for path, status in found if status in {"loaded", "lookup"}}
    not_used = {Path(path).stem for path, status in found if status == "not_used"}

    assert not_used == set(LEFT_ASIDE[system])
    assert used | not_used == {path.stem for path in (DATA / system).glob("*.csv")}


def test_all_139_files_are_looked_at() -> None:
    assert sum(1 for _ in DATA.glob("*/*.csv")) == 139


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_fates_of_the_rows_add_up_to_the_rows_of_the_files(systems: Callable[[str], TakenIn], system: str) -> None:
    found = systems(system).rows(
        "SELECT paths[1], rows_n, accepted_n + duplicate_n + dropped_n + rejected_n FROM files"
        " WHERE status <> 'not_used'"
    )

    for path, rows_n, fates_n in found:
        assert (path, rows_n, fates_n) == (path, table(system, Path(path).stem).height, rows_n)


@pytest.mark.parametrize("system", SYSTEMS)
def test_only_meetings_of_1970_are_refused(systems: Callable[[str], TakenIn], system: str) -> None:
    """Somebody took milliseconds for seconds."""
    old = table("hubspot", "engagement_meeting_data").filter(pl.col("start_time").str.starts_with("1970")).height

    assert old == 7
    assert systems(system).report.reasons == ({"out_of_range": old} if system == "hubspot" else {})


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_text_or_name_of_a_person_is_kept(systems: Callable[[str], TakenIn], system: str) -> None:
    kept = {name for (name,) in systems(system).rows("SELECT DISTINCT unnest(map_keys(attributes)) FROM events")}

    free = ("name", "subject", "body", "text", "comment", "description", "title", "address", "phone", "message", "note")
    assert [name for name in kept if any(word in name.lower() for word in free)] == []


def test_hubspot_mails_are_events_but_those_of_bots(systems: Callable[[str], TakenIn]) -> None:
    mails = table("hubspot", "email_event_data").filter(~is_true("filtered_event").fill_null(value=False))

    for kind in mails["type"].unique():
        assert systems("hubspot").events(f"email.{kind}") == mails.filter(pl.col("type") == kind)["id"].n_unique()


def test_hubspot_merges_are_links(systems: Callable[[str], TakenIn]) -> None:
    audit = table("hubspot", "contact_merge_audit_data")
    merged = table("hubspot", "contact_data").filter(pl.col("property_hs_merged_object_ids").is_not_null())
    expected = set(audit.select("canonical_vid", "vid_to_merge").rows())
    for stays, gone in merged.select("id", "property_hs_merged_object_ids").rows():
        expected |= {(stays, piece) for piece in gone.split(";")}

    assert len(expected) == 7
    assert expected <= systems("hubspot").links("hubspot_contact", "hubspot_contact")


def test_hubspot_deals_forms_meetings_and_tickets_are_events(systems: Callable[[str], TakenIn]) -> None:
    hubspot, tickets = systems("hubspot"), table("hubspot", "ticket_data")

    assert hubspot.events("deal.stage") == table("hubspot", "deal_stage_data").height == 14
    assert hubspot.events("deal.created") == table("hubspot", "deal_data")["deal_id"].n_unique()
    assert hubspot.events("form.submitted") == table("hubspot", "contact_form_submission_data").height
    assert hubspot.events("meeting*") == table("hubspot", "engagement_meeting_data").height - 7
    assert hubspot.events("ticket.created") == tickets.height
    assert hubspot.events("ticket.closed") == tickets["property_closed_date"].count()
    assert hubspot.events("ticket.first_reply") == tickets["property_first_agent_reply_date"].count()


def test_intercom_history_is_one_event_a_conversation(systems: Callable[[str], TakenIn]) -> None:
    intercom, parts = systems("intercom"), table("intercom", "conversation_part_history_data")

    assert intercom.events("conversation.started") == table("intercom", "conversation_history_data")["id"].n_unique()
    assert intercom.events("conversation.closed") == parts.filter(pl.col("part_type") == "close").height
    assert intercom.links("intercom_contact", "user_id") == set()  # all of them are leads


def test_an_intercom_admin_is_in_no_journey(systems: Callable[[str], TakenIn]) -> None:
    admins = set(table("intercom", "admin_data")["id"])
    known = {value for (value,) in systems("intercom").rows("SELECT value FROM identifiers")}

    assert admins & known == set()


def test_qualtrics_tells_who_was_asked_and_drops_the_unfinished(systems: Callable[[str], TakenIn]) -> None:
    qualtrics, asked = systems("qualtrics"), table("qualtrics", "distribution_contact")
    finished = table("qualtrics", "survey_response").filter(pl.col("finished") == "1").height

    assert qualtrics.events("survey.sent") == asked["sent_at"].count()
    assert qualtrics.events("survey.opened") == asked["opened_at"].count()
    assert qualtrics.events("survey.answered") == finished
    assert qualtrics.links("qualtrics_contact", "email") >= {("hersanid", "bingbong@gmail.com")}


def test_salesforce_ids_count_with_15_characters_and_tasks_find_whom_they_are_about(
    systems: Callable[[str], TakenIn],
) -> None:
    tasks = table("salesforce", "sf_task_data").filter(is_true("is_closed"))
    known = {value for (value,) in systems("salesforce").rows("SELECT value FROM identifiers WHERE id_type <> 'email'")}
    about = {who[:15] for who in tasks["who_id"].drop_nulls() if who.startswith(("003", "00Q"))}

    assert systems("salesforce").events("Task.completed") == tasks.height
    assert about <= known
    assert {len(value) for value in known} == {15}


def test_a_salesforce_lead_is_linked_to_the_contact_that_it_became(systems: Callable[[str], TakenIn]) -> None:
    lead = table("salesforce", "sf_lead_data").row(0, named=True)

    assert systems("salesforce").links("lead", "contact") >= {(lead["id"][:15], lead["converted_contact_id"][:15])}
    assert systems("salesforce").events("Lead.converted") == 1


def test_zendesk_tickets_and_their_statuses(systems: Callable[[str], TakenIn]) -> None:
    tickets = table("zendesk", "ticket_data").filter(pl.col("status") != "deleted")
    history = table("zendesk", "ticket_field_history_data").filter(pl.col("field_name") == "status")
    told = history.filter(~pl.col("value").is_in(["new", "closed"])).unique(["ticket_id", "updated", "value"])

    assert systems("zendesk").events("ticket.created") == tickets.height == 8
    assert systems("zendesk").events("ticket.status") == told.height
    assert systems("zendesk").links("zendesk_ticket", "zendesk_ticket") == {("1966", "1967"), ("1967", "1966")}


def test_a_zendesk_agent_is_in_no_journey(systems: Callable[[str], TakenIn]) -> None:
    staff = set(table("zendesk", "user_data").filter(pl.col("role") != "end-user")["id"])
    known = systems("zendesk").rows("SELECT value FROM identifiers WHERE id_type = 'zendesk_user'")

    assert staff == {"1111"}
    assert staff & {value for (value,) in known} == set()
