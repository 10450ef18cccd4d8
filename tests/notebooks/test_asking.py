from __future__ import annotations

import polars as pl
import pytest

from pipelines.explore.asking import FIRST, MOST_ROWS, as_csv, ask, told
from pipelines.explore.desk import Desk


def test_the_first_question_has_an_answer(desk: Desk) -> None:
    answer = ask(desk, FIRST)
    assert answer.frame is not None
    assert answer.frame.columns == ["touchpoint", "status", "journeys"]
    assert "rows" in told(answer)


@pytest.mark.parametrize(
    "question",
    [
        "DROP TABLE journeys",
        "CREATE TABLE memory.main.x AS SELECT 1",
        "UPDATE journeys SET status = 'converted'",
        "SET enable_external_access = true",
        "SELECT 1; DELETE FROM journeys",
        "COPY journeys TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "PRAGMA database_list",
    ],
)
def test_what_does_more_than_read_is_refused(desk: Desk, question: str) -> None:
    answer = ask(desk, question)
    assert answer.frame is None
    assert answer.trouble is not None
    assert "one SELECT" in answer.trouble.wanted


@pytest.mark.parametrize(
    "question",
    ["SELECT * FROM read_text('/etc/passwd')", "FROM 'https://example.com/a.csv'", "SELECT * FROM glob('/etc/*')"],
)
def test_a_question_reads_no_file_and_no_network(desk: Desk, question: str) -> None:
    answer = ask(desk, question)
    assert answer.frame is None
    assert answer.trouble is not None


def test_a_mistake_is_told_as_duckdb_tells_it(desk: Desk) -> None:
    answer = ask(desk, "SELECT nothing FROM journeys")
    assert answer.trouble is not None
    assert "nothing" in told(answer)


def test_a_long_question_is_broken_off(desk: Desk) -> None:
    answer = ask(desk, "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range", 0.3)
    assert answer.trouble is not None
    assert "longer" in answer.trouble.got
    assert answer.seconds < 10


def test_a_long_answer_is_cut_and_says_so(desk: Desk) -> None:
    answer = ask(desk, "SELECT * FROM range(5000)")
    assert answer.frame is not None
    assert (answer.frame.height, answer.is_cut) == (MOST_ROWS, True)
    assert "there are more" in told(answer)


def test_every_kind_of_cell_comes_back(desk: Desk) -> None:
    question = (
        "SELECT 1 AS a, 2.5 AS a, NULL AS n, true AS f, DATE '2026-05-01' AS d, TIMESTAMPTZ '2026-05-01 00:00Z' AS t,"
        " MAP {'a': 1} AS m, [1, 2] AS l, 170141183460469231731687303715884105727::HUGEINT AS h, repeat('x', 9999) AS x"
    )
    frame = ask(desk, question).frame
    assert frame is not None
    row = frame.row(0, named=True)
    assert (row["a"], row["a_2"], row["n"], row["f"], row["d"]) == (1, "2.5", None, True, "2026-05-01")
    assert len(row["x"]) < 3000


def test_nothing_asked_is_nothing_answered(desk: Desk) -> None:
    assert told(ask(desk, "  \n")) == ""


def test_no_spreadsheet_finds_a_formula_in_the_download() -> None:
    frame = pl.DataFrame({"=a": ["=1+1", "@x", "plain"], "n": [1, -2, 3]})
    assert as_csv(frame).decode().splitlines() == ["'=a,n", "'=1+1,1", "'@x,-2", "plain,3"]


@pytest.mark.parametrize(
    "question", ["SELECT INTERVAL 10000000 YEARS", "SELECT '\ud800' FROM nowhere", "SELECT repeat('(', 5)::INT"]
)
def test_what_python_cannot_hold_is_told_as_a_mistake(desk: Desk, question: str) -> None:
    answer = ask(desk, question)
    assert answer.trouble is not None
    assert told(answer)


def test_a_remark_behind_the_question_is_no_mistake(desk: Desk) -> None:
    answer = ask(desk, "SELECT 1 AS a; -- one")
    assert answer.frame is not None
    assert answer.frame.rows() == [(1,)]


def test_no_column_is_lost_to_another_of_its_name(desk: Desk) -> None:
    answer = ask(desk, "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a")
    assert answer.frame is not None
    assert answer.frame.to_dicts() == [{"a": 1, "a_2": 2, "a_2_2": 3, "a_3": 4}]
