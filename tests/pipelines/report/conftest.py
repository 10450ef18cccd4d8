"""A workspace with a published snapshot of plausible rows, walked at random (with a seed) along any map."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.report.snapshot import read_snapshot
from pipelines.report.view import JourneyView
from pipelines.settings import Settings
from schemas.blocks import AllOf, Block, OneOf, Optional, Repeat, Sequence, Touch
from schemas.journey_map import JourneyMap, load_map, load_maps
from schemas.tables import TABLES
from tests.pipelines.report.sample_maps import LONG, make_map
from tests.pipelines.report.sample_travel import travel_rows

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
RUN = "20260630T000000Z-1a2b"
Rows = dict[str, list[dict[str, Any]]]
Build = Callable[..., Settings]


@pytest.fixture
def map_text() -> Callable[[int], str]:
    return make_map


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """`build(map text, people)` makes a workspace with a published snapshot and returns its settings."""

    def make(
        text: str | tuple[str, ...], people_n: int = 400, change: Callable[[Rows], None] | None = None
    ) -> Settings:
        return make_workspace(tmp_path, text, people_n, change)

    return make


def make_workspace(
    root: Path, text: str | tuple[str, ...], people_n: int, change: Callable[[Rows], None] | None = None
) -> Settings:
    texts = (text,) if isinstance(text, str) else text
    rows: Rows = {name: [] for name in TABLES}
    (root / "maps").mkdir(exist_ok=True)
    for i, one in enumerate(texts):
        path = root / "maps" / f"map{i}.yaml"
        path.write_text(one, encoding="utf-8")
        Walk(load_map(path), rows).fill(people_n)
    add_workspace_rows(rows)
    if change is not None:
        change(rows)
    settings = Settings(root=root, name="Nordlys Fiber")
    publish_rows(settings, rows)
    return settings


def publish_rows(settings: Settings, rows: Rows) -> None:
    settings.published_dir.mkdir(exist_ok=True)
    settings.published_db.unlink(missing_ok=True)
    with duckdb.connect(str(settings.published_db)) as con:
        con.execute("SET timezone = 'UTC'")
        for name, table in TABLES.items():
            con.execute(table.ddl())
            lines = settings.published_dir / f"{name}.jsonl"
            lines.write_text("\n".join(json.dumps(row, default=str) for row in rows[name]), encoding="utf-8")
            types = {column.name: column.type for column in table.columns}
            con.execute(
                f"INSERT INTO {name} BY NAME FROM read_json('{lines}', format = 'newline_delimited', columns = {types})"
            )
            lines.unlink()


def add_workspace_rows(rows: Rows) -> None:
    rows["runs"].append(
        {
            "run_id": RUN,
            "started_at": AS_OF,
            "as_of": AS_OF,
            "status": "running",
            "versions": {"terreng": "0.1.0", "duckdb": "2.0.0"},
            "map_hashes": {},
            "counts": {},
        }
    )
    for source, total in (("web", 90_000), ("crm", 4_000)):
        parts = {"accepted_n": total - 60, "rejected_n": 12, "duplicate_n": 40, "dropped_n": 8}
        rows["files"].append(
            {"file_id": source, "source": source, "paths": [f"{source}.csv"], "rows_n": total, "status": "loaded"}
            | {"loaded_at": AS_OF, "dropped": {"bot": 8}}
            | parts
        )
        rows["rejected_rows"] += [
            {"source": source, "file_id": source, "line": i, "reason_code": "unreadable_timestamp", "reason": "no time"}
            | {"raw": "x", "first_seen_at": AS_OF}
            for i in range(12)
        ]


@dataclass
class Walk:
    """Random journeys along one map, and the rows that a run would publish of them."""

    map: JourneyMap
    rows: Rows
    random: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311  # a seeded walk, no secret

    def fill(self, people_n: int) -> None:
        traces = [self.trace() for _ in range(people_n)]
        self._journeys(traces)
        self._touchpoints(traces)
        self._outcomes(traces)
        self._flows(traces)
        self._rates(traces)
        self._unmapped()
        statuses = [self._status(i, trace) for i, trace in enumerate(traces)]
        for name, rows in travel_rows(self.map, traces, statuses).items():
            self.rows[name] += rows

    def trace(self) -> list[str]:
        steps = [name for phase in self.map.flow.phases for child in phase.children for name in self._steps(child)]
        kept: list[str] = []
        for name in steps:
            roll = self.random.random()
            if roll < 0.04 and kept:
                continue  # skipped
            kept.append(name)
            if roll > 0.93:
                kept.append(name if roll > 0.97 else self.random.choice(kept))
            if self.random.random() < 0.06:
                kept.append(self.random.choice(["chat", "chat", "error_page", "help_article"]))
            if self.random.random() < 0.02 + 0.1 * (hash_of(name) % 3):
                break
        return [name for name in kept if name in self.map.names]

    def _steps(self, block: Block) -> list[str]:
        match block:
            case Touch(name):
                return [name]
            case Sequence(children):
                return [name for child in children for name in self._steps(child)]
            case OneOf(children):
                return self._steps(children[0 if self.random.random() < 0.7 else -1])
            case AllOf(children):
                return [name for child in self.random.sample(children, len(children)) for name in self._steps(child)]
            case Optional(child):
                return self._steps(child) if self.random.random() < 0.4 else []
            case Repeat(child):
                return self._steps(child) * (2 if self.random.random() < 0.2 else 1)

    def _status(self, i: int, trace: list[str]) -> str:
        if set(self.map.goals) & set(trace):
            return "converted"
        return ("abandoned", "abandoned", "in_flight", "exited")[i % 4]

    def _journeys(self, traces: list[list[str]]) -> None:
        variants: Counter[tuple[str, ...]] = Counter()
        for i, trace in enumerate(traces):
            entered = AS_OF - timedelta(days=100) + timedelta(hours=i)
            for rule in ("strict", "default", "loose"):
                self.rows["journeys"].append(
                    {"rule": rule, "journey": self.map.journey, "map_version": self.map.version}
                    | {"journey_id": f"{rule}-{i}", "person_id": f"p{i}", "entered_at": entered}
                    | {
                        "last_at": entered + timedelta(days=3),
                        "ended_at": entered + timedelta(days=3),
                        "events_n": len(trace),
                    }
                    | {
                        "status": self._status(i, trace),
                        "segments": {},
                        "reactivations_n": 0,
                        "straddles_versions": False,
                        "assignment": "this",
                    }
                )
            self.rows["journey_events"] += [
                {"journey_id": f"default-{i}", "position": k, "event_id": f"{i}-{k}", "occurred_at": entered}
                | {"touchpoint": name if (k + i) % 20 else None, "activity": name, "source": "web", "move": "sync"}
                for k, name in enumerate(trace)
            ]
            variants[tuple(trace)] += 1
        self.rows["variants"] += [
            {
                "journey": self.map.journey,
                "variant_id": str(i),
                "trace": list(trace),
                "journeys_n": n,
                "cost": float(i % 3),
            }
            | {"optimal_alignments_n": 1, "alignment": "full", "map_version": self.map.version}
            for i, (trace, n) in enumerate(variants.items())
        ]
        designed_n = sum(n for i, n in enumerate(variants.values()) if i % 3 == 0)
        self.rows["map_versions"] += [
            {"journey": self.map.journey, "map_version": self.map.version, "straddles": False, "is_in_force": True}
            | {"content_hash": "", "journeys_n": len(traces), "conforming_n": designed_n}
            | dict.fromkeys(("converted_n", "exited_n", "abandoned_n", "in_flight_n", "mature_n"), 0)
        ][: len(traces)]

    def _touchpoints(self, traces: list[list[str]]) -> None:
        reached = Counter(name for trace in traces for name in set(trace))
        for place, name in enumerate(self.map.names):
            self.rows["touchpoints"].append(
                {"journey": self.map.journey, "touchpoint": name, "title": self.map.title_of(name), "place": place}
                | {"phase": self.map.phase_of(name), "role": self.map.role(name), "owner": self.map.owner_of(name)}
                | {"is_optional": self.map.is_optional(name), "events_n": reached[name], "journeys_n": reached[name]}
                | {"is_ghost": not reached[name]}
            )

    def _outcomes(self, traces: list[list[str]]) -> None:
        reached = Counter(name for trace in traces for name in set(trace))
        ends = Counter(trace[-1] for trace in traces if trace)
        for name in (name for name in self.map.names if self.map.role(name) == "flow"):
            n = reached[name]
            hazard = 0.75 * ends[name] / n if n else None
            refused = None if n >= 30 else f"worth {n} journeys, fewer than 30"
            row: dict[str, Any] = {"journey": self.map.journey, "touchpoint": name, "horizon_d": 60.0, "reached_n": n}
            row |= {"patience_s": 864_000.0, "followed_n": n, "in_flight_n": ends[name] // 4, "effective_n": n * 0.9}
            row["refused"] = refused
            if refused is None and hazard is not None:
                row |= {"hazard": hazard, "hazard_low": max(0, hazard - 0.02), "hazard_high": min(1, hazard + 0.025)}
                row |= {
                    "exit_hazard": hazard / 4,
                    "hazard_half_patience": hazard * 1.2,
                    "hazard_double_patience": hazard * 0.9,
                }
                for word, share in (("converted", 0.26), ("exited", 0.09), ("abandoned", 0.52), ("active", 0.13)):
                    row |= {f"{word}_share": share, f"{word}_low": share - 0.02, f"{word}_high": share + 0.02}
            self.rows["touchpoint_outcomes"].append(row)
        for name, known in self.map.touchpoints.items():
            if known.promise is not None:
                kept = 0.2 + (hash_of(name) % 7) / 10
                self.rows["waits"].append(
                    {"journey": self.map.journey, "from_touchpoint": name, "to_touchpoint": known.promise.next}
                    | {
                        "n": reached[name],
                        "p50_s": 9_000.0,
                        "p90_s": 90_000.0,
                        "promised_s": float(known.promise.within_s),
                    }
                    | {"kept_share": kept, "kept_low": kept - 0.03, "kept_high": min(1.0, kept + 0.03)}
                    | {"calendar": "business", "waiting_n": 12, "overdue_n": 5}
                )

    def _flows(self, traces: list[list[str]]) -> None:
        times: Counter[tuple[str | None, str | None, str | None]] = Counter()
        journeys: Counter[tuple[str | None, str | None, str | None]] = Counter()
        for i, trace in enumerate(traces):
            flow = [name for name in trace if self.map.role(name) == "flow"]
            pairs: list[tuple[str | None, str | None, str | None]] = [(a, b, None) for a, b in pairwise(flow)]
            if flow:
                pairs += [(None, flow[0], None), (flow[-1], None, self._status(i, trace))]
            times.update(pairs)
            journeys.update(set(pairs))
        self.rows["flows"] += [
            {"journey": self.map.journey, "from_touchpoint": a, "to_touchpoint": b, "end_status": status, "n": n}
            | {"journeys_n": journeys[(a, b, status)], "p50_s": 5_000.0 if a and b else None}
            for (a, b, status), n in times.items()
        ]

    def _rates(self, traces: list[list[str]]) -> None:
        reached = Counter(name for trace in traces for name in set(trace))
        named = [name for name in self.map.names if self.map.role(name) == "flow" and reached[name]]
        kinds = ("repeated", "missing", "late", "out_of_order")
        for rank, (i, name) in enumerate(list(enumerate(named))[:12], 1):
            n = max(1, reached[name] // (3 + i))
            share = n / reached[name]
            block = f"{name} | {named[-1]}" if i % 4 == 1 else None
            row = {"journey": self.map.journey, "touchpoint": None if block else name, "owner": self.map.owner_of(name)}
            interval = {"rate": share, "rate_low": max(0.0, share - 0.02), "rate_high": min(1.0, share + 0.02)}
            self.rows["deviation_rates"].append(
                row
                | {"kind": kinds[i % 4], "block": block, "phase": self.map.phase_of(name), "occurrences_n": n + 3}
                | {"journeys_n": n, "opportunities_n": reached[name], "abandoned_share": 0.4}
                | interval
            )
            self.rows["findings"].append(
                row
                | {
                    "finding_id": f"f{i}",
                    "touchpoint": block or name,
                    "signal": kinds[i % 4],
                    "rank": rank,
                    "state": "new",
                }
                | {"headline": f"{self.map.title_of(name)} happens again", "first_seen_run": RUN, "journeys_n": n}
                | interval
            )

    def _unmapped(self) -> None:
        self.rows["unmapped_activities"].append(
            {
                "journey": self.map.journey,
                "source": "web",
                "activity": "scroll",
                "events_n": 5_000,
                "in_journeys_n": 700,
            }
        )


def hash_of(name: str) -> int:
    return sum(map(ord, name))


@pytest.fixture(scope="session")
def views() -> dict[tuple[int, int, str], JourneyView]:
    """Views that were made before."""
    return {}


@pytest.fixture
def view(build: Build, views: dict[tuple[int, int, str], JourneyView]) -> Callable[..., JourneyView]:
    """`view(touchpoints, people_n, title)` is a map of that size with what a walk along it gave."""

    def make(touchpoints_n: int, people_n: int = 200, title: str = "") -> JourneyView:
        asked = (touchpoints_n, people_n, title)
        if asked not in views:
            text = make_map(touchpoints_n)
            for each in LONG if title else ():
                text = text.replace(f"title: '{each}'", f"title: {title!r}")
            settings = build(text, people_n)
            (one,) = load_maps(settings.root / "maps")
            views[asked] = JourneyView(one, read_snapshot(settings, RUN, (one,)).journeys[one.journey])
        return views[asked]

    return make
