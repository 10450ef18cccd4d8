from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.explore import own_data, workshop
from pipelines.explore.desk import Desk

NAME = "become_customer.yaml"


@pytest.fixture
def text(desk: Desk) -> str:
    return workshop.map_files(desk)[NAME]


def test_the_map_in_force_says_the_same_as_itself(desk: Desk, text: str) -> None:
    draft = workshop.drafted(desk, text, NAME)
    assert draft.plan is not None
    assert "says the same" in workshop.differs(draft)
    assert workshop.designed(draft).count("<svg") >= 1


def test_a_mistake_is_told_with_its_line(desk: Desk, text: str) -> None:
    draft = workshop.drafted(desk, f"oops: 1\n{text}", NAME)
    assert draft.plan is None
    assert "1 error" in workshop.linted(draft)
    assert "line 1" in workshop.linted(draft)
    assert (workshop.differs(draft), workshop.designed(draft)) == ("", "")
    assert "a map with errors" in workshop.backtested(desk, draft).lower()


@pytest.mark.parametrize("typed", ["", "]", "a: &a [*a]", "\x00", "journey: [", "- 1"])
def test_what_is_no_map_is_told_as_such(desk: Desk, typed: str) -> None:
    draft = workshop.drafted(desk, typed, NAME)
    assert draft.plan is None
    assert "error" in workshop.linted(draft)


def test_a_change_is_told_in_words(desk: Desk, text: str) -> None:
    changed = text.replace("title: Pay the first invoice", "title: Pay <b>at once</b>")
    assert changed != text
    told = workshop.differs(workshop.drafted(desk, changed, NAME))
    assert "Pay &lt;b&gt;at once" in told


@pytest.mark.slow
def test_old_traffic_is_judged_by_the_draft_beside_the_map_in_force(desk: Desk, text: str) -> None:
    changed = re.sub(r"\{optional: newsletter\}", "newsletter", text)
    assert changed != text
    draft = workshop.drafted(desk, changed, NAME)
    told = workshop.backtested(desk, draft)
    assert "Map in force" in told
    assert "It finds more of" in told
    assert workshop.map_files(desk)[NAME] == text


def test_files_are_recognised_and_their_first_events_shown_without_ids(example: Path) -> None:
    looked = own_data.look_at("exports/qualtrics", example)
    assert looked.proposal is not None
    assert "Qualtrics" in own_data.recognised(looked)
    tried = own_data.try_out(own_data.proposed(looked), looked, example)
    assert tried.trouble is None, tried.trouble
    assert tried.events is not None
    assert tried.rows is not None
    assert tried.events.height > 0
    assert "@" not in str(tried.events.rows())
    assert "events" in own_data.told(tried)


def test_a_first_look_writes_into_no_warehouse_that_is_named(example: Path, tmp_path: Path) -> None:
    mine = tmp_path / "warehouse.duckdb"
    looked = own_data.look_at("exports/qualtrics", example)
    tried = own_data.try_out(f'[warehouse]\npath = "{mine}"\n{own_data.proposed(looked)}', looked, example)
    assert tried.trouble is None
    assert not mine.exists()


@pytest.mark.parametrize("typed", ["nowhere", "/dev/null", "terreng.toml", "~nobody_of_this_name/a", "x" * 5_000, "\0"])
def test_what_cannot_be_a_source_is_told(example: Path, typed: str) -> None:
    looked = own_data.look_at(typed, example)
    assert looked.proposal is None
    assert looked.trouble is not None
    assert "trouble" in own_data.recognised(looked)


def test_sources_of_the_network_are_not_read(example: Path) -> None:
    looked = own_data.look_at("exports/qualtrics", example)
    text = '[[sources]]\nname = "far"\nkind = "table"\npath = "s3://bucket/a.csv"\ncolumns = {occurred_at = "t", activity = "a", identities = {customer_id = "c"}}\n'  # noqa: E501 - one document
    tried = own_data.try_out(text, looked, example)
    assert tried.trouble is not None
    assert "this machine" in tried.trouble.got


def test_settings_with_a_mistake_are_told(example: Path) -> None:
    looked = own_data.look_at("exports/qualtrics", example)
    tried = own_data.try_out("[[sources]\n", looked, example)
    assert tried.trouble is not None
    assert "line 1," in tried.trouble.got
    assert own_data.told(tried)
