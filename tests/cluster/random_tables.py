"""Tables such as no run would make: rows taken away, cells emptied, times that tie, texts that trip engines up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tests.cluster.recording import Case

DROPPED_SHARE = 0.2
CHANGED_SHARE = 0.1
ODD_TEXTS = (
    "",
    " ",
    "0",
    "1e3",
    "1_000",
    "1d",
    "0x1p3",
    "nan",
    "-inf",
    "İ",
    "é",
    "e\u0301",
    "a>b",
    "'",
    '"',
    "\\n",
    "\n",
    "ZZ",
)
"""Empty, numbers of one engine only, case and accents beyond ASCII, the sign between letters of a trace, quotes."""
UNTOUCHED = ("_key", "_id", "_no", "_from", "place", "position", "code", "episode", "letter", "rank", "name", "rule")
"""Ends of columns that joins and orders rest on: rows go, but these stay as they were, or rows would tie."""


def disturbed(case: Case, seed: int) -> Case:
    """The same model over tables that were disturbed.

    Args:
        case: As a run called it.
        seed: Of the disturbance.
    """
    rng = np.random.default_rng(seed)
    return Case(case.model, case.values, {name: _disturbed(rows, rng) for name, rows in case.inputs.items()})


def _disturbed(rows: pa.Table, rng: np.random.Generator) -> pa.Table:
    left = rows.filter(pa.array(rng.random(rows.num_rows) >= DROPPED_SHARE))
    for place, name in enumerate(left.column_names):
        if not name.endswith(UNTOUCHED) and left.num_rows:
            left = left.set_column(place, name, _changed(left.column(name).combine_chunks(), rng))
    return left


def _changed(column: pa.Array, rng: np.random.Generator) -> pa.Array:
    """Some cells emptied, some given the value of another row (times tie then) or, if texts, an odd one."""
    values = column.to_pylist()
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    has_null = column.null_count > 0
    for place in np.flatnonzero(rng.random(len(values)) < CHANGED_SHARE):
        fate = rng.integers(3)
        if fate == 0 and has_null:
            values[place] = None
        elif fate == 1 and is_text:
            values[place] = ODD_TEXTS[rng.integers(len(ODD_TEXTS))]
        else:
            values[place] = values[rng.integers(len(values))]
    return pa.array(values, column.type)
