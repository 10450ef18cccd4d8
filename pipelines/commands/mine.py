"""`terreng mine`: what process discovery sees in the published journeys, beside what was designed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from pipelines.privacy.withheld import Withheld

if TYPE_CHECKING:
    from pipelines.privacy.cover import Cover
    from pipelines.settings import Settings
    from schemas.journey_map import JourneyMap

FOLLOWS = ("from_name", "to_name", "n", "p50_s")
PICTURES = ("process_picture", "bpmn_picture")
_STEPS_SHARE, _WAYS_SHARE = 0.65, 0.65  # what of the process the pictures have: with all of it nothing stands out


def mine(workspace: Path, as_json: bool) -> None:
    """Write the directly-follows graph (with median times) and a BPMN model of every journey map, and draw both."""
    from pipelines.warehouse import last_run, reader

    settings = open_workspace(workspace)
    with reader(settings) as connection, terminal.progress() as tell:
        last = last_run(connection)
        folder = settings.reports_dir / (last.run_id if last else "unknown") / "mined"
        folder.mkdir(parents=True, exist_ok=True)
        names = [row[0] for row in connection.sql("SELECT DISTINCT journey FROM journeys ORDER BY 1").fetchall()]
        mined = {name: _mine_one(connection, name, folder, tell) for name in names}
        drawn = _draw(settings, connection, folder, tell)
        mined = {name: found | drawn.get(name, {}) for name, found in mined.items()}
    if as_json:
        terminal.say_json(mined)
        return
    for name, found in mined.items():
        terminal.say(f"{name}: {found['edges_n']} direct follows, {found['tasks_n']} tasks in the mined model")
        for key in ("follows", "bpmn", *PICTURES):
            if key in found:
                terminal.say(f"  {found[key]}")


def _mine_one(
    connection: duckdb.DuckDBPyConnection, journey: str, folder: Path, tell: terminal.Tell
) -> dict[str, object]:
    import polars as pl

    from pipelines import mining
    from pipelines.exports import disarmed

    tell(f"Discover {journey}")
    frame = mining.log_frame(connection, journey)
    graph = mining.directly_follows(frame)
    follows = folder / f"{journey}_follows.csv"
    disarmed(pl.DataFrame([asdict(edge) for edge in graph.edges], schema=FOLLOWS, orient="row")).write_csv(follows)
    model = mining.discover_bpmn(frame, folder / f"{journey}.bpmn")
    return {"edges_n": len(graph.edges), "tasks_n": len(model.tasks), "follows": follows, "bpmn": model.path}


def _draw(
    settings: Settings, connection: duckdb.DuckDBPyConnection, folder: Path, tell: terminal.Tell
) -> dict[str, dict[str, object]]:
    """Pictures of the main ways and of the main steps' model, by map; small cells are not in them."""
    from pipelines.privacy.cover import read_cover
    from pipelines.report.metro.layout import plan
    from pipelines.report.snapshot import in_force
    from pipelines.steps import load_maps
    from pipelines.warehouse import last_run

    cover = read_cover(connection, settings.privacy.minimum_cell)
    last = last_run(connection)
    drawn: dict[str, dict[str, object]] = {}
    for journey in in_force(load_maps(settings), last.as_of if last else None):
        tell(f"Draw {journey.journey}")
        drawn[journey.journey] = _pictures(connection, journey, cover, plan(journey.flow).designed(), folder)
    return drawn


def _pictures(
    connection: duckdb.DuckDBPyConnection,
    journey: JourneyMap,
    cover: Cover,
    designed: Collection[tuple[str, str]],
    folder: Path,
) -> dict[str, object]:
    from pipelines.mining.seen import mined_block
    from pipelines.report.formats.standalone import standalone
    from pipelines.report.process.bpmn import bpmn_picture
    from pipelines.report.process.observed import read_observed
    from pipelines.report.process.picture import process_map

    observed = read_observed(connection, journey.journey, cover)
    main = [step.name for step in observed.steps if not isinstance(step.journeys_n, Withheld)]
    main = main[: max(2, ceil(_STEPS_SHARE * len(main)))]
    block = mined_block(connection, journey.journey, main) if main else None
    pictures = (
        process_map(observed, 1.0, _WAYS_SHARE, title=journey.title, designed=designed),
        bpmn_picture(block, observed, "bpmn", journey.title),
    )
    written: dict[str, object] = {}
    for key, drawing in zip(PICTURES, pictures, strict=True):
        if drawing is not None:
            path = folder / f"{journey.journey}_{key.removesuffix('_picture')}.svg"
            path.write_text(standalone(drawing.svg, with_font=True), encoding="utf-8")
            written[key] = path
    return written
