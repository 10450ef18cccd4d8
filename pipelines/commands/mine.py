"""`terreng mine`: what process discovery sees in the published journeys, beside what was designed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import duckdb

from pipelines import terminal
from pipelines.commands.workspace import open_workspace

FOLLOWS = ("from_name", "to_name", "n", "p50_s")


def mine(workspace: Path, as_json: bool) -> None:
    """Write the directly-follows graph (with median times) and a BPMN model of every journey map."""
    from pipelines.warehouse import last_run, reader

    settings = open_workspace(workspace)
    with reader(settings) as connection, terminal.progress() as tell:
        last = last_run(connection)
        folder = settings.reports_dir / (last.run_id if last else "unknown") / "mined"
        folder.mkdir(parents=True, exist_ok=True)
        names = [row[0] for row in connection.sql("SELECT DISTINCT journey FROM journeys ORDER BY 1").fetchall()]
        mined = {name: _mine_one(connection, name, folder, tell) for name in names}
    if as_json:
        terminal.say_json(mined)
        return
    for name, found in mined.items():
        terminal.say(f"{name}: {found['edges_n']} direct follows, {found['tasks_n']} tasks in the mined model")
        terminal.say(f"  {found['follows']}\n  {found['bpmn']}")


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
