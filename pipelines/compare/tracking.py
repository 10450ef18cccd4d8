"""Did not do, or could not see: skips that say more of the tracking than of the customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from pipelines.compare.silences import later_seen, sudden_zeroes
from pipelines.compare.spans import Span, feeds, known_spans, put_spans, with_blocks
from pipelines.engine import Engine
from pipelines.settings import Settings
from pipelines.study import FOREVER_US, Study
from schemas.words import Blindness

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOUND_OUT = (Blindness.SUDDEN_ZERO, Blindness.ONLY_LATER_SEEN)
_BLOCKS = "SELECT block_no, label, owner FROM map_blocks"
Blocks = Mapping[int, tuple[str, str | None]]
"""Number of a block to its label and owner."""
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "touchpoint": pl.String,
    "block": pl.String,
    "source": pl.String,
    "reason": pl.String,
    "from_at": pl.Datetime("us", "UTC"),
    "until_at": pl.Datetime("us", "UTC"),
    "journeys_n": pl.Int64,
    "evidence": pl.String,
    "hint": pl.String,
    "owner": pl.String,
}


def find_unseen(engine: Engine, settings: Settings, study: Study) -> None:
    """Make `blind_spans` and `unseen_departures` of one study: what is known, and what its events give away.

    The rows of `backlog` are kept in `tracking_gaps`.

    Args:
        engine: The warehouse; it uses the study's schema, in which `flow_departures` and `hourly_events` are.
        settings: The workspace's; an outage of a source may be told there.
        study: One version of a map.
    """
    fed_by = feeds(engine, study)
    known = known_spans(study, fed_by, settings.sources)
    spans = [*known, *sudden_zeroes(engine, settings, study, fed_by, known)]
    _explain(engine, with_blocks(engine, spans))
    explained = with_blocks(engine, [*spans, *later_seen(engine, study)])
    _explain(engine, explained)
    engine.put("tracking_gaps", _gaps(engine, study, explained).with_row_index("place"))


def _explain(engine: Engine, spans: Sequence[Span]) -> None:
    put_spans(engine, spans)
    engine.create("staging/unseen_departures")


def backlog(engine: Engine) -> pl.DataFrame:
    """Rows of `tracking_backlog` for one study: what set journeys' skips aside, and every gap that was found out."""
    return engine.frame("SELECT * FROM tracking_gaps ORDER BY place").drop("place")


def _gaps(engine: Engine, study: Study, spans: Sequence[Span]) -> pl.DataFrame:
    """Rows of the backlog, those that cost most journeys a step first."""
    query = "SELECT span_no, count(DISTINCT journey_key) FROM unseen_departures GROUP BY span_no"
    journeys = dict(engine.frame(query).rows())
    blocks = {number: (label, owner) for number, label, owner in engine.frame(_BLOCKS).rows()}
    rows: dict[tuple[object, ...], None] = {}
    for number, span in enumerate(spans):
        if n := journeys.get(number, 0):
            name, label, owner = _place(study, span, blocks)
            rows[name, label, *_told(study, span), n, span.evidence or None, _hint(study, span), owner] = None
    rows |= dict.fromkeys(_without_journeys(study, spans, journeys))
    order = ("journeys_n", "from_at", "touchpoint", "block", "source", "reason")
    return pl.DataFrame(list(rows), schema=_SCHEMA, orient="row").sort(order, descending=[True] + [False] * 5)


def _place(study: Study, span: Span, blocks: Blocks) -> tuple[str | None, str | None, str | None]:
    """Touchpoint or block of a span, and its owner."""
    if span.target < 0:
        return None, *blocks[-1 - span.target]
    name = study.plan.names[span.target]
    return name, None, study.plan.owner_of(name)


def _without_journeys(study: Study, spans: Sequence[Span], journeys: dict[int, int]) -> Iterator[tuple[object, ...]]:
    """Gaps that were found out and cost no journey its step: once per touchpoint, or once where a source was silent."""
    explaining = {_told(study, span) for number, span in enumerate(spans) if journeys.get(number)}
    for span in spans:
        if span.reason not in FOUND_OUT or span.target < 0 or _told(study, span) in explaining:
            continue
        name = None if span.is_whole_source else study.plan.names[span.target]
        owner = study.plan.owner_of(name) if name else None
        yield name, None, *_told(study, span), 0, span.evidence, _hint(study, span), owner


def _told(study: Study, span: Span) -> tuple[str | None, str, datetime | None, datetime | None]:
    return span.source or None, str(span.reason), *_edges(study, span)


def _edges(study: Study, span: Span) -> tuple[datetime | None, datetime | None]:
    """Since when and until when; None: since ever, and still."""
    starts = None if span.from_us <= -FOREVER_US else _EPOCH + timedelta(microseconds=span.from_us)
    return starts, None if span.until_us > study.as_of_us else _EPOCH + timedelta(microseconds=span.until_us)


def _hint(study: Study, span: Span) -> str:
    """What to do, with the lines for the settings or the map."""
    if span.reason == Blindness.DECLARED:
        return "measure it, and write in the map since when it is seen: observability: [{is: full, from: DATE}]"
    starts, ends = _edges(study, span)
    if span.reason == Blindness.OUTAGE:
        return f"load again what {span.source} has of that time; then take the outage out of terreng.toml"
    if span.is_whole_source and starts is not None:
        until = _iso(ends) if ends else "WHEN IT DELIVERED AGAIN"
        return (
            f"load again what it has of that time; if nothing is to be had, under source {span.source!r} in"
            f' terreng.toml: outages = [{{from = "{_iso(starts)}", until = "{until}"}}]'
        )
    parts = [f"{{is: full, until: {_iso(starts)}}}"] if starts else []
    edges = [f"from: {_iso(starts)}"] if starts else []
    edges += [f"until: {_iso(ends)}"] if ends else []
    parts.append(f"{{{', '.join(['is: blind', *edges, 'why: tracking was off'])}}}")
    lines = f"observability: [{', '.join(parts)}]"
    still = "" if ends else "; or, if the step was taken away, a new version of the map without it"
    return f"mend the tracking; then in the map: {lines}{still}"


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
