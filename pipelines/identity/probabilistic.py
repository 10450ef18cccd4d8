"""Links guessed from what people are called, when they were born, where they live: for the rule `loose` alone.

A table of people is read when persons are resolved, compared with splink (Fellegi and Sunter's model, its weights
learned from the table itself), and forgotten: names and dates stand in no table of ours. Only the pairs come back, as
links that `loose` tries after all others, so they can add to it and change nothing else.

Namesakes in one town without a shared id cannot be told apart by such a table; that is why no other rule sees it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.engine import Engine
from pipelines.id_types import form_sql, kind_of
from pipelines.identity.guards import GUESSER
from pipelines.identity.working import count, text
from schemas.errors import SettingsError, SourceError

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from pipelines.settings.identity import Probabilistic

_SEED = 1
_SAMPLED_PAIRS = 1_000_000
"""Pairs of strangers by which splink learns how often values agree by chance: its own recommendation for a laptop."""
_RECALL = 0.7
"""How many true pairs agree in all names, or in an address: splink needs a rough idea, and corrects it."""
# The likelier a pair, the earlier it is tried: anything above 2 is told as guessed. Ids in the clear stay at home.
_PAIRS = """
SELECT least(l.id_key, r.id_key) AS left_key, greatest(l.id_key, r.id_key) AS right_key,
    (3 + round((1 - max(probability)) * 1000000))::INTEGER AS trust
FROM identity_compared
JOIN identifiers l ON l.id_type = $id_type AND l.value = {left_form}
JOIN identifiers r ON r.id_type = $id_type AND r.value = {right_form}
WHERE l.id_key <> r.id_key
GROUP BY ALL
"""


def add_guesses(engine: Engine, settings: Settings) -> int:
    """Add the pairs to the working tables of judged links; returns how many are new.

    Raises:
        SettingsError: splink is not installed.
        SourceError: The table of people cannot be read, lacks a column, or has too few people to learn from.
    """
    told = settings.identity.probabilistic
    if told is None:
        return 0
    kind = kind_of(settings, told.id_type)
    query = _PAIRS.format(left_form=form_sql(kind, "left_id"), right_form=form_sql(kind, "right_id"))
    home = engine.connection
    home.register("identity_compared", compared(told, settings.root))
    engine.put("identity_guesses", home.sql(query, params={"id_type": told.id_type}).pl())
    home.unregister("identity_compared")
    # Not what rows show already, nor ids that no link of the rule may join.
    engine.derive("identity_guesses", text("identity_new_guesses", guesser=GUESSER))
    engine.extend("identity_strengths", "SELECT * FROM identity_guesses")
    found_n = count(engine, "identity_guesses")
    engine.drop("identity_guesses")
    return found_n


def compared(told: Probabilistic, root: Path) -> pa.Table:
    """Pairs of people who are one with at least the probability wanted: left_id, right_id, probability.

    Args:
        told: Which table, and which of its columns are what.
        root: The workspace's folder.

    Raises:
        SettingsError: splink is not installed.
        SourceError: The table cannot be read, lacks a column, or has too few people to learn from.
    """
    try:
        from splink import DuckDBAPI, Linker
        from splink.internals.exceptions import SplinkException
    except ImportError as error:
        raise SettingsError(
            got="[identity.probabilistic] without splink",
            wanted="the package splink",
            hint="install terreng with its extra: terreng[probabilistic]",
            file="terreng.toml",
        ) from error
    with _in_memory() as own:
        _read(own, told, root)
        # Its account of what it learns names columns and values, which belong on no terminal.
        linker = Linker(DuckDBAPI(own).register("people"), _model(told), log_level=logging.CRITICAL)
        try:
            _learn(linker, told)
            found = linker.inference.predict(threshold_match_probability=told.threshold)
        except (SplinkException, ValueError, ZeroDivisionError, duckdb.Error) as error:
            raise _too_few(told) from error
        query = (
            "SELECT unique_id_l AS left_id, unique_id_r AS right_id, match_probability AS probability"
            f" FROM {found.physical_name} ORDER BY ALL"
        )
        return own.sql(query).to_arrow_table()


def _model(told: Probabilistic) -> Any:
    import splink.comparison_library as comparisons
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            *(comparisons.JaroWinklerAtThresholds(name) for name in told.names),
            *(comparisons.LevenshteinAtThresholds(name) for name in told.dates),
            *(comparisons.EmailComparison(name) for name in told.emails),
            *(comparisons.ExactMatch(name).configure(term_frequency_adjustments=True) for name in told.exact),
        ],
        blocking_rules_to_generate_predictions=[block_on(name) for name in told.anchors],
    )


def _learn(linker: Any, told: Probabilistic) -> None:
    """Twice by expectation maximisation, each time among pairs that agree in something else."""
    from splink import block_on

    surely = [block_on(*told.names)] if told.names else []
    surely += [block_on(name) for name in (*told.emails, *(() if surely else told.dates))]
    linker.training.estimate_probability_two_random_records_match(surely or [block_on(*told.anchors)], recall=_RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS, seed=_SEED)
    by_names = [told.names] if told.names and told.others else [(name,) for name in told.names]
    for together in [*by_names, *((name,) for name in told.others)][:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*together))


def _read(own: duckdb.DuckDBPyConnection, told: Probabilistic, root: Path) -> None:
    path = root / told.path
    reader = "read_parquet($path)" if path.suffix == ".parquet" else "read_csv($path, all_varchar = true)"
    try:
        own.execute(f"CREATE TABLE delivered AS SELECT * FROM {reader}", {"path": str(path)})
    except duckdb.Error as error:
        raise SourceError(
            got="the table of people cannot be read", wanted="a CSV with a header, or Parquet", file=told.path
        ) from error
    names = own.sql("SELECT * FROM delivered LIMIT 0").columns
    if absent := [name for name in (told.id, *told.columns) if name not in names]:
        raise SourceError(
            got=f"the table of people has no column {absent[0]!r}", wanted=f"one of {', '.join(names)}", file=told.path
        )
    cells = [f"nullif(lower(trim({_quoted(name)}::VARCHAR)), '') AS {_quoted(name)}" for name in told.columns]
    own.execute(
        f"CREATE TABLE people AS SELECT DISTINCT ON (unique_id) {_quoted(told.id)}::VARCHAR AS unique_id,"
        f" {', '.join(cells)} FROM delivered WHERE {_quoted(told.id)} IS NOT NULL ORDER BY ALL"
    )
    own.execute("DROP TABLE delivered")
    if own.sql("SELECT count(*) >= 2 FROM people").fetchall() != [(True,)]:
        raise _too_few(told)


def _too_few(told: Probabilistic) -> SourceError:
    return SourceError(
        got="too few people who agree in anything to learn from",
        wanted="some hundreds, several of them more than once",
        hint="name more columns in [identity.probabilistic], or leave it out",
        file=told.path,
    )


@contextmanager
def _in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that keeps nothing: no spill, and one thread, since sums in another order learn other weights."""
    with duckdb.connect(":memory:") as own:
        own.execute("SET threads = 1; SET temp_directory = ''; SET enable_progress_bar = false")
        yield own


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
