"""Raw rows on their way to a file, each with what must become of it, so that ingest can be checked to the row."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

ACCEPTED, DUPLICATE = "accepted", "duplicate"
# Reason codes of ingest.
BROKEN_ROW, UNREADABLE_TIME, NO_IDENTITY = "broken_row", "unreadable_timestamp", "missing_identity"
ABOUT_NOBODY = "dropped:about_nobody"  # calendar and task list of the company's own
_NO_TIME = "31/02/2026 25:61"
_FAULTS_N = 7


@dataclass
class Fates:
    """How many rows of one source must end how.

    Attributes:
        accepted_n: Rows taken in.
        duplicate_n: Rows that came again.
        dropped: Name of the drop rule to rows.
        rejected: Reason code to rows.
    """

    accepted_n: int = 0
    duplicate_n: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def rows_n(self) -> int:
        """Rows in all."""
        return self.accepted_n + self.duplicate_n + self.dropped.total() + self.rejected.total()

    def count(self, fates: pl.Series) -> None:
        """Add rows by the word that says their fate: accepted, duplicate, dropped:RULE or rejected:REASON."""
        for fate, n in fates.value_counts().rows():
            kind, _, reason = fate.partition(":")
            match kind:
                case "accepted":
                    self.accepted_n += n
                case "duplicate":
                    self.duplicate_n += n
                case "dropped":
                    self.dropped[reason] += n
                case _:
                    self.rejected[reason] += n

    def as_dict(self) -> dict[str, object]:
        """Plain values for the truth file, in a fixed order."""
        return {
            "rows_n": self.rows_n,
            "accepted_n": self.accepted_n,
            "duplicate_n": self.duplicate_n,
            "dropped": dict(sorted(self.dropped.items())),
            "rejected": dict(sorted(self.rejected.items())),
        }


def total(parts: Iterable[Fates]) -> Fates:
    """The fates of the rows of several files."""
    whole = Fates()
    for part in parts:
        whole.accepted_n += part.accepted_n
        whole.duplicate_n += part.duplicate_n
        whole.dropped += part.dropped
        whole.rejected += part.rejected
    return whole


def with_copies(table: pl.DataFrame, rng: np.random.Generator, share: float = 0.004) -> pl.DataFrame:
    """Add some of the accepted rows once more, as they were: a delivery that was repeated."""
    good = table.filter(pl.col("fate") == ACCEPTED)
    picked = rng.choice(good.height, round(good.height * share), replace=False)
    return pl.concat([table, good[np.sort(picked)].with_columns(fate=pl.lit(DUPLICATE))])


def with_faults(
    table: pl.DataFrame,
    time: str,
    keys: tuple[str, ...],
    rng: np.random.Generator,
    nameless_fate: str = f"rejected:{NO_IDENTITY}",
) -> pl.DataFrame:
    """Add copies, rows with a time that is none, and rows without their keys (if any), each with an id of its own."""
    good = table.filter(pl.col("fate") == ACCEPTED)
    few = min(_FAULTS_N, good.height // 400)
    timeless, nameless = (good[rng.choice(good.height, few, replace=False)] for _ in range(2))
    numbers = pl.Series(range(few), dtype=pl.Int64)
    timeless = timeless.with_columns(_new_id(table, numbers, "7")).with_columns(
        pl.lit(_NO_TIME).alias(time), fate=pl.lit(f"rejected:{UNREADABLE_TIME}")
    )
    if not keys:
        return pl.concat([with_copies(table, rng), timeless])
    nameless = nameless.with_columns(_new_id(table, numbers, "8")).with_columns(
        *(pl.lit(None, table[key].dtype).alias(key) for key in keys), fate=pl.lit(nameless_fate)
    )
    return pl.concat([with_copies(table, rng), timeless, nameless])


def _new_id(table: pl.DataFrame, numbers: pl.Series, digit: str) -> pl.Expr:
    """Ids that no other row has, in the first column, which holds the row's id."""
    first = table.columns[0]
    text = pl.lit(digit * 9) + pl.lit(numbers).cast(pl.String).str.zfill(6)
    return text.cast(table[first].dtype).alias(first)


def write_csv(
    path: Path,
    table: pl.DataFrame,
    rng: np.random.Generator,
    broken: tuple[str, ...] = (),
    more_headers: tuple[str, ...] = (),
) -> Fates:
    """Write one CSV file of a table with the column `fate`, its broken lines somewhere among the others."""
    fates = Fates()
    fates.count(table["fate"])
    fates.count(pl.Series([f"rejected:{BROKEN_ROW}"] * len(broken), dtype=pl.String))
    rows = table.drop("fate")
    lines = rows.write_csv(include_header=False).splitlines()
    for line in broken:
        lines.insert(int(rng.integers(0, len(lines) + 1)), line)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([",".join(rows.columns), *more_headers, *lines]) + "\n", encoding="utf-8", newline="")
    return fates


def write_gzips(folder: Path, texts: dict[str, list[str]]) -> None:
    """Write one gzip file per name, two at a time; no time of day goes in, so the same lines give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(item: tuple[str, list[str]]) -> None:
        name, lines = item
        content = ("\n".join(lines) + "\n").encode()
        (folder / name).write_bytes(gzip.compress(content, compresslevel=5, mtime=0))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, texts.items()))
