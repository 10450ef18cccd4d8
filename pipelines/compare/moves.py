"""Whole alignments of variants: every event with its move, and the model moves between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from models.alignment import Alignments, Traces
from models.alignment_layers import Ints, Longs
from models.alignment_moves import EXIT, Walked, whole_moves

_WORDS = ("sync", "log", "model", None)  # by SYNC, LOG, MODEL, NO_MOVE


@dataclass(frozen=True)
class Events:
    """The events of all variants, one after the other.

    Attributes:
        keys: Key of each variant.
        codes: Code of each event in the study: of the map, or beyond it for activities that the map does not know.
        letters: Letter of each event in the automaton; -1 where it has none, EXIT for exits.
        offsets: Variant i has the events offsets[i] to offsets[i + 1].
    """

    keys: Longs
    codes: Ints
    letters: Ints
    offsets: Longs

    @cached_property
    def kept(self) -> Longs:
        """Which events alignments see: all but exits."""
        return np.flatnonzero(self.letters != EXIT).astype(np.int64)

    @cached_property
    def traces(self) -> Traces:
        """What is aligned."""
        return Traces(self.letters[self.kept], np.searchsorted(self.kept, self.offsets).astype(np.int64))

    def positions(self, trace: Longs, event: Ints) -> Longs:
        """Positions in their journeys of events given by their place in a trace."""
        return self.places(trace, event) - self.offsets[trace]

    def places(self, trace: Longs, event: Ints) -> Longs:
        """Where such events lie among all; what comes after a trace's last one lies where the next variant begins."""
        first = self.traces.offsets
        wanted = first[trace] + event
        last = np.append(self.kept, len(self.codes))
        found: Longs = np.where(wanted < first[trace + 1], last[wanted], self.offsets[trace + 1])
        return found


def aligned_moves(events: Events, found: Alignments, codes: Ints) -> pl.DataFrame:
    """One row per variant and move, in order: its word (null: an exit), code and position (null: a model move).

    Args:
        events: The variants.
        found: Their alignments.
        codes: Code in the study of each letter of the automaton.
    """
    moves = whole_moves(Walked(events.keys, events.letters, events.codes, events.offsets), found, codes)
    return pl.DataFrame(
        {
            "variant_key": moves.key,
            "move_no": moves.move_no,
            "move": pl.Series(_WORDS, dtype=pl.String).gather(moves.kind),
            "code": moves.code,
            "position": moves.position,
        }
    ).with_columns(pl.when(pl.col("position") >= 0).then(pl.col("position")).alias("position"))
