"""From files to proposed sources: each is of a system that we know, an event log, a table, or none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.connectors import load_connector
from pipelines.proposal import writing
from pipelines.proposal.links import join_by_values
from pipelines.proposal.look import Look, files_of, look
from pipelines.proposal.profiles import columns_of
from pipelines.proposal.roles import Guess, guess
from pipelines.proposal.shared_ids import SharedIds, shared_ids
from pipelines.proposal.systems import Find, systems_of

_NAMES_MOST = 12


@dataclass(frozen=True)
class Proposal:
    """What is proposed.

    Attributes:
        text: The `[[sources]]` of terreng.toml.
        told: A line for each of them and for what was left aside, for people.
        sources_n: How many they are.
    """

    text: str
    told: tuple[str, ...]
    sources_n: int


@dataclass
class _Draft:
    root: Path
    blocks: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    aside: list[str] = field(default_factory=list)


def propose(named: list[Path], root: Path) -> Proposal:
    """Sources for these files and folders, in a workspace in the folder `root`.

    Raises:
        SourceError: A file is not there.
    """
    import duckdb

    draft = _Draft(root.resolve())
    with duckdb.connect(":memory:") as con:
        looks = [look(con, path) for path in files_of(named)]
    for seen in looks:
        if seen.problem:
            draft.aside.append(f"{seen.path.name}: {seen.problem}")
    sure, unsure = systems_of(looks)
    guesses = [(seen, guess(columns_of(seen), seen.path)) for seen in _left(looks, sure)]
    join_by_values(guesses)
    shared = shared_ids(looks, sure, guesses)
    _add_systems(draft, looks, sure, shared)
    _add_logs(draft, looks)
    _add_tables(draft, guesses, unsure)
    draft.told += [f"Left aside: {line}" for line in draft.aside]
    if draft.aside:
        draft.blocks.append("\n".join(writing.comment(f"Left aside: {line}") for line in draft.aside) + "\n")
    return Proposal("\n".join(draft.blocks), tuple(draft.told), len(draft.taken))


def _add_systems(draft: _Draft, looks: list[Look], sure: dict[Path, Find], shared: dict[str, SharedIds]) -> None:
    by_connector: dict[str, list[Path]] = defaultdict(list)
    for path, find in sure.items():
        by_connector[find.connector].append(path)
    for connector, paths in by_connector.items():
        known = load_connector(connector)
        tables = sorted({sure[path].table for path in paths})
        told = f"{known.title}: {_files(len(paths))}, the tables {_some(tables)}"
        comments = [f"{told}.", f"Every key and table: pipelines/connectors/{connector}.md"]
        beside = [seen.path for seen in looks if seen.kind == "table" and _is_beside(seen.path, paths, sure)]
        if beside:
            names = _some(sorted(path.name for path in beside))
            draft.aside.append(f"{_files(len(beside))} that fit no table of {known.title}: {names}")
        body = shared[connector].body() if connector in shared else ""
        if body:
            comments.append("Unsure: which ids are other sources' ids, too; the same texts stand in both")
        name = writing.name_of(Path(connector), draft.taken)
        paths_there = writing.paths_of(paths, draft.root, beside)
        draft.blocks.append(writing.source(name, connector, paths_there, comments, body))
        draft.told.append(f'Source "{name}": {told}')


def _add_logs(draft: _Draft, looks: list[Look]) -> None:
    titles = {"xes": "an event log in XES", "ocel": "an object-centric event log (OCEL 2.0)"}
    for seen in looks:
        if seen.kind not in titles:
            continue
        comments, body = [f"{seen.path.name}: {titles[seen.kind]}."], ""
        if seen.kind == "ocel":
            comments.append(
                "Unsure: which objects tell who it was; an event is of the first of these types that it has"
            )
            body = writing.objects(seen.names)
        name = writing.name_of(seen.path, draft.taken)
        draft.blocks.append(writing.source(name, seen.kind, writing.paths_of([seen.path], draft.root), comments, body))
        draft.told.append(f'Source "{name}": {titles[seen.kind]}')


def _add_tables(draft: _Draft, guesses: list[tuple[Look, Guess]], unsure: dict[Path, Find]) -> None:
    for alike in _alike(guesses):
        seen, found = alike[0]
        if not found.is_source:
            draft.aside += [f"{each.path.name}: {_lack(found)}" for each, _ in alike]
            continue
        told = f"{_files(len(alike))} with {'links between ids' if found.is_link_table else 'events'}"
        comments = [f"{seen.path.name}: {told}.", *writing.about(found, seen)]
        if seen.path in unsure:
            find = unsure[seen.path]
            title = load_connector(find.connector).title
            comments.append(
                f'Unsure: it could be {title}\'s {find.table}; then kind = "{find.connector}", without columns'
            )
        name = writing.name_of(seen.path, draft.taken)
        paths = writing.paths_of([each.path for each, _ in alike], draft.root)
        draft.blocks.append(writing.source(name, "table", paths, comments, writing.columns(found)))
        doubts = f"; look at what it is unsure of ({len(found.unsure)})" if found.unsure else ""
        draft.told.append(f'Source "{name}": {told}{doubts}')


def _alike(guesses: list[tuple[Look, Guess]]) -> Iterable[list[tuple[Look, Guess]]]:
    """Files of one folder with the same columns, taken for the same, are deliveries of one source."""
    grouped: dict[tuple[object, ...], list[tuple[Look, Guess]]] = defaultdict(list)
    for seen, found in guesses:
        same = (seen.path.parent, seen.names, tuple(found.identities.items()), found.is_constant and seen.path)
        grouped[same].append((seen, found))
    return grouped.values()


def _left(looks: list[Look], sure: dict[Path, Find]) -> list[Look]:
    """Tables that are of no system, and do not lie beside one's."""
    return [
        seen
        for seen in looks
        if seen.kind == "table" and seen.path not in sure and not _is_beside(seen.path, list(sure), sure)
    ]


def _is_beside(path: Path, paths: list[Path], sure: dict[Path, Find]) -> bool:
    """In a folder with a system's exports the rest is of that system, too, and nothing to guess at."""
    inner = [each for each in paths if each.parent == path.parent]
    return path not in sure and len(inner) > 2


def _lack(found: Guess) -> str:
    if found.time is None:
        return "no column is a time, and no two columns are ids of people"
    return "no column tells whose event it is"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_MOST} more" if len(names) > _NAMES_MOST else ""
    return ", ".join(names[:_NAMES_MOST]) + more
