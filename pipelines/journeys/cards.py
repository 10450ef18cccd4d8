"""Cards: each deviation with the shortest real journeys that show it, and the SQL that returns the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from models.rules import quoted
from pipelines.journeys.laid import LaidJourney, charged_to, members
from pipelines.journeys.reading import read_journeys, rows_of

if TYPE_CHECKING:
    import duckdb

    from pipelines.privacy.cover import Cover

Row = Mapping[str, Any]

_RATES = "SELECT * FROM deviation_rates ORDER BY journey, journeys_n DESC, kind, touchpoint, block"
_EXAMPLES = "SELECT * FROM example_journeys ORDER BY journey, kind, touchpoint, block, place"
_KEY = ("journey", "kind", "touchpoint", "block")


@dataclass(frozen=True)
class DeviationCard:
    """One deviation of a map: how often it came, the shortest journeys that show it, and how to find the others."""

    journey: str
    kind: str
    touchpoint: str | None
    block: str | None
    title: str
    owner: str | None
    phase: str | None
    journeys_n: int
    opportunities_n: int | None
    rate: float | None
    examples: tuple[LaidJourney, ...]
    sql: str

    @property
    def heading(self) -> str:
        """The deviation in words."""
        return f"{self.kind.replace('_', ' ')}: {self.title}"


@dataclass(frozen=True)
class Wanted:
    """Which deviations are asked for; what is empty asks for all.

    A touchpoint is asked for by its name or title, and a block by any of its touchpoints, or as it is listed.
    """

    kind: str = ""
    touchpoint: str = ""
    journey: str = ""

    def has(self, row: Row, titles: Mapping[str, str]) -> bool:
        """Whether a row of `deviation_rates` is asked for, given the titles of its map's touchpoints."""
        charged = {row["touchpoint"], row["block"], *members(row["block"])}
        called = {charged_to(row["touchpoint"], row["block"], titles), *(titles.get(name) for name in charged if name)}
        asked = self.touchpoint.casefold()
        return (
            self.kind in {"", row["kind"]}
            and self.journey in {"", row["journey"]}
            and (not asked or asked in {name.casefold() for name in charged | called if name})
        )


ALL = Wanted()


def read_cards(
    connection: duckdb.DuckDBPyConnection,
    cover: Cover,
    wanted: Wanted = ALL,
    map_titles: Mapping[str, str] = MappingProxyType({}),
) -> tuple[tuple[DeviationCard, ...], int]:
    """Cards of the published deviations, commonest first, and how many have too few journeys for one.

    Args:
        connection: A reader of the published snapshot.
        cover: What is hidden of it.
        wanted: Which deviations.
        map_titles: Name of a map to its title.
    """
    titles: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows_of(connection, "SELECT journey, touchpoint, title FROM touchpoints"):
        titles[row["journey"]][row["touchpoint"]] = row["title"]
    found = [row for row in rows_of(connection, _RATES) if wanted.has(row, titles[row["journey"]])]
    hidden = {key_of(row): cover.columns("deviation_rates", row) for row in found}
    shown = [row for row in found if "journeys_n" not in hidden[key_of(row)]]
    examples: dict[tuple[Any, ...], list[str]] = {key_of(row): [] for row in shown}
    for row in rows_of(connection, _EXAMPLES):
        if key_of(row) in examples:
            examples[key_of(row)].append(row["journey_id"])
    laid = read_journeys(connection, (name for names in examples.values() for name in names), map_titles)
    cards = (
        _card({**row, **dict.fromkeys(hidden[key_of(row)])}, [laid[name] for name in examples[key_of(row)]])
        for row in shown
        if examples[key_of(row)]
    )
    return tuple(cards), len(found) - len(shown)


def key_of(row: Row) -> tuple[Any, ...]:
    """What names a deviation: its map, its kind, and what it is charged to."""
    return tuple(row[name] for name in _KEY)


def rest_sql(row: Row, map_version: int, shown: Iterable[str]) -> str:
    """SQL over the published tables that returns the journeys with a deviation, but for those that are shown."""
    charged = "touchpoint" if row["touchpoint"] is not None else "block"
    names = ", ".join(map(quoted, shown))
    return (
        "SELECT DISTINCT j.journey_id, j.status, j.entered_at, j.events_n\n"
        "FROM deviations AS d JOIN journeys AS j ON j.journey_id = d.journey_id\n"
        f"WHERE j.rule = 'default' AND j.journey = {quoted(row['journey'])} AND j.map_version = {map_version}\n"
        f"  AND d.kind = {quoted(row['kind'])} AND d.{charged} = {quoted(row[charged])}\n"
        f"  AND j.journey_id NOT IN ({names})\n"
        "ORDER BY j.events_n, j.journey_id"
    )


def _card(row: Row, examples: list[LaidJourney]) -> DeviationCard:
    taken = ("journey", "kind", "touchpoint", "block", "owner", "phase", "journeys_n", "opportunities_n", "rate")
    title = charged_to(row["touchpoint"], row["block"], examples[0].titles)
    names = [example.journey_id for example in examples]
    sql = rest_sql(row, examples[0].map_version, names)
    return DeviationCard(**{name: row[name] for name in taken}, title=title, examples=tuple(examples), sql=sql)
