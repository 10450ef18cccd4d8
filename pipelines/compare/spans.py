"""Spans of time in which a touchpoint, or a block with such a touchpoint, could not be seen: what is known of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.engine import Engine
from pipelines.settings import Source
from pipelines.study import FOREVER_US, Study, micros
from schemas.words import Blindness, Observability

Feeds = Mapping[int, tuple[str, ...]]
"""Code to the sources that its events come from."""

LEAST_FED = 0.05
"""A source that gives less of a touchpoint's events is not what it is seen by."""


@dataclass(frozen=True)
class Span:
    """A touchpoint, or a block, that could not be seen for a time.

    Attributes:
        target: Code of the touchpoint, or -1 - number of the block.
        from_us: Since when; -FOREVER_US: since ever.
        until_us: Until when, excluded; FOREVER_US: still.
        reason: How that is known.
        source: Source of the events that did not come; "": several, or not known.
        evidence: What was seen, for a person.
        is_whole_source: Nothing at all came from the source.
    """

    target: int
    from_us: int
    until_us: int
    reason: Blindness
    source: str = ""
    evidence: str = ""
    is_whole_source: bool = False


def feeds(engine: Engine, study: Study) -> Feeds:
    """The sources of each touchpoint: those that its rules name, and where a rule names none, those that gave some."""
    heard: dict[int, dict[str, int]] = defaultdict(dict)
    query = (
        "SELECT code, source, cast(sum(events_n) AS BIGINT) FROM hourly_events WHERE code IS NOT NULL"
        " GROUP BY code, source ORDER BY code, source"
    )
    for code, source, n in engine.frame(query).rows():
        heard[code][source] = n
    found = {}
    for code, name in enumerate(study.plan.names[: study.exits_from]):
        rules = study.plan.rules_of(name)
        named = {source for rule in rules for source in rule.get("source", ())}
        total = sum(heard[code].values())
        given = {source for source, n in heard[code].items() if n >= LEAST_FED * total}
        is_told = all("source" in rule for rule in rules)
        found[code] = tuple(sorted(named if is_told and named <= _plain(named) else named | given))
    return found


def _plain(names: Iterable[str]) -> set[str]:
    return {name for name in names if not set("*?\\") & set(name)}


def known_spans(study: Study, fed_by: Feeds, sources: Iterable[Source]) -> list[Span]:
    """What the map and the settings say: blind and partial touchpoints, and outages of their sources."""
    found = []
    outages = [(source.name, outage) for source in sources for outage in source.outages]
    for code, name in enumerate(study.plan.names[: study.exits_from]):
        found += list(_declared(study, code, name))
        found += [
            Span(code, micros(down.from_), micros(down.until), Blindness.OUTAGE, source, is_whole_source=True)
            for source, down in outages
            if source in fed_by[code]
        ]
    return found


def _declared(study: Study, code: int, name: str) -> Iterator[Span]:
    touchpoint = study.plan.touchpoints.get(name) or study.plan.off_map.get(name)
    for span in touchpoint.observability if touchpoint else ():
        if span.is_ != Observability.FULL:
            starts = micros(span.from_) if span.from_ else -FOREVER_US
            ends = micros(span.until) if span.until else FOREVER_US
            why = f"{span.is_}{f': {span.why}' if span.why else ''}"
            yield Span(code, starts, ends, Blindness.DECLARED, evidence=why)


def with_blocks(engine: Engine, spans: Iterable[Span]) -> list[Span]:
    """The spans, and for each touchpoint those of the blocks around it, in the order in which they explain a skip."""
    around: dict[int, list[int]] = defaultdict(list)
    for block_no, code in engine.frame("SELECT block_no, code FROM block_members ORDER BY block_no, code").rows():
        around[code].append(-1 - block_no)
    found: dict[Span, None] = {}
    for span in spans:
        found[span] = None
        for target in around[span.target] if span.target >= 0 else ():
            found[replace(span, target=target)] = None
    order = list(Blindness)
    return sorted(found, key=lambda span: (order.index(span.reason), span.from_us, span.until_us, span.target >= 0))


def put_spans(engine: Engine, spans: Sequence[Span]) -> None:
    """Make the table `blind_spans`: one row per span, its number being its place."""
    rows = [
        (
            number,
            span.target if span.target >= 0 else None,
            None if span.target >= 0 else -1 - span.target,
            span.from_us,
            span.until_us,
        )
        for number, span in enumerate(spans)
    ]
    names = {"span_no": pl.Int32, "code": pl.Int32, "block_no": pl.Int32, "from_us": pl.Int64, "until_us": pl.Int64}
    engine.put("blind_spans", pl.DataFrame(rows, schema=names, orient="row"))
