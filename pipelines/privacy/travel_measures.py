"""What the tables of how journeys travel count."""

from __future__ import annotations

from pipelines.privacy.measure import Measure, column, share_of, with_ends

_ACTIVE = with_ends("active")
_ENDS = ("converted", "exited", "abandoned")
_ALL = tuple(name for word in _ENDS for name in with_ends(word)) + _ACTIVE
_AT = ("touchpoint", "segment", "horizon_d")

TRAVEL: dict[str, tuple[Measure, ...]] = {
    "phase_flows": (),  # told of journeys on ways of many: see `flow_cover`
    # At the horizon these are the shares of `touchpoint_outcomes`, and are hidden with them; before it they are fewer,
    # or nobody (see `curve_cover`). Those still active are what the others leave, so they go with each of them.
    "incidence_curves": (
        Measure("reached", column("reached_n"), ("reached_n", *_ALL), ("touchpoint", "segment")),
        *(Measure(word, share_of(f"{word}_share", "reached_n"), (*with_ends(word), *_ACTIVE), _AT) for word in _ENDS),
    ),
}
