"""Contacts that come again, and contacts that a touchpoint brings about.

Repeat contact: the same person with the same reason, within so many days of the first, measured forward: the next one
after that begins anew. Failure demand: contacts within some days of reaching a touchpoint, beyond what as much time
after the other touchpoints brings; each contact is charged to the last touchpoint reached before it, and to no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.alignment_layers import Longs
from models.compiling import lean

Reals = NDArray[np.float64]
LEAST_N: Final = 30
"""Contacts after a touchpoint below which nothing is said of it."""
BEYOND: Final = 3.0
"""Standard errors by which contacts exceed the base rate: so many touchpoints are tried that two would flag some."""


def repeats(group: Longs, at_us: Longs, within_us: int) -> NDArray[np.bool_]:
    """Which contacts come again within a time of the first of their group.

    Args:
        group: Person and reason of each contact, sorted.
        at_us: When, rising within a group.
        within_us: The time.
    """
    found = np.zeros(len(group), dtype=np.bool_)
    _mark_repeats(group, at_us, within_us, found)
    return found


@lean
def _mark_repeats(group: Longs, at_us: Longs, within_us: int, found: NDArray[np.bool_]) -> None:
    first = 0
    for row in range(1, len(group)):
        if group[row] == group[first] and at_us[row] - at_us[first] <= within_us:
            found[row] = True
        else:
            first = row


@dataclass(frozen=True)
class Excess:
    """Contacts beyond the base rate, per touchpoint.

    Attributes:
        contacts: Contacts within the time after it.
        expected: What the rate after all other touchpoints would have brought in that time.
        is_beyond: Whether there are more by far than chance makes.
    """

    contacts: Longs
    expected: Reals
    is_beyond: NDArray[np.bool_]


@dataclass(frozen=True)
class Exposed:
    """What people's time and contacts after each touchpoint add up to; arrays have one entry per touchpoint.

    Sums over people, for they contact us independently of each other: of how long each could contact us after it, of
    her contacts in that time, of the square of either, and of their product.
    """

    time: Reals
    contacts: Reals
    time_squares: Reals
    contact_squares: Reals
    products: Reals


def excess_contacts(after: Exposed) -> Excess:
    """Contacts after each touchpoint against those after all others."""
    time, count = after.time, after.contacts
    rest = time.sum() - time
    base = np.divide(count.sum() - count, rest, out=np.zeros(time.size), where=rest > 0)
    above = after.contact_squares - 2 * base * after.products + base**2 * after.time_squares
    spread = np.sqrt(np.maximum(above, 0.0))
    beyond = (count >= LEAST_N) & (rest > 0) & (count - base * time > BEYOND * spread)
    return Excess(count.astype(np.int64), base * time, beyond)
