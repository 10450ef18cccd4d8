"""Who hands over to whom by design, and who has to take a journey on."""

from __future__ import annotations

import pytest

from models.automaton import compile_flow
from models.handovers import Duties
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch

A, B, C, D = map(Touch, "abcd")


def duties(*steps: Block, owners: dict[str, str], anytime: tuple[str, ...] = ()) -> Duties:
    automaton = compile_flow(Flow((Phase("p", steps),), anytime))
    return Duties(automaton, [owners.get(name) for name in automaton.letters])


def due(found: Duties, *trace: str) -> tuple[str, ...]:
    state = found.automaton.walk(trace)
    assert state is not None
    return found.due(state)


OWN = {"a": "Web", "b": "Sales", "c": "Billing", "d": "Care"}


def test_designed_pairs_are_those_of_steps_that_may_follow_each_other() -> None:
    found = duties(A, OneOf((B, C)), D, owners=OWN)

    assert found.designed() == (("Billing", "Care"), ("Sales", "Care"), ("Web", "Billing"), ("Web", "Sales"))


def test_an_optional_step_may_hand_over_but_is_not_waited_for() -> None:
    found = duties(A, Optional(B), C, owners=OWN)

    assert ("Web", "Sales") in found.designed()
    assert due(found, "a") == ("Billing",)


def test_one_more_repetition_is_not_waited_for() -> None:
    found = duties(Repeat(A, 3), B, owners=OWN)

    assert due(found, "a") == due(found, "a", "a") == ("Sales",)
    assert due(found) == ("Web",)


def test_branches_and_steps_in_any_order_are_each_waited_for() -> None:
    assert due(duties(A, OneOf((B, Sequence((C, D)))), owners=OWN), "a") == ("Billing", "Sales")
    both = duties(A, AllOf((B, C)), D, owners=OWN)
    assert due(both, "a") == ("Billing", "Sales")
    assert due(both, "a", "c") == ("Sales",)


def test_a_step_of_nobody_passes_the_question_on() -> None:
    found = duties(A, B, C, owners={"a": "Web", "c": "Billing"})

    assert found.designed() == (("Web", "Billing"),)
    assert due(found, "a") == ("Billing",)


def test_what_is_welcome_anytime_hands_nothing_over() -> None:
    found = duties(A, B, owners=OWN, anytime=("x",))

    assert found.designed() == (("Web", "Sales"),)
    assert due(found, "a", "x") == ("Sales",)


@pytest.mark.parametrize("trace", ["ab", "abb"])
def test_nobody_waits_at_the_end(trace: str) -> None:
    assert due(duties(A, Repeat(B), owners=OWN), *trace) == ()


def test_the_same_owner_twice_is_no_hand_over() -> None:
    assert duties(A, B, owners={"a": "Web", "b": "Web"}).designed() == ()
