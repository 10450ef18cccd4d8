"""Whole alignments, move by move: every event with its move, and the model moves between events."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.alignment import Alignments
from models.alignment_kernel import LOG, MODEL, SYNC
from models.alignment_layers import Ints, Longs
from models.compiling import lean

EXIT: Final = -2
"""Letter of an exit: no step of the flow, so no move and no cost."""
NO_MOVE: Final = MODEL + 1


class WholeMoves(NamedTuple):
    """One row per variant and move, in order.

    Attributes:
        key: Key of the variant.
        move_no: Which of its moves, from 0.
        kind: SYNC, LOG, MODEL or NO_MOVE.
        code: Of the event, or of what was passed by.
        position: Of the event in the variant; -1 for a model move.
    """

    key: Longs
    move_no: Longs
    kind: NDArray[np.int8]
    code: Ints
    position: Longs


class Walked(NamedTuple):
    """Keys of variants, and their events: letter (below 0: none; EXIT: an exit), code, where each starts."""

    keys: Longs
    letters: Ints
    codes: Ints
    offsets: Longs


def whole_moves(walked: Walked, found: Alignments, code_of: Ints) -> WholeMoves:
    """Lay out the alignments of variants.

    Args:
        walked: The variants.
        found: Their alignments, without exits.
        code_of: Code of each letter.
    """
    n = len(walked.letters) + int(np.count_nonzero(found.kind == MODEL))
    out = WholeMoves(
        np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int8), np.empty(n, np.int32), np.empty(n, np.int64)
    )
    _lay_out(walked, Moved(found.offsets, found.kind, found.letter, found.position), code_of, out)
    return out


class Moved(NamedTuple):
    """The moves of all variants that cost something; positions do not count exits."""

    offsets: Longs
    kind: Ints
    letter: Ints
    position: Ints


@lean
def _lay_out(walked: Walked, moved: Moved, code_of: Ints, out: WholeMoves) -> None:
    row = 0
    for variant in range(len(walked.offsets) - 1):
        first, last, begun = walked.offsets[variant], walked.offsets[variant + 1], row
        move, end, aligned_n = moved.offsets[variant], moved.offsets[variant + 1], 0
        for event in range(first, last + 1):
            letter = walked.letters[event] if event < last else 0
            if letter != EXIT:  # what was passed by before this event, or at the end
                while move < end and moved.kind[move] == MODEL and (event == last or moved.position[move] <= aligned_n):
                    out.kind[row], out.code[row], out.position[row] = MODEL, code_of[moved.letter[move]], -1
                    out.key[row], out.move_no[row] = walked.keys[variant], row - begun
                    row, move = row + 1, move + 1
            if event == last:
                break
            kind = SYNC if letter >= 0 else NO_MOVE if letter == EXIT else LOG
            if letter >= 0 and move < end:
                kind, move = moved.kind[move], move + 1
            aligned_n += letter != EXIT
            out.kind[row], out.code[row], out.position[row] = kind, walked.codes[event], event - first
            out.key[row], out.move_no[row] = walked.keys[variant], row - begun
            row += 1
