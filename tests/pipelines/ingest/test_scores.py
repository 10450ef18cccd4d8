"""NPS, CSAT and CES columns of any table become numbers, and free text no more than its sentiment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from schemas.errors import SettingsError

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

SCORES = """[sources.columns]
event_id = "id"
occurred_at = "at"
activity = "what"
identities = {customer_id = "who"}
scores = {nps = "Recommend?", csat = "Satisfied", ces = "Effort"}
attributes = []
"""
TEXTS = """[sources.columns]
event_id = "id"
occurred_at = "at"
activity = "what"
identities = {customer_id = "who"}
sentiment = {column = "Comment", language = "no"}
"""
HEADER = "id,at,what,who,Recommend?,Satisfied,Effort\n"


def answered(shop: Shop, nps: str, csat: str = "", ces: str = "") -> dict[str, str] | str:
    """What one answer becomes: its attributes, or why it is refused."""
    shop.deliver("a.csv", f"{HEADER}e1,2026-03-01,survey,C1,{nps},{csat},{ces}\n")
    report = shop.take(columns=SCORES)
    if report.reasons:
        return next(iter(report.reasons))
    [(attributes,)] = shop.rows("SELECT attributes FROM events")
    return dict(attributes)


@pytest.mark.parametrize(
    ("answer", "group"),
    [
        ("0", "detractor"),
        ("6", "detractor"),
        ("7", "passive"),
        ("8", "passive"),
        ("9", "promoter"),
        ("10", "promoter"),
        ("10.0", "promoter"),
    ],
)
def test_an_answer_from_0_to_10_is_a_score_and_a_group(shop: Shop, answer: str, group: str) -> None:
    assert answered(shop, answer) == {"nps": answer.removesuffix(".0"), "nps_group": group}


@pytest.mark.parametrize("answer", ["11", "-1", "9 - very likely", "7.5", "nan", "inf", "1e0"])
def test_an_answer_that_is_no_score_refuses_the_row(shop: Shop, answer: str) -> None:
    assert answered(shop, answer) == "score_out_of_range"


def test_satisfaction_and_effort_may_have_decimals_and_a_decimal_comma(shop: Shop) -> None:
    assert answered(shop, "", csat="4.5", ces='"3,5"') == {"csat": "4.5", "ces": "3.5"}


@pytest.mark.parametrize(("csat", "ces"), [("101", ""), ("-1", ""), ("", "11"), ("good", "")])
def test_satisfaction_and_effort_out_of_range_refuse_the_row(shop: Shop, csat: str, ces: str) -> None:
    assert answered(shop, "", csat, ces) == "score_out_of_range"


def test_no_answer_is_no_score(shop: Shop) -> None:
    assert answered(shop, "") == {}


def test_a_comment_is_kept_as_its_sentiment_alone(shop: Shop) -> None:
    head = "id,at,what,who,region,Comment\n"
    rows = [
        "e1,2026-03-01,survey,C1,north,Veldig bra. Ring meg på 99887766",
        "e2,2026-03-01,survey,C2,north,Dette var ikke bra",
        "e3,2026-03-01,survey,C3,north,",
        "e4,yesterday,survey,C4,north,Elendig; ring meg på 99887766",
    ]
    shop.deliver("a.csv", head + "\n".join(rows) + "\n")

    report = shop.take(columns=TEXTS)

    # 3 / sqrt(9 + 15) for "bra", in one of two sentences; -0.74 times 3 for "ikke bra"
    assert shop.rows("SELECT event_id, attributes FROM events ORDER BY 1") == [
        ("e1", {"region": "north", "sentiment": "0.3062"}),
        ("e2", {"region": "north", "sentiment": "-0.4973"}),
        ("e3", {"region": "north"}),
    ]
    assert report.rejected_n == 1
    assert "99887766" not in everything(shop)
    assert "99887766" not in " ".join(report.notes)
    assert "Comment=***" in everything(shop)


def test_a_comment_in_json_is_kept_as_its_sentiment_alone(shop: Shop) -> None:
    row = {"id": "e1", "at": "2026-03-01", "what": "survey", "who": "C1", "plan": {"name": "fibre"}}
    shop.deliver("a.jsonl", json.dumps(row | {"Comment": "Veldig bra, ring 99887766"}) + "\n")

    shop.take(path="*.jsonl", columns=TEXTS)

    assert shop.rows("SELECT attributes['sentiment'], attributes['plan.name'] FROM events") == [("0.6124", "fibre")]
    assert "99887766" not in everything(shop)


def test_rows_say_their_language_and_others_than_the_covered_ones_have_no_score(shop: Shop) -> None:
    shop.deliver(
        "a.csv",
        "id,at,what,who,lang,Comment\n"
        "e1,2026-03-01,survey,C1,no,Ikke bra\ne2,2026-03-01,survey,C2,sv,Inte bra\n"
        "e3,2026-03-01,survey,C3,fi,Ei hyvä\ne4,2026-03-01,survey,C4,,bra\n",
    )

    shop.take(columns=TEXTS.replace('language = "no"', 'language = {column = "lang"}'))

    assert shop.rows("SELECT event_id, attributes['sentiment'] FROM events ORDER BY 1") == [
        ("e1", "-0.4973"),
        ("e2", "-0.5096"),
        ("e3", None),
        ("e4", None),
    ]


def test_a_workspace_rates_words_of_its_own(shop: Shop) -> None:
    shop.deliver("a.csv", "id,at,what,who,Comment\ne1,2026-03-01,survey,C1,Ny ruter i pakke\n")

    shop.take(columns=TEXTS.replace('"no"}', '"no", words = {pakke = -3}}'))

    assert shop.rows("SELECT attributes['sentiment'] FROM events") == [("-0.6124",)]


def test_a_language_that_is_not_covered_is_told_before_anything_is_read(shop: Shop) -> None:
    shop.deliver("a.csv", "id,at,what,who,Comment\ne1,2026-03-01,survey,C1,hyvä\n")

    with pytest.raises(SettingsError, match="language 'fi'"):
        shop.take(columns=TEXTS.replace('"no"', '"fi"'))


def test_a_comment_that_is_scored_cannot_be_kept_as_an_attribute(shop: Shop) -> None:
    shop.deliver("a.csv", "id,at,what,who,Comment\ne1,2026-03-01,survey,C1,bra\n")

    with pytest.raises(SettingsError, match="whose text is scored"):
        shop.take(columns=TEXTS + 'attributes = ["Comment"]\n')


def everything(shop: Shop) -> str:
    """All that the warehouse holds, as text."""
    tables = shop.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")
    return "\n".join(str(shop.rows(f'SELECT * FROM "{name}"')) for (name,) in tables)
