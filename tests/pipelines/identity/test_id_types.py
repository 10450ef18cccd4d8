"""What an id type is, and the form in which its ids are kept."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.id_types import form_sql, kind_of, kind_of_name, type_of
from pipelines.settings import load_settings
from schemas.errors import SettingsError
from schemas.words import IdKind


@pytest.mark.parametrize(
    ("id_type", "kind"),
    [
        ("customer_id", IdKind.PERSON),
        ("customer", IdKind.PERSON),
        ("Customer_Number", IdKind.PERSON),
        ("contact", IdKind.PERSON),
        ("userId", IdKind.PERSON),
        ("email", IdKind.EMAIL),
        ("mail", IdKind.EMAIL),
        ("work_email", IdKind.EMAIL),
        ("mobile", IdKind.PHONE),
        ("phone_number", IdKind.PHONE),
        ("cookie", IdKind.DEVICE),
        ("user_pseudo_id", IdKind.DEVICE),
        ("anonymousId", IdKind.DEVICE),
        ("domain_userid", IdKind.DEVICE),
        ("device", IdKind.DEVICE),
        ("case", IdKind.CASE),
        ("ticket", IdKind.RECORD),
        ("order_no", IdKind.RECORD),
        ("left_case", IdKind.RECORD),
    ],
)
def test_a_name_tells_its_kind(id_type: str, kind: IdKind) -> None:
    assert kind_of_name(id_type, {}) == kind


def test_the_settings_know_better_than_the_name(tmp_path: Path) -> None:
    (tmp_path / "terreng.toml").write_text(
        '[workspace]\nname = "x"\n[identity.types]\nmembership = "person"\nmail = "record"\n', encoding="utf-8"
    )
    settings = load_settings(tmp_path)
    found = [kind_of(settings, name) for name in ("membership", "mail", "email", "merged_membership")]
    assert found == [IdKind.PERSON, IdKind.RECORD, IdKind.EMAIL, IdKind.PERSON]


def test_a_connector_in_use_tells_the_kinds_of_its_ids(tmp_path: Path) -> None:
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors" / "club.toml").write_text(
        'title = "Club"\n[ids]\nnumber = "person"\nvisit = "record"\n[[tables]]\nname = "visits"\nfiles = ["v*"]\n'
        '[tables.identities]\nnumber = "n"\nvisit = "v"\n[tables.attributes]\n',
        encoding="utf-8",
    )
    (tmp_path / "terreng.toml").write_text(
        '[workspace]\nname = "x"\n[[sources]]\nname = "club"\nkind = "club"\npath = "*.csv"\n'
        'ids = {number = "membership"}\n',
        encoding="utf-8",
    )
    settings = load_settings(tmp_path)
    assert [kind_of(settings, name) for name in ("membership", "number", "visit")] == [
        IdKind.PERSON, IdKind.RECORD, IdKind.RECORD
    ]  # fmt: skip


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "terreng.toml").write_text(
        '[workspace]\nname = "x"\n[identity.types]\nmembership = "human"\n', encoding="utf-8"
    )
    with pytest.raises(SettingsError, match=r"terreng\.toml.*'person'.*'device'"):
        load_settings(tmp_path)


def test_an_old_id_is_of_the_type_that_it_was_merged_into() -> None:
    assert [type_of(word) for word in ("merged_contact", "contact", "merged_")] == ["contact", "contact", "merged_"]


@pytest.mark.parametrize(
    ("kind", "delivered", "kept"),
    [
        ("email", " Ann.Lie@Example.COM ", "ann.lie@example.com"),
        ("email", "  ", None),
        ("email", "null", None),
        ("phone", "+47 22 33 44 55", "+4722334455"),
        ("phone", "0047 22-33-44-55", "+4722334455"),
        ("phone", "+44 (0)20 7946 0958", "+442079460958"),
        ("phone", "tel:+4722334455", "+4722334455"),
        ("phone", "22 33 44 55 ext. 12", "22334455"),
        ("phone", "22 33 44 55x12", "22334455"),
        ("phone", "(555) 010-9999", "5550109999"),
        ("phone", "++4722334455+", "+4722334455"),
        ("phone", "unknown", None),
        ("phone", "+", None),
        ("device", " aBc ", "aBc"),
        ("device", "00000000-0000-0000-0000-000000000000", None),
        ("person", "C-001 ", "C-001"),
        ("person", "undefined", None),
        ("person", "(not set)", None),
        ("record", "null", "null"),
        ("case", " 17", "17"),
        ("case", None, None),
    ],
)
def test_ids_of_a_kind_have_one_form(kind: str, delivered: str | None, kept: str | None) -> None:
    text = duckdb.execute(f"SELECT {form_sql(kind, 'x')} FROM (SELECT $x::VARCHAR AS x)", {"x": delivered})
    assert text.fetchall() == [(kept,)]


@pytest.mark.parametrize("kind", list(IdKind))
@pytest.mark.parametrize("delivered", ["0047 (0) 22+33 ext 4", " A@b.C ", "a'b", "+00+1", "", " "])
def test_the_form_of_a_form_is_itself(kind: IdKind, delivered: str) -> None:
    once = f"SELECT {form_sql(kind, 'x')} AS x FROM (SELECT $x::VARCHAR AS x)"
    twice = f"SELECT {form_sql(kind, 'x')} AS x FROM ({once})"
    params = {"x": delivered}
    assert duckdb.execute(twice, params).fetchall() == duckdb.execute(once, params).fetchall()


@pytest.mark.parametrize("kind", IdKind)
def test_an_id_takes_its_form_without_a_join_that_would_shuffle_the_rows(kind: IdKind) -> None:
    with duckdb.connect() as con:
        text = "nullif(c, '')"
        con.execute("CREATE TABLE landed (c VARCHAR)")
        plan = str(con.sql(f"EXPLAIN SELECT {form_sql(kind, text)} FROM landed").fetchall())
        joined = str(con.sql("EXPLAIN SELECT * FROM landed a JOIN landed b USING (c)").fetchall())

    assert "Hash Join" in joined
    assert "Hash Join" not in plan
