"""A table with one row a touchpoint (or phases as columns) as a map."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.maps.formats.rows import cells
from pipelines.maps.formats.rows.layout import Row, rows_of
from pipelines.maps.formats.rows.paths import Path_, Step, items, read_path
from pipelines.maps.formats.rows.table import refused, tables
from pipelines.maps.formats.sketch import Sketch
from schemas.map_flow import unfit
from schemas.words import Effort

_PLACES = {"anytime": "anytime", "off the map": "off_map", "off map": "off_map", "exit": "exits"}
_KEPT = ("description", "pain")  # what a map has no key for stays as a comment above the touchpoint


def read(path: Path) -> Sketch:
    """The map of a CSV file or a spreadsheet.

    Raises:
        MapError: It cannot be read, or nothing in it names touchpoints.
    """
    rows, told = rows_of(path, tables(path))
    if not rows:
        raise refused(path, 0, "a header without any touchpoint below it", "a row for each touchpoint")
    reader = _Reader(rows)
    if told:
        reader.notes.append(told)
    return reader.sketch()


class _Reader:
    def __init__(self, rows: list[Row]) -> None:
        self.notes: list[str] = []
        self.remarks: dict[tuple[str | int, ...], str] = {}
        self.persona = next((row.get("persona") for row in rows if row.get("persona")), "")
        self.rows = self._in_order(rows)
        self.channels: dict[str, str] = {}
        self.sections: dict[str, dict[str, dict[str, object]]] = {"touchpoints": {}, "off_map": {}, "exits": {}}
        self.phases: dict[str, list[tuple[str, Path_]]] = {}
        self.anytime: dict[str, list[str]] = {}
        self.goals: dict[str, str] = {}
        self.names = {id(row): self._name(row) for row in self.rows}
        scores, scale = cells.emotions([row.get("emotion") for row in self.rows])
        self.emotions = {id(row): score for row, score in zip(self.rows, scores, strict=True)}
        self.notes += [scale] if scale else []

    def sketch(self) -> Sketch:
        for row in self.rows:
            self._take(row)
        if list(self.phases) == [""]:
            self.notes.append('no phases are named, so all touchpoints stand in one called "Journey"')
        flow = [self._phase(name, rows) for name, rows in self.phases.items()]
        head = self.rows[0]
        tree: dict[str, object] = {}
        if head.get("journey"):
            tree |= {"journey": cells.slug(head.get("journey")), "title": head.get("journey")}
        tree |= {"persona": self.persona} if self.persona else {}
        tree |= {"channels": self.channels} if self.channels else {}
        tree["flow"] = flow
        tree |= {"anytime": self.anytime[""]} if self.anytime.get("") else {}
        tree |= {section: entries for section, entries in self.sections.items() if entries}
        return Sketch(tree, tuple(dict.fromkeys(self.notes)), self.remarks)

    def _in_order(self, rows: list[Row]) -> list[Row]:
        """By the column that numbers them, where every row has a number."""
        numbers = [re.match(r"\d+(?:\.\d+)?", row.get("order")) for row in rows]
        if not all(numbers):
            return rows
        return [
            row
            for _, row in sorted(zip(numbers, rows, strict=True), key=lambda pair: float(pair[0][0]) if pair[0] else 0)
        ]

    def _name(self, row: Row) -> str:
        """The touchpoint's short name: the table's own, else made of what it is called."""
        code = row.get("code")
        if code and not unfit(code):
            return code
        return cells.slug(row.get("step") or row.get("touchpoint") or row.get("title") or code)

    def _title(self, row: Row) -> str:
        texts = (row.get("title"), row.get("step"), row.get("touchpoint"))
        title = " ".join(next((text for text in texts if text), "").split())
        return "" if title == self.names[id(row)] else title

    def _take(self, row: Row) -> None:
        name, phase = self.names[id(row)], row.get("phase")
        place = _PLACES.get(row.get("flow").strip().casefold(), "")
        if place in ("off_map", "exits"):
            section = place
        elif place == "anytime":
            section = "touchpoints"
            self.anytime.setdefault(phase, []).append(name)
        else:
            section = "touchpoints"
            self.phases.setdefault(phase, []).append((name, self._path(row, name)))
        if row.get("phase_goal"):
            self.goals.setdefault(phase, row.get("phase_goal"))
        entry = self._entry(row, section)
        if entry and name not in self.sections[section]:
            self.sections[section][name] = entry
        self._remark(row, (section, name))

    def _path(self, row: Row, name: str) -> Path_:
        own = f"row{row.line}_{name}"
        cell = row.get("flow")
        path = read_path(cell, own) if cell else ()
        if path is None:
            row.others["flow"] = cell
        if not path and cells.yes(row.get("optional")):
            return (Step("optional", own),)
        return path or ()

    def _phase(self, name: str, rows: list[tuple[str, Path_]]) -> dict[str, object]:
        goal = {"customer_goal": self.goals[name]} if name in self.goals else {}
        anytime = {"anytime": self.anytime[name]} if name and name in self.anytime else {}
        return {"phase": name or "Journey", **goal, "steps": items(rows), **anytime}

    def _entry(self, row: Row, section: str) -> dict[str, object]:
        entry: dict[str, object] = {"title": self._title(row), "owner": " ".join(row.get("owner").split())}
        if section == "exits":
            entry |= {"after": cells.items(row.get("after"))}
        else:
            entry |= self._manner(row)
        entry |= {"when": self._rules(row)}
        return {key: value for key, value in entry.items() if value or (key == "emotion" and value == 0)}

    def _manner(self, row: Row) -> dict[str, object]:
        """How a touchpoint is meant to be."""
        began = row.get("initiator")
        initiator = cells.initiator(began, self.persona)
        if began and initiator is None:
            row.others["who"] = began
        truth = cells.yes(row.get("moment"))
        if truth is None:  # more than a yes is worth keeping
            row.others["moment of truth"] = row.get("moment")
        score = self.emotions[id(row)]
        if row.get("emotion") and (score is None or len(row.get("emotion").split()) > 3):
            row.others["emotion"] = row.get("emotion")
        return {
            "channels": [self._channel(text) for text in cells.items(row.get("channels"))],
            "initiator": initiator,
            "need": " ".join(row.get("need").split()),
            "emotion": score,
            "moment_of_truth": True if truth is None else truth,
            "promise": self._promise(row),
            "observability": self._observability(row),
            "mandate": cells.items(row.get("mandate")),
            "effort": self._effort(row),
        }

    def _channel(self, text: str) -> str:
        code = text if re.fullmatch(r"[\w.-]+", text) and text == text.casefold() else cells.slug(text)
        title = text.replace("_", " ").capitalize() if text == code else text
        self.channels.setdefault(code, " ".join(title.split()))
        return code

    def _promise(self, row: Row) -> object:
        """What the table promises, to the next touchpoint of the table where it does not say which."""
        cell = row.get("promise")
        read = cells.structure(cell)
        if read is not None or not cell:
            return read
        length = cells.duration(cell)
        following = self.rows[self.rows.index(row) + 1 :]
        after = next((self.names[id(each)] for each in following if self.names[id(each)] != self.names[id(row)]), "")
        if length is None or not after:
            row.others["promise"] = cell
            return None
        within, is_business = length
        if is_business:
            self.notes.append(f'promises such as "{cell}" were taken for business hours, eight a working day')
        self.notes.append("promises without a touchpoint that keeps them were taken to be about the next one")
        return {"next": after, "within": within, **({"calendar": "business"} if is_business else {})}

    def _observability(self, row: Row) -> object:
        cell = row.get("observability")
        return cells.structure(cell) or cell

    def _effort(self, row: Row) -> str | None:
        cell = row.get("effort").strip().casefold()
        if cell and cell not in tuple(Effort):
            row.others["effort to change"] = cell
            return None
        return cell or None

    def _rules(self, row: Row) -> object:
        cell = row.get("when")
        return cells.structure(cell) or ([{"activity": text} for text in cells.items(cell)] if cell else None)

    def _remark(self, row: Row, place: tuple[str, str]) -> None:
        """What a map has no key for, as a comment above the entry."""
        kept = {role: row.get(role) for role in _KEPT if row.get(role) and row.get(role) != self._title(row)}
        texts = [f"{header}: {' / '.join(cells.lines(cell))}" for header, cell in {**kept, **row.others}.items()]
        if not texts:
            return
        section, name = place
        entries = self.sections[section]
        entries.setdefault(name, {"title": self._title(row) or name.replace("_", " ").capitalize()})
        before = f"{self.remarks[place]}\n" if place in self.remarks else ""
        self.remarks[place] = before + "\n".join(texts)
        headers = ", ".join(sorted({header for each in self.rows for header in each.others} | set(kept)))
        self.notes[:] = [note for note in self.notes if not note.startswith("kept as comments")]
        self.notes.append(f"kept as comments, for a map has no key for them: {headers}")
