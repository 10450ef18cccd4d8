"""Columns that come, go or change: told where it costs nothing, and a stop where it would go wrong in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.drift import accept
from pipelines.ingest.readers.delimited import TextRows
from pipelines.ingest.readers.landing import SAMPLE_ROWS
from pipelines.settings import Read
from schemas.errors import SourceError
from tests.pipelines.ingest.conftest import COLUMNS

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

HEADER = "id,at,what,who,region\n"
MORE = COLUMNS + 'attributes = ["region"]\n'


def rows(start: int, what: str = "visit", who: str = "{n}", at: str = "2026-03-01T10:00:00Z", n: int = 30) -> str:
    return "".join(f"e{k},{at},{what.format(n=k)},{who.format(n=k)},north\n" for k in range(start, start + n))


def test_a_new_column_becomes_an_attribute_and_a_note(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + rows(0))
    assert shop.take().notes == ()
    shop.deliver("b.csv", HEADER.replace("region", "region,plan") + "e99,2026-03-01,visit,7,south,basic\n")

    report = shop.take()

    assert report.notes == ("b.csv: new column 'plan': it becomes an attribute",)
    assert shop.rows("SELECT attributes FROM events WHERE event_id = 'e99'") == [
        ({"plan": "basic", "region": "south"},)
    ]
    assert shop.rows("SELECT column_name, type, rows_n, filled_n, last_file FROM source_columns ORDER BY 1") == [
        ("at", "time", 31, 31, "b.csv"), ("id", "text", 31, 31, "b.csv"), ("plan", "text", 1, 1, "b.csv"),
        ("region", "text", 31, 31, "b.csv"), ("what", "text", 31, 31, "b.csv"), ("who", "integer", 31, 31, "b.csv"),
    ]  # fmt: skip


def test_a_sample_of_a_file_ends_after_its_first_rows(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEADER + rows(0, n=50_000), encoding="utf-8")
    sample = TextRows(Delivery(file, "a.csv"), "utf-8", Read(), is_sample=True)

    rows_n = sum(batch.num_rows for batch in sample.reader())
    sample.close()

    assert SAMPLE_ROWS <= rows_n < 20_000


def test_a_column_that_nobody_uses_may_go(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + rows(0))
    shop.take()
    shop.deliver("b.csv", "id,at,what,who\ne99,2026-03-01,visit,7\n")

    assert shop.take().notes == ("b.csv: no column 'region' any more",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            HEADER.replace("region", "Region") + rows(50),
            r"b.csv: there is no column 'region' any more.*as in a.csv, read",
        ),
        (HEADER + rows(50, what="{n}"), r"b.csv: the column 'what'.*holds whole numbers; wanted words, as in a.csv"),
        (HEADER + rows(50, who="cus_{n}"), r"the column 'who'.*holds words; wanted whole numbers"),
        (HEADER + rows(50, at="1772359200"), r"the column 'at'.*holds whole numbers; wanted times"),
    ],
)
def test_a_used_column_that_is_gone_or_holds_something_else_stops_the_source(
    shop: Shop, content: str, message: str
) -> None:
    shop.deliver("a.csv", HEADER + rows(0))
    shop.take(columns=MORE)
    shop.deliver("b.csv", content)
    for _ in range(2):
        with pytest.raises(SourceError, match=message) as caught:
            shop.take(columns=MORE)
        assert "--accept-columns" in str(caught.value)
    assert shop.rows("SELECT count(*) FROM events") == [(30,)]
    assert shop.rows("SELECT status FROM files ORDER BY paths") == [("loaded",), ("failed",)]


def test_what_somebody_accepted_is_the_rule_from_then_on(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + rows(0))
    shop.take()
    shop.deliver("b.csv", HEADER + rows(50, who="cus_{n}"))
    with pytest.raises(SourceError):
        shop.take()
    assert shop.con is not None
    accept(shop.con, "shop")

    assert shop.take().accepted_n == 60
    shop.deliver("c.csv", HEADER + rows(100, who="cus_{n}"))
    assert shop.take().accepted_n == 90


@pytest.mark.parametrize(
    "content",
    [
        HEADER + rows(50, n=5, what="{n}"),  # too few to tell
        HEADER + rows(50, n=40) + rows(90, n=1, who="cus_1"),  # a slip is no change
        HEADER + "e99,2026-03-01,visit,,\n" * 3,
    ],
)
def test_what_does_not_tell_is_no_change(shop: Shop, content: str) -> None:
    shop.deliver("a.csv", HEADER + rows(0))
    shop.take()
    shop.deliver("b.csv", content)

    assert shop.take().notes == ()


def test_a_mixed_column_is_no_change_whichever_form_is_the_commoner(shop: Shop) -> None:
    """Cookies of browsers read as numbers, those of the app do not: their shares differ from day to day."""
    app, web = rows(100, who="AB{n}", n=8), rows(50, who="{n}.25", n=30)
    shop.deliver("a.csv", HEADER + web)
    shop.take()
    shop.deliver("b.csv", HEADER + app + rows(200, who="{n}.5"))
    shop.deliver("c.csv", HEADER + rows(300, who="CD{n}"))

    assert shop.take().accepted_n == 30 + 8 + 30 + 30


def test_whole_numbers_may_become_numbers(shop: Shop) -> None:
    columns = COLUMNS + 'attributes = ["n"]\n'
    lines = [f"e{n},2026-03-01,visit,C{n},{n}" for n in range(60)]
    shop.deliver("a.csv", "id,at,what,who,n\n" + "\n".join(lines[:30]))
    shop.take(columns=columns)
    shop.deliver("b.csv", "id,at,what,who,n\n" + ".5\n".join(lines[30:]) + ".5")

    assert shop.take(columns=columns).accepted_n == 60


def test_rows_of_json_may_leave_out_what_is_empty_but_not_all_of_them(shop: Shop) -> None:
    row = {"id": "e", "at": "2026-03-01", "what": "visit", "who": "C1", "region": "north"}
    columns = COLUMNS + 'attributes = ["region"]\n'
    shop.deliver("a.jsonl", "".join(json.dumps(row | {"id": f"a{n}"}) + "\n" for n in range(30)))
    shop.take("*.jsonl", columns=columns)
    del row["region"]
    shop.deliver("b.jsonl", "".join(json.dumps(row | {"id": f"b{n}"}) + "\n" for n in range(5)))
    assert shop.take("*.jsonl", columns=columns).accepted_n == 35
    shop.deliver("c.jsonl", "".join(json.dumps(row | {"id": f"c{n}"}) + "\n" for n in range(30)))

    with pytest.raises(SourceError, match=r"c.jsonl: there is no column 'region' any more"):
        shop.take("*.jsonl", columns=columns)


def test_other_settings_begin_anew(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + rows(0))
    shop.take()

    shop.take(columns=MORE)

    assert shop.rows("SELECT DISTINCT rows_n FROM source_columns") == [(30,)]
