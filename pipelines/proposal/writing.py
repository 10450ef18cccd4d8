"""Proposed sources as TOML; what was recognised, and what a person should look at, as comments. No value is shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path, PurePath

from pipelines.proposal.look import Look, is_data
from pipelines.proposal.roles import Guess

_MOST_PATTERNS = 6
_WIDTH = 120


def text(value: str) -> str:
    """A text as TOML has it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda sign: f"\\u{ord(sign[0]):04x}", escaped) + '"'


def listed(values: list[str]) -> str:
    """Texts as a TOML list; a single one as itself."""
    return text(values[0]) if len(values) == 1 else f"[{', '.join(map(text, values))}]"


def paths_of(files: list[Path], root: Path, beside: Collection[Path] = ()) -> list[str]:
    """Globs that name these files: dates in names become stars, and a folder of nothing else is named whole.

    Args:
        files: The files.
        root: The workspace's folder.
        beside: Files that may be named, too: the source passes over them.
    """
    found: dict[str, None] = {}
    for folder in dict.fromkeys(path.parent for path in files):
        inner = [path for path in files if path.parent == folder]
        globs = _globs(folder, inner, beside)
        found |= dict.fromkeys(f"{_shown(folder, root)}{glob}" for glob in globs)
    return list(found)


def _globs(folder: Path, files: list[Path], beside: Collection[Path]) -> list[str]:
    ends = {"".join(path.suffixes[-2:]) if path.suffix in {".gz", ".zst"} else path.suffix for path in files}
    there = [path for path in folder.iterdir() if path.is_file() and is_data(path)]
    for end in sorted(ends) if len(files) > 1 and len(ends) == 1 else ():
        if {path for path in there if path.name.endswith(end)} - set(beside) == set(files):
            return [f"*{end}"]
    counted = Counter(_starred(path.name) for path in files)
    return list(
        dict.fromkeys(_starred(path.name) if counted[_starred(path.name)] > 1 else _plain(path.name) for path in files)
    )


def _starred(name: str) -> str:
    return re.sub(r"\d[\d_.T-]{3,}\d", "*", _plain(name))


def _plain(name: str) -> str:
    """A name with signs of a glob in it stands for itself."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _shown(folder: Path, root: Path) -> str:
    if folder == root:
        return ""
    inner = folder.relative_to(root) if folder.is_relative_to(root) else folder
    return f"{_plain(inner.as_posix())}/"


def source(name: str, kind: str, paths: list[str], comments: list[str], body: str = "") -> str:
    """One `[[sources]]` under its comments."""
    told = "\n".join(comment(line) for line in comments)
    return f"{told}\n[[sources]]\nname = {text(name)}\nkind = {text(kind)}\npath = {listed(paths)}\n{body}"


def columns(found: Guess) -> str:
    """`[sources.columns]` of a guess."""
    lines = ["[sources.columns]"]
    if found.event_id:
        lines.append(f"event_id = {text(found.event_id)}")
    if found.time is not None:
        lines.append(f"occurred_at = {_time(found)}")
        activity = text(found.activity)
        lines.append(f"activity = {f'{{value = {activity}}}' if found.is_constant else activity}")
    optional = {"channel": found.channel, "session_id": found.session, "order": found.order}
    lines += [f"{key} = {text(column)}" for key, column in optional.items() if column]
    identities = ", ".join(f"{_key(kind)} = {text(column)}" for kind, column in found.identities.items())
    lines.append(f"identities = {{{identities}}}")
    if not found.is_link_table:
        lines += _attributes(found.attributes)
    return "\n".join(lines) + "\n"


def objects(types: Collection[str]) -> str:
    """`[sources.objects]` of an OCEL log: each type under a name of its own."""
    taken: set[str] = set()
    lines = [f"{_key(kind)} = {text(name_of(Path(kind), taken))}" for kind in types]
    return "\n".join(["[sources.objects]", *lines]) + "\n"


def _attributes(names: list[str]) -> list[str]:
    line = f"attributes = [{', '.join(map(text, names))}]"
    if len(line) <= _WIDTH:
        return [line]
    rows = [""]
    for name in names:
        if len(rows[-1]) + len(text(name)) > _WIDTH - 8:
            rows.append("")
        rows[-1] += f" {text(name)},"
    return ["attributes = [", *(f"   {row}" for row in rows), "]"]


def _time(found: Guess) -> str:
    column = found.time
    if column is None or column.times is None:
        return '""'
    more = []
    if column.times.formats:
        formats = list(column.times.formats)
        more.append(f"format = {listed(formats)}")
    if column.times.unit:
        more.append(f"unit = {text(column.times.unit)}")
    return f"{{column = {text(column.name)}, {', '.join(more)}}}" if more else text(column.name)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else text(name)


def comment(line: str) -> str:
    """A comment, broken where it is too long."""
    words, lines = line.split(" "), ["#"]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > _WIDTH:
            lines.append("#  ")
        lines[-1] += f" {word}"
    return "\n".join(lines)


def about(found: Guess, seen: Look) -> list[str]:
    """What was recognised in a table, as comments."""
    told = [f"Recognised: {note}" for note in seen.notes]
    if found.time is not None and found.time.times is not None:
        times = found.time.times
        how = "whole days" if times.is_days else "numbers" if times.unit else "instants"
        zone = "" if times.has_zone else ", without a zone: those of [workspace] timezone"
        told.append(f"Recognised: the time in {text(found.time.name)} ({how}{zone})")
        if times.is_ambiguous:
            found.unsure.insert(0, "whether the day or the month comes first")
        if times.is_days and not found.order:
            found.unsure.append("days have no hours: events of one day keep the order of the file")
    if found.is_link_table:
        told.append("Recognised: a table of links: its rows only say which ids are one person's")
    if found.left_out:
        told.append(f"Left out, for people's names and words may stand there: {', '.join(map(text, found.left_out))}")
    return [*told, *(f"Unsure: {unsure}" for unsure in found.unsure)]


def name_of(path: Path, taken: set[str]) -> str:
    """A source's name after its file, unlike those that are taken."""
    stem = PurePath(path.name)
    while stem.suffix and is_data(Path(stem.name)):
        stem = PurePath(stem.stem)
    base = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"\d[\d_.T-]{3,}\d", "", stem.name)).strip("_").lower() or "source"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
