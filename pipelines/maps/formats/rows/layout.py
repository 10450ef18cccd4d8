"""Which row or column of a table holds what, and each touchpoint's own part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.maps.formats.rows import cells
from pipelines.maps.formats.rows.headers import NAMES, is_lane, role_of
from pipelines.maps.formats.rows.table import Cells, refused

_HEADER_WITHIN = 20  # rows in which a header is looked for: above it stand titles and logos
_LANES_WITHIN = 4  # columns in which the names of lanes are looked for


@dataclass
class Row:
    """One touchpoint as the table has it: line (or column) it came from, cells by role, other cells by header."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def get(self, role: str) -> str:
        """A cell, "" where there is none."""
        return self.cells.get(role, "")


def rows_of(path: Path, sheets: Sequence[tuple[str, Cells]]) -> tuple[list[Row], str]:
    """The touchpoints of the sheet that looks most like a map, and how it was read ("" for one row a touchpoint).

    Raises:
        MapError: No sheet has a column or lane that names touchpoints.
    """
    best = max(sheets, key=lambda sheet: max(_header(sheet[1])[0], _lanes(sheet[1])[0]))
    score, place = _header(best[1])
    lane_score, column = _lanes(best[1])
    if max(score, lane_score) == 0:
        wanted = "a header row with phase and touchpoint (or step, title, name), or lanes of these names"
        raise refused(path, 1, f"no column that names touchpoints; the first row has {_shown(best[1][0])}", wanted)
    if lane_score > score:
        found = _from_lanes(best[1], column)
        if not found:
            lanes = _shown([row[column] for row in best[1] if column < len(row)])
            raise refused(
                path, 1, f"no lane that names touchpoints; there are {lanes}", "a lane called step or touchpoint"
            )
        return found, "phases were read as columns and lanes as rows"
    return _from_rows(best[1], place), ""


def _shown(row: Sequence[str]) -> str:
    filled = [cell.splitlines()[0][:30] for cell in row if cell]
    return ", ".join(f'"{cell}"' for cell in filled[:4]) or "nothing"


def _score(texts: Sequence[str]) -> int:
    """How many different things a header (or a column of lanes) names; 0 where touchpoints are not among them."""
    roles = {role for role in map(role_of, texts) if role}
    return len(roles) if roles & {*NAMES, "phase"} and (len(roles) > 1 or roles & set(NAMES)) else 0


def _header(rows: Cells) -> tuple[int, int]:
    scores = [(_score(row), -place) for place, row in enumerate(rows[:_HEADER_WITHIN])]
    score, place = max(scores, default=(0, 0))
    has_name = bool({role_of(cell) for cell in rows[-place]} & set(NAMES)) if rows else False
    return (score if has_name else 0), -place


def _lanes(rows: Cells) -> tuple[int, int]:
    width = max(map(len, rows), default=0)
    columns = [[row[at] if at < len(row) else "" for row in rows] for at in range(min(width - 1, _LANES_WITHIN))]
    scores = [(_score(column), -at) for at, column in enumerate(columns)]
    score, at = max(scores, default=(0, 0))
    return (score if score > 1 else 0), -at


def _from_rows(rows: Cells, place: int) -> list[Row]:
    """One row a touchpoint; a row without a name goes on with the one before, as merged cells do."""
    headers = rows[place]
    roles = _roles(headers)
    found: list[Row] = []
    phase = ""
    for line, cells_ in enumerate(rows[place + 1 :], place + 2):
        row = Row(line)
        for header, role, cell in zip(headers, roles, cells_, strict=False):
            if cell and role:
                row.cells[role] = f"{row.cells[role]}; {cell}" if role in row.cells else cell
            elif cell:
                row.others[header or "without a header"] = cell
        phase = row.get("phase") or phase
        if any(row.get(name) for name in NAMES):
            row.cells["phase"] = row.get("phase") if row.get("flow") else phase
            found.append(row)
        elif found and row.cells.keys() - {"phase"}:
            _go_on(found[-1], row)
    return found


def _roles(headers: Sequence[str]) -> list[str | None]:
    """The role of each column. Beside a step, a touchpoint is where it takes place."""
    roles = [role_of(header) for header in headers]
    known = set(roles)
    if {"step", "touchpoint"} <= known:
        instead = None if "channels" in known else "channels"
        roles = [instead if role == "touchpoint" else role for role in roles]
    elif {"touchpoint", "title"} <= known and "code" not in known:
        roles = ["code" if role == "touchpoint" else role for role in roles]
    return roles


def _go_on(row: Row, more: Row) -> None:
    for role, cell in more.cells.items():
        if role != "phase":
            row.cells[role] = f"{row.cells[role]}\n{cell}" if role in row.cells else cell


def _from_lanes(rows: Cells, column: int) -> list[Row]:
    """Phases (and steps) as columns; a lane's name holds for the unnamed rows below it."""
    lanes: list[tuple[str, str | None, list[str]]] = []
    for row in rows:
        name = row[column] if column < len(row) else ""
        values = row[column + 1 :]
        if name or not lanes:
            lanes.append((name, role_of(name), values))
        elif any(values):
            before = lanes[-1]
            lanes.append((before[0], before[1] if before[1] != "phase" else "step", values))
    lanes = _with_phases(lanes)
    has_step = any(role == "step" for _, role, _ in lanes)
    width = max(len(values) for _, _, values in lanes)
    if not any(_lane_role(role, has_step) == "step" for _, role, _ in lanes):
        return []
    found: list[Row] = []
    phase = ""
    for at in range(width):
        here = [
            (name, _lane_role(role, has_step), values[at] if at < len(values) else "") for name, role, values in lanes
        ]
        phase = next((cell for _, role, cell in here if role == "phase" and cell), phase)
        found.extend(_of_column(here, phase, column + at + 2))
    return found


def _lane_role(role: str | None, has_step: bool) -> str | None:
    """Beside steps, touchpoints are where they take place; alone, titles and touchpoints are the steps."""
    if role in ("touchpoint", "title"):
        return ("channels" if role == "touchpoint" else "description") if has_step else "step"
    return role


def _with_phases(lanes: list[tuple[str, str | None, list[str]]]) -> list[tuple[str, str | None, list[str]]]:
    """Where no lane is called phase, the first row with names for the columns above the known lanes is it."""
    if any(role == "phase" for _, role, _ in lanes):
        return lanes
    first = next(at for at, (_, role, _) in enumerate(lanes) if role)
    above = [at for at in range(first) if sum(map(bool, lanes[at][2])) > 1]
    at = above[-1] if above else None
    return [(name, "phase" if place == at else role, values) for place, (name, role, values) in enumerate(lanes)]


def _of_column(here: Sequence[tuple[str, str | None, str]], phase: str, line: int) -> list[Row]:
    """The touchpoints of one column: each line of the cells that name steps is one."""
    names = [name for _, role, cell in here if role == "step" for name in cells.lines(cell)]
    rows = [Row(line, {"phase": phase, "step": name}) for name in names]
    for lane, role, cell in here:
        if not cell or not rows or role in ("phase", "step") or (role is None and is_lane(cell)):
            continue
        parts = cells.lines(cell)
        shared = role in ("channels", "owner", "initiator", "emotion") and len(parts) != len(rows)
        for at, row in enumerate(rows):
            mine = (
                cell if shared or len(rows) == 1 else parts[at] if len(parts) == len(rows) else cell if at == 0 else ""
            )
            if mine and role:
                row.cells[role] = f"{row.cells[role]}\n{mine}" if role in row.cells else mine
            elif mine:
                row.others[lane or "without a name"] = mine
    return rows
