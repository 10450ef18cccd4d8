"""When each departure became known: every prefix once, against explaining prefix after prefix."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models import prefixes
from models.automaton import compile_flow
from models.deviations import KINDS, explain, traces_of
from models.places import layout
from models.prefixes import known_departures
from schemas.blocks import AllOf, Flow, OneOf, Optional, Phase, Repeat, Touch
from schemas.words import DeviationKind

T = Touch
SHOP = Flow(
    (
        Phase("Find", (T("visit"), Optional(T("news"))), ("faq",)),
        Phase(
            "Buy",
            (T("signup"), OneOf((T("mail"), T("sms"))), AllOf((T("credit"), T("plan"))), Repeat(T("pay"), 2)),
        ),
        Phase("Use", (T("confirm"), T("value"))),
    ),
    ("help",),
)
DESIGNED = ["visit", "signup", "mail", "credit", "plan", "pay", "confirm", "value"]
Row = tuple[int, str, str]


def known(traces: list[list[str]]) -> list[list[Row]]:
    """Event, kind and target of what became known, per trace."""
    automaton = compile_flow(SHOP)
    plan, names = layout(SHOP, automaton.letters)
    ragged = traces_of(automaton, traces)
    found = known_departures(automaton, plan, ragged)
    rows: list[list[Row]] = [[] for _ in traces]
    for event, kind, letter, block in zip(found.event, found.kind, found.letter, found.block, strict=True):
        trace = int(np.searchsorted(ragged.offsets, event, side="right")) - 1
        target = automaton.letters[letter] if letter >= 0 else names.labels[block]
        rows[trace].append((int(event - ragged.offsets[trace]), str(KINDS[kind]), target))
    return [sorted(row) for row in rows]


def explained(trace: list[str]) -> list[Row]:
    """The same, one prefix after the other, by what each has more of than the one before."""
    rows, before = [], Counter[tuple[str, str]]()
    for n in range(1, len(trace) + 1):
        found = explain(SHOP, trace[:n], finished=False)
        now = Counter(
            (str(each.kind), each.touchpoint or each.block or "") for each in found if each.kind != DeviationKind.AD_HOC
        )
        rows += [(n - 1, *name) for name in (now - before).elements()]
        before = now
    return sorted(rows)


def disturbed(random: np.random.Generator) -> list[str]:
    """A designed journey with some events lost, added, or in another place, broken off somewhere."""
    trace = list(DESIGNED)
    for _ in range(random.integers(0, 5)):
        place, other = random.integers(0, len(trace), 2)
        match random.integers(3):
            case 0:
                trace.insert(place, str(random.choice([*DESIGNED, "sms", "news", "help", "chat"])))
            case 1:
                trace[place], trace[other] = trace[other], trace[place]
            case _:
                del trace[place]
    return trace[: random.integers(1, len(trace) + 1)]


@pytest.mark.parametrize("room", [prefixes.ROOM, 40])
def test_all_prefixes_at_once_tell_what_each_tells_alone(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setattr(prefixes, "ROOM", room)
    random = np.random.default_rng(5)
    traces = [disturbed(random) for _ in range(150)]

    assert known(traces) == [explained(trace) for trace in traces]


def test_what_came_too_late_is_missing_until_it_comes() -> None:
    assert known([["visit", "mail", "signup"]]) == [[(1, "missing", "signup"), (2, "out_of_order", "signup")]]


def test_a_log_move_is_one_when_it_comes() -> None:
    automaton = compile_flow(SHOP)
    plan, _ = layout(SHOP, automaton.letters)
    trace = ["visit", "chat", "signup", "signup", "mail"]

    found = known_departures(automaton, plan, traces_of(automaton, [trace]))

    assert found.is_log.tolist() == [False, False, False, True, False]


def test_no_trace_has_nothing_known() -> None:
    assert known([]) == []
    assert known([["chat"], []]) == [[], []]
