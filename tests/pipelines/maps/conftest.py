"""What tests of maps in other formats may ask for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.automaton import compile_flow
from schemas.blocks import Flow


@pytest.fixture
def same_language() -> Callable[[Flow, Flow], bool]:
    """Whether two flows allow the same journeys: their least automata are equal."""

    def same(left: Flow, right: Flow) -> bool:
        one, other = compile_flow(left), compile_flow(right)
        columns = ("source", "letter", "target", "accepting")
        return one.letters == other.letters and all(
            np.array_equal(getattr(one, name), getattr(other, name)) for name in columns
        )

    return same
