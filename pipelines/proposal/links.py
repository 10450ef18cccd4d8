"""Ids of one kind in several files: a link table's columns say what the columns of other files are called."""

from __future__ import annotations

from pipelines.proposal.look import Look
from pipelines.proposal.roles import Guess

_SHARED = 0.2  # share of a column's ids that stand in a link table's column, from which on they are of one kind


def join_by_values(guesses: list[tuple[Look, Guess]]) -> None:
    """Call ids of other files what a link table calls them, where they are the same ids.

    A link table of two columns that other files call alike could never join anything.
    """
    linking = [(seen, found) for seen, found in guesses if found.is_link_table]
    others = [(seen, found) for seen, found in guesses if found.is_source and not found.is_link_table]
    for seen, found in linking:
        for kind, column in found.identities.items():
            ids = _values(seen, column)
            for other_seen, other in others:
                for other_kind, other_column in list(other.identities.items()):
                    if other_kind != kind and kind not in other.identities:
                        theirs = _values(other_seen, other_column)
                        if len(ids & theirs) >= _SHARED * min(len(theirs), len(ids)):
                            renamed = {
                                kind if each == other_kind else each: of for each, of in other.identities.items()
                            }
                            other.identities = renamed


def _values(seen: Look, column: str) -> set[str]:
    place = seen.names.index(column)
    return {value for row in seen.rows if (value := row[place])}
