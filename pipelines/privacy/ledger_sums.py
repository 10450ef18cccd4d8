"""Which numbers of the touchpoints' states and of the ledger add up to which, as everybody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from itertools import chain

from models.suppression import Sum
from pipelines.privacy.measures import Key, Row, measured

Sums = list[Sum[Key]]
_AT_A_PLACE = ("reached", "skipped", "left", "to_come", "by_design", "unseen", "against", "left_here", "in_flight")
_BY_SEGMENT = ("begun", "won", "charged", "took", "delayed")


def sums_of_the_ledger(states: Iterable[Row], ledger: Iterable[Row], counts: Container[Key]) -> Sums:
    """Every sum in which a number of the two tables stands.

    Args:
        states: Rows of `touchpoint_states`.
        ledger: Rows of `ledger`.
        counts: The numbers that are published; others are zero, and stand in no sum.
    """
    states, ledger = list(states), list(ledger)
    names = {name for row in states for name, *_ in measured("touchpoint_states", row)}
    names |= {name for row in ledger for name, *_ in measured("ledger", row)}
    found = chain(_of_places(states), _of_ends(states), _of_lines(ledger), _of_segments(names))
    pruned = (Sum(tuple(name for name in each.parts if name in counts), each.totals) for each in found)
    return [each for each in pruned if each.parts and all(name in counts for name in each.totals)]


def _of_places(rows: Iterable[Row]) -> Sums:
    """A touchpoint's four states make the journeys begun; three kinds of skips the skipped; all stand somewhere."""
    sums: Sums = []
    for row in rows:
        here = {word: (row["journey"], word, row["touchpoint"], row["segment"]) for word in _AT_A_PLACE}
        begun: Key = (row["journey"], "begun", row["segment"])
        states = tuple(here[word] for word in ("reached", "skipped", "left", "to_come"))
        sums.append(Sum(states, (begun,) if row["segment"] else ()))  # how many began in all is told everywhere
        sums.append(Sum(tuple(here[word] for word in ("by_design", "unseen", "against")), (here["skipped"],)))
    return sums


def _of_ends(rows: Iterable[Row]) -> Sums:
    """Where journeys end or stand is told by the ways between touchpoints, too; and who converted by status."""
    sums: Sums = []
    for row in rows:
        if row["segment"] is None:
            journey, touchpoint = row["journey"], row["touchpoint"]
            lost, open_ = ((journey, word, touchpoint, None) for word in ("left_here", "in_flight"))
            ends = {word: (journey, "flow", touchpoint, None, word) for word in ("abandoned", "exited", "in_flight")}
            sums += [Sum((ends["abandoned"], ends["exited"]), (lost,)), Sum((ends["in_flight"],), (open_,))]
            sums.append(Sum(((journey, "won", None),), ((journey, "status", "converted"),)))
    return list(dict.fromkeys(sums))


def _of_lines(rows: Iterable[Row]) -> Sums:
    """Who did not convert, there or at all, is charged line by line; planned time and what took more is all time."""
    parts: dict[Key, list[Key]] = defaultdict(list)
    whole: dict[Key, list[Key]] = defaultdict(list)  # the values of each segment, together
    for row in rows:
        found = {name[1]: name for name, *_ in measured("ledger", row)}
        journey, segment, place = row["journey"], row["segment"], row["at_touchpoint"]
        if "charged" in found:
            if segment is None:
                parts[journey, "flow", place, None, row["line"]].append(found["charged"])
            else:
                parts[journey, "begun", segment].append(found["charged"])
                whole[journey, "status", row["line"], segment.split("=", 1)[0]].append(found["charged"])
        elif "won" in found and row["measure"] == "completion" and segment is not None:
            parts[journey, "begun", segment].append(found["won"])
        if "took" in found and row["line"] != "actual":
            parts[journey, "took", segment, "actual", None, None, None].append(found["took"])
    return [
        Sum(tuple(of_total), (total[:3] if total[1] == "status" else total,))
        for total, of_total in (*parts.items(), *whole.items())
    ]


def _of_segments(names: Iterable[Key]) -> Sums:
    """The values of a segment make the whole, for each number."""
    groups: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for name in sorted(names, key=repr):
        place = 2 if name[1] in _BY_SEGMENT else 3
        if name[place] is not None:
            groups[(*name[:place], None, *name[place + 1 :]), name[place].split("=", 1)[0]].append(name)
    return [Sum(tuple(parts), (whole,)) for (whole, _), parts in groups.items()]
