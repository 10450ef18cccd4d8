"""Files that cannot be read: a clear message, nothing half-written, no id in any message."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from schemas.errors import SourceError
from tests.pipelines.ingest.conftest import COLUMNS

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

HEADER = "id,at,what,who\n"
ROWS = "".join(f"e{n},2026-03-01T10:00:00Z,visit,Secret{n}\n" for n in range(5_000))


def refusal(shop: Shop, path: str, **more: str) -> str:
    """The message; and the warehouse holds nothing of the file."""
    with pytest.raises(SourceError) as caught:
        shop.take(path, **more)
    for table in ("events", "rejected_rows", "identifiers", "link_evidence"):
        assert shop.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert shop.rows("SELECT count(*) FROM files WHERE status <> 'failed' OR rows_n > 0") == [(0,)]
    message = str(caught.value)
    assert "Secret" not in message
    return message


@pytest.mark.parametrize(
    ("name", "content", "path", "message"),
    [
        ("events.csv", "", "event.csv", r"event.csv: there is no such file; .*did you mean 'events.csv'"),
        ("a.csv", "", "*.txt", r"source 'shop': no file matches '\*.txt'"),
        ("a.csv", "", "deep/*.csv", r"no file matches 'deep/\*.csv'.*the folder 'deep' is not there"),
        ("dir/a.csv", "", "dir", r"dir: a folder; wanted a file"),
        ("a.csv.gz", gzip.compress((HEADER + ROWS).encode(), mtime=0)[:-100], "*.gz", "a.csv.gz: the file is cut off"),
        ("a.csv.gz", gzip.compress(HEADER.encode(), mtime=0)[:9] + b"rubbish", "*.gz", "a.csv.gz: the file"),
        ("a.csv.zst", pa.compress((HEADER + ROWS).encode(), "zstd", asbytes=True)[:-9], "*.zst", "the file is cut off"),
        (
            "a.csv",
            (HEADER + ROWS).encode() + "Bodø".encode() + b"\xff\xfe\n",
            "*",
            r"byte \d+ of the text is not utf-8",
        ),
        ("a.csv", (HEADER + ROWS).encode() + b"\x81\x8d\n", "*", r"byte \d+ of the text is not cp1252"),
        ("a.csv", HEADER + 'e1,2026-03-01,"visit,Secret\n' + ROWS, "*", "a.csv:2: a quote that is opened here is not"),
        ("a.csv", HEADER + 'e1,2026-03-01,"x,Secret\n' + ROWS + '"' + ROWS, "*", "a.csv:2: a row of 5002 lines"),
        ("a.csv", HEADER + 'e1,2026-03-01,"' + "x" * 70_000, "*", "a.csv:2: a quote that is opened here is not"),
        ("a.csv", HEADER + "e1,2026-03-01," + "x" * 40_000_000 + ",C\n", "*", "a row of more than 3. MB"),
        (
            "a.csv",
            "id,ad,what,who\n" + ROWS,
            "*",
            r"no column 'at'; wanted one of id, ad, what, who. Hint: did",
        ),
        ("a.jsonl", '{"id": "e1", "ad": 1, "what": "x", "who": "Secret"}\n', "*.jsonl", "there is no column 'at'"),
        ("a.parquet", b"PAR1 and nothing else", "*", "a.parquet: the file is no Parquet file, or a damaged one"),
        ("a.parquet", ROWS, "*", "a.parquet: this is no parquet file"),
        ("a.xlsx", b"PK\x03\x04rubbish", "*", "a.xlsx: the file is no workbook, or a damaged one"),
    ],
)
def test_an_unreadable_source_says_what_and_where(
    shop: Shop, name: str, content: str | bytes, path: str, message: str
) -> None:
    shop.deliver(name, content)

    assert re.search(message, refusal(shop, path if path != "*" else name))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<log><trace><event>", r"a.xes:1: the file is no whole XML"),
        ("Secret", r"a.xes:1: the file is no whole XML"),
    ],
)
def test_a_damaged_event_log_is_refused_whole(shop: Shop, content: str, message: str) -> None:
    shop.deliver("a.xes", content)
    text = '[workspace]\nname = "T"\n[[sources]]\nname = "log"\nkind = "xes"\npath = "a.xes"\n'

    with pytest.raises(SourceError, match=message):
        shop.take_settings(text)


def test_a_told_encoding_is_the_only_one_tried(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + "e1,2026-03-01,ord\xf8,C1\n".encode("cp1252").decode("latin-1"))
    shop.deliver("a.csv", (HEADER + "e1,2026-03-01,ord\xf8,C1\n").encode("cp1252"))

    message = refusal(shop, "a.csv", more='[sources.read]\nencoding = "utf-8"\n')

    assert "byte 32 of the text is not utf-8" in message
    assert "is no encoding" in refusal(shop, "a.csv", more='[sources.read]\nencoding = "utf-99"\n')
    assert shop.take("a.csv").notes == ("a.csv: read as cp1252",)


@pytest.mark.parametrize(("content", "note"), [("", "the file is empty"), (HEADER, "no rows below the header")])
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_an_empty_file_is_no_error_but_noted(shop: Shop, content: str, note: str, name: str) -> None:
    shop.deliver(name, gzip.compress(content.encode()) if name.endswith(".gz") else content)

    report = shop.take(name)

    assert (report.rows_n, report.accepted_n) == (0, 0)
    assert note in report.notes[0]
    assert shop.rows("SELECT rows_n, status FROM files") == [(0, "loaded")]


@pytest.mark.parametrize("content", ["", "\n\n", "{broken\n"])
def test_json_lines_without_a_good_row_are_accounted_for(shop: Shop, content: str) -> None:
    shop.deliver("a.jsonl", content)

    report = shop.take("a.jsonl")

    assert (report.rows_n, report.rejected_n) == (content.count("broken"), content.count("broken"))


def test_files_before_a_bad_one_stay_taken_in_and_the_rest_follows_when_it_is_mended(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + "e1,2026-03-01,visit,C1\n")
    shop.deliver("b.csv", "wrong,columns\n1,2\n")
    for _ in range(2):
        with pytest.raises(SourceError, match=r"b\.csv"):
            shop.take()
    assert shop.rows("SELECT count(*) FROM events") == [(1,)]
    assert shop.rows("SELECT paths, rows_n, status FROM files ORDER BY paths") == [
        (["a.csv"], 1, "loaded"), (["b.csv"], 0, "failed"),
    ]  # fmt: skip

    shop.deliver("b.csv", HEADER + "e2,2026-03-01,visit,C1\n")

    assert shop.take().accepted_n == 2


def test_a_file_that_failed_is_loaded_once_the_settings_fit_it(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + "e1,2026-03-01,visit,C1\n")
    with pytest.raises(SourceError):
        shop.take(columns=COLUMNS.replace('"what"', '"wat"'))

    report = shop.take()

    assert (report.accepted_n, report.new_files_n, report.notes) == (1, 1, ())
    assert shop.rows("SELECT status FROM files") == [("loaded",)]


def test_a_reading_that_fails_in_the_middle_ends_the_process_cleanly(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n" + b"xxxxxxxxxxxx,yyyyyyyyyyyy\n" * 1_000_000 + b"\xff\n")
    script = """
        import sys, duckdb
        from pathlib import Path
        from pipelines.ingest.deliveries import Delivery
        from pipelines.ingest.readers.delimited import TextRows
        from pipelines.settings import Read
        rows = TextRows(Delivery(Path(sys.argv[1]), "a.csv"), "utf-8", Read())
        con = duckdb.connect()
        con.register("landed", rows.reader())
        try:
            con.execute("CREATE TABLE t AS SELECT * FROM landed").fetchall()
        except duckdb.Error:
            print(type(rows.failure).__name__)
        rows.close()
    """

    ended = subprocess.run(
        [sys.executable, "-c", dedent(script), str(tmp_path / "a.csv")], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "UndecodableError\n", "")


def test_a_row_that_swallowed_others_is_refused_with_its_first_line(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + 'e1,2026-03-01,"visit,C1\ne2,2026-03-01,visit,C2\n"e3,2026-03-01,visit,C3\n')

    report = shop.take()

    assert report.reasons == {"broken_row": 1}
    assert shop.rows("SELECT line FROM rejected_rows") == [(2,)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("tail", "lines"),
    [
        ('x1,2026-03-01,"visit,Secret', [5_002]),
        ('x1,2026-03-01,"visit,Secret\n', [5_002]),
        ('\n\nx1,2026-03-01,"visit,Secret\n\nx2,2026-03-01,visit,C2\n', [5_004, 5_006]),
        ('x0,2026\n"x1,2026-03-01,visit,"",Secret\n', [5_002, 5_003]),
        ('x1,2026-03-01,"visit,Secret\n' + "x2,2026-03-01,visit,C2\n" * 999, list(range(5_002, 6_002))),
    ],
)
def test_a_quote_left_open_near_the_end_costs_the_lines_after_it_and_nothing_before(
    shop: Shop, end: str, tail: str, lines: list[int]
) -> None:
    shop.deliver("a.csv", (HEADER + ROWS + tail).replace("\n", end))

    report = shop.take()

    assert (report.accepted_n, report.reasons) == (5_000, {"broken_row": len(lines)})
    assert report.rows_n == 5_000 + len(lines)
    assert shop.rows("SELECT line FROM rejected_rows ORDER BY line") == [(line,) for line in lines]
    assert "Secret" not in str(shop.rows("SELECT * FROM rejected_rows"))
    [note] = report.notes
    assert re.search(
        r"a quote that is opened in line 500\d is not closed; the last [\d,]+ lines? (is|are) refused", note
    )


def test_a_file_of_one_row_whose_quote_stays_open_is_refused_row_by_row(shop: Shop) -> None:
    shop.deliver("a.csv", HEADER + 'e1,2026-03-01,"visit,C1\n')

    assert (shop.take().rows_n, shop.take().reasons) == (1, {"broken_row": 1})


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("folder", r"b\.csv: a folder; wanted a file. Hint: move it away, write b\.csv/\*"),
        ("link", r"b\.csv: a link to something that is not there; wanted a file. Hint: remove it, or narrow"),
        ("pipe", r"b\.csv: no file; wanted a file"),
    ],
)
def test_what_is_no_file_among_good_files_is_named(shop: Shop, kind: str, message: str) -> None:
    shop.deliver("a.csv", HEADER + "e1,2026-03-01,visit,C1\n")
    other = shop.root / "b.csv"
    if kind == "folder":
        other.mkdir()
    elif kind == "link":
        other.symlink_to(shop.root / "nowhere.csv")
    else:
        os.mkfifo(other)

    assert re.search(message, refusal(shop, "*.csv"))


def test_a_pattern_for_all_folders_may_name_folders(shop: Shop) -> None:
    shop.deliver("in/a.csv", HEADER + "e1,2026-03-01,visit,C1\n")
    shop.deliver("in/deep/b.csv", HEADER + "e2,2026-03-01,visit,C1\n")

    assert shop.take("in/**").files_n == 2
