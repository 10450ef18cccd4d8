"""The models in Spark's words: made from the portable ones, and what they must not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import sql
from pipelines.engine.spark.binding import bind
from pipelines.engine.spark.translate import text_in_spark, value_in_spark
from tests.write_spark_sql import FOLDER, texts


def test_every_model_is_kept_in_sparks_words_as_the_script_writes_them() -> None:
    wanted = texts()

    assert {path: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.sql")} == wanted
    assert len(wanted) == len(sql.names())


def test_no_kept_text_approximates_or_loses_an_order() -> None:
    texts_kept = {path: path.read_text(encoding="utf-8").lower() for path in FOLDER.rglob("*.sql")}

    assert [path for path, text in texts_kept.items() if "approx" in text or "hidden_" in text] == []
    lists = {
        path: text.count("collect_list") - text.count("array_sort(collect_list") for path, text in texts_kept.items()
    }
    assert {path: n for path, n in lists.items() if n} == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select a from t order by a, b desc", "SELECT a FROM t ORDER BY a NULLS LAST, b DESC"),
        (
            "select row_number() over (order by a) as n from t",
            "SELECT CAST(row_number() OVER (ORDER BY a NULLS LAST) AS BIGINT) AS n FROM t",
        ),
        (
            "select @MEDIAN(a) as p50 from t",
            "SELECT cast(percentile_disc(0.5) within group (order by a) as bigint) AS p50 FROM t",
        ),
    ],
)
def test_a_text_in_sparks_words(text: str, words: str) -> None:
    assert text_in_spark(text).lower() == words.lower()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a or b", "(a OR b)"),
        ("journey_ids", "journey_ids"),
        ("'it''s a \\'", "'it\\'s a \\\\'"),
        ("false", "FALSE"),
    ],
)
def test_a_value_in_sparks_words_stands_alone(value: str, words: str) -> None:
    assert value_in_spark(value) == words


def test_names_of_tables_are_bound_where_they_stand_and_nothing_else_is_touched() -> None:
    text = "with a as (select 'from t' as x from a) select a.x, t.y from a join t on t.y = a.x join w.t u on true"

    bound = bind(text, lambda schema, table: f"<{schema}:{table}>")

    assert bound == (
        "with a as (select 'from t' as x from <:a> AS a) select a.x, t.y from a join <:t> AS t on t.y = a.x"
        " join <w:t> u on true"
    )


def test_the_folder_of_sparks_words_is_packed_with_the_models() -> None:
    assert Path(sql.__file__).parent in FOLDER.parents
