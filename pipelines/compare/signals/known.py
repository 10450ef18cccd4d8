"""What was known of variants at each of their events, in the codes of the study."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.alignment_layers import Ints
from models.automaton import Automaton
from models.deviations import KINDS
from models.places import Layout
from models.prefixes import known_departures
from pipelines.compare.moves import Events


def known_at_events(
    automaton: Automaton, plan: Layout, events: Events, codes: Ints, threads: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Departures from the control flow at the events at which they became known; and the log moves of that moment.

    Args:
        automaton: The map's language.
        plan: Its places and blocks.
        events: The variants.
        codes: Code in the study of each letter of the automaton.
        threads: Workers.
    """
    known = known_departures(automaton, plan, events.traces, threads=threads)
    lengths = np.diff(events.traces.offsets)
    trace = np.repeat(np.arange(len(lengths)), lengths)
    position = events.kept - events.offsets[trace]
    kinds = pl.Series([str(kind) for kind in KINDS], dtype=pl.String)
    departed = pl.DataFrame(
        {
            "variant_key": events.keys[trace[known.event]],
            "place": np.arange(len(known.event), dtype=np.int64),
            "kind": kinds.gather(known.kind),
            "code": codes[known.letter],
            "block_no": known.block,
            "position": position[known.event],
            "shown_position": position[known.shown],
        }
    ).with_columns(pl.when(pl.col(name) >= 0).then(pl.col(name)).alias(name) for name in ("code", "block_no"))
    logs = pl.DataFrame({"variant_key": events.keys[trace[known.is_log]], "position": position[known.is_log]})
    return departed, logs
