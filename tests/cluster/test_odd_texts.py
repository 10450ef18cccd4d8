"""What people write in maps and deliver in events means the same in Spark's words: quotes, backslashes, wildcards."""

from __future__ import annotations

import pyarrow as pa

from models import globs, sql
from models.rules import rules_condition
from pipelines.engine.spark.translate import text_in_spark
from tests.cluster.on_spark import Bench

TEXTS = (
    *("", " ", "a", "A", "a ", "é", "e\u0301", "İ", "i", "ß", "😀", "中文", "a_b", "axb", "100%", "100", "a^b", "^"),
    *("it's", "''", '"', "\\", "\\n", "a\\nb", "a\nb", "\t", "\\'", "'; --", "-- no", "/* no */", "`a`", "a;b", "?"),
    *("${x}", "$x", "$$", "{x}", "@PATH(a, b)", "@NOTHING(a)", ":x", "\x1f", "null", "NULL", "true", "\\u0041"),
    *("%", "_", "*", "\\%", "\\_"),
)
GLOBS = (
    *("*", "?", "a*", "*a", "a?b", "*'*", "*\\\\*", "\\*", "\\?", "100%*", "*_*", "^*", "*\n*", "??", "${*", "*--*"),
    "@*",
)
NUMBERS = (
    *("1", " 1", "1 ", "+1", "-1", "1.5", ".5", "5.", "1e3", "1E-3", "1e", "1_000", "1,5", "1 000", "0x10", "0x1p3"),
    *("1d", "1f", "1D", "nan", "NaN", "-nan", "inf", "Infinity", "-Infinity", "+inf", "infinity", "1e400", "-1e400"),
    *("1e-400", "", " ", "null", "true", "\t1", "1\n", "１", "٣", "--1", "1-", "1e+3", "01", "1.5.5", "\u00a01"),
)


def _escaped(text: str) -> str:
    """A glob that matches one text only."""
    return "".join("\\" + sign if sign in "*?\\" else sign for sign in text)


def test_a_rule_matches_the_same_events_on_both_engines(bench: Bench) -> None:
    patterns = [*map(_escaped, TEXTS), *GLOBS]
    conditions = [rules_condition([{"activity": (pattern,)}]) for pattern in patterns]
    columns = ", ".join(f"CASE WHEN {each} THEN 1 ELSE 0 END AS m{i}" for i, each in enumerate(conditions))
    events = pa.table({"event_key": range(len(TEXTS)), "activity": list(TEXTS)})
    text = f"SELECT e.event_key, {columns} FROM events e"

    found = bench.in_spark(text_in_spark(text), {"events": events}).to_pylist()

    wrong = [
        (pattern, TEXTS[row["event_key"]])
        for row in found
        for i, pattern in enumerate(patterns)
        if bool(row[f"m{i}"]) != globs.matches(pattern, TEXTS[row["event_key"]])
    ]
    assert wrong == []


def test_an_attribute_is_found_under_any_name(bench: Bench) -> None:
    names = [name for name in TEXTS if name]
    columns = ", ".join(f"{rules_condition([{name: ('yes',)}])} AS m{i}" for i, name in enumerate(names))
    kind = pa.map_(pa.string(), pa.string())
    events = pa.table({"attributes": pa.array([[(name, "yes")] for name in names], kind), "place": range(len(names))})

    found = bench.in_spark(text_in_spark(f"SELECT place, {columns} FROM events e"), {"events": events}).to_pylist()

    wrong = [
        (name, names[row["place"]])
        for row in found
        for i, name in enumerate(names)
        if bool(row[f"m{i}"]) != (i == row["place"])
    ]
    assert wrong == []


def test_a_text_is_the_same_number_on_both_engines(bench: Bench) -> None:
    rows = pa.table({"place": range(len(NUMBERS)), "text": list(NUMBERS)})
    text = "SELECT place, @NUMBER(text) AS number FROM texts"

    at_home = bench.in_duckdb(sql.expand(text), {"texts": rows}).to_pylist()
    away = bench.in_spark(text_in_spark(text), {"texts": rows}).to_pylist()

    numbers = {row["place"]: repr(row["number"]) for row in away}
    wrong = [(NUMBERS[row["place"]], row["number"], numbers[row["place"]]) for row in at_home]
    assert [each for each in wrong if repr(each[1]) != each[2]] == []
