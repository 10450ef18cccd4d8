"""What the published summaries count: every number that tells how many people did something, share or count.

A share is as telling as the count above its line: 2 % of 100 journeys are two. So each share counts as the number of
journeys that it stands for, and goes where that number is small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipelines.privacy.difference_counts import COUNTED, IN_OUTCOMES, fewer, fewest, hits
from pipelines.privacy.measure import Key, Measure, Row
from pipelines.privacy.measure import column as _column
from pipelines.privacy.measure import share_of as _share_of
from pipelines.privacy.measure import with_ends as _with_ends
from pipelines.privacy.said_measures import SAID
from pipelines.privacy.travel_measures import TRAVEL
from schemas.words import Status, Verdict

__all__ = [
    "BETWEEN",
    "ENDS",
    "MEASURES",
    "PLACES",
    "SHARES",
    "VERDICTS",
    "Key",
    "Measure",
    "Row",
    "measured",
    "name_of",
]


def _given(name: str) -> Callable[[Row], int | None]:
    """A column that not every row has: the report reads only what it shows."""
    return lambda row: None if row.get(name) is None else int(row[name])


def _unfollowed_waits(row: Row) -> int | None:
    """Waits that began too lately to be followed: two shown numbers tell it by their difference."""
    return None if row.get("followed_n") is None else int(row["n"] - row["followed_n"])


def _lost_after(row: Row) -> int | None:
    """Of those served in a span, lost right after, or not, whichever are fewer."""
    if row["lost_after_share"] is None:
        return None
    lost = round(row["lost_after_share"] * row["served_n"])
    return int(min((n for n in (lost, row["served_n"] - lost) if n > 0), default=0))


def _broken(row: Row) -> int | None:
    """Promises broken, or kept, whichever are fewer: each is the other one's complement."""
    if row["kept_share"] is None:
        return None
    kept = round(row["kept_share"] * row["n"])
    return int(min((n for n in (kept, row["n"] - kept) if n > 0), default=0))


def _ended_broken(row: Row) -> int | None:
    """Ended journeys that broke a constraint."""
    return None if row["violated_share"] is None else round(row["violated_share"] * row["ended_n"])


def _broken_or_kept(row: Row) -> int | None:
    """Ended journeys that broke a constraint, or kept it, whichever are fewer: each is the other one's complement."""
    broken = _ended_broken(row)
    return None if broken is None else min((n for n in (broken, int(row["ended_n"]) - broken) if n > 0), default=0)


def _early(row: Row) -> int | None:
    """Journeys that broke a constraint for good and go on: between two shown numbers."""
    broken = _ended_broken(row)
    return None if broken is None else int(row["violated_final_n"]) - broken


def _unfollowed(row: Row) -> int | None:
    """Journeys that reached a place too lately to be followed: two shown numbers tell it by their difference."""
    if row["reached_n"] is None or row["followed_n"] is None:
        return None
    return int(row["reached_n"] - row["followed_n"])


def _rest(name: str) -> Callable[[Row], int | None]:
    """The journeys of a version that are not counted in a column: two shown numbers tell it by their difference."""
    return lambda row: int(row["journeys_n"] - row[name])


def _timely_or_not(row: Row) -> int | None:
    """Journeys converted within the horizon, or not, whichever are fewer: each is the other one's complement."""
    if row["converted_share"] is None:
        return None
    timely = round(row["converted_share"] * row["mature_n"])
    return int(min((n for n in (timely, row["mature_n"] - timely) if n > 0), default=0))


def _unexposed(row: Row) -> int:
    """Journeys that were compared and did not show a signal: two shown numbers tell it by their difference."""
    return int(row["reached_n"] - row["exposed_n"])


def _fewer_of_range(row: Row) -> int | None:
    """Journeys behind a share under the default rule, or behind its rest, whichever are fewer."""
    if row["standard"] is None or row["n"] is None or row["measure"] not in {"conversion", "drop_off"}:
        return None
    told = round(row["standard"] * row["n"])
    return int(min((n for n in (told, row["n"] - told) if n > 0), default=0))


def _fits_or_not(share: str) -> Callable[[Row], int | None]:
    """Journeys that fit a map, or do not, whichever are fewer: each is the other one's complement."""

    def count(row: Row) -> int | None:
        if row[share] is None:
            return None
        fitting = round(row[share] * row["journeys_n"])
        return int(min((n for n in (fitting, row["journeys_n"] - fitting) if n > 0), default=0))

    return count


def _made_to_fit(row: Row) -> int | None:
    """Journeys that a change would make fit: two shown numbers tell it by their difference."""
    if row["fitting_share_after"] is None:
        return None
    more: float = row["fitting_share_after"] - row["fitting_share"]
    return round(more * int(row["journeys_n"]))


def _against(row: Row) -> int:
    """Journeys that skipped a touchpoint though they should not have, and could have been seen there."""
    return int(row["skipped_n"] - row["by_design_n"] - row["unseen_n"])


def _line(measure: str, *lines: str, column: str = "journeys_n") -> Callable[[Row], int | None]:
    """A column of the ledger in lines of one kind; no lines: those that are neither planned nor actual."""

    def count(row: Row) -> int | None:
        is_reason = row["line"] not in {"planned", "actual"}
        is_wanted = row["measure"] == measure and (row["line"] in lines if lines else is_reason)
        return int(row[column]) if is_wanted else None

    return count


# Numbers that stand in no column, but between two: what is hidden for their sake is no small number itself.
BETWEEN = (
    "unfollowed", "unfollowed_waits", "early", "against", "deviating", "fresh", "unexposed", "behaved_kept",
    "made_to_fit",
)  # fmt: skip
SHARES = ("converted", "exited", "abandoned", "active")
ENDS = tuple(str(status) for status in Status)
PLACES = ("on_flow", "anytime", "off_map", "exits", "other_map", "dark")
_PLACE = ("touchpoint", "segment")
_SILENT = ("hazard", "hazard_low", "hazard_high", "hazard_half_patience", "hazard_double_patience", "exit_hazard")
_ALL_SHARES = tuple(column for word in SHARES for column in _with_ends(word))
_PAIR = ("from_touchpoint", "to_touchpoint", "segment")
_SPAN = ("from_touchpoint", "to_touchpoint", "from_s")
_TO_GOAL = ("to_goal_p50_s", "to_goal_p90_s")
_KEPT = ("kept_share", "kept_low", "kept_high")
_TIMES = tuple(f"{part}{end}_s" for part in ("p50", "p90") for end in ("", "_low", "_high"))
_WAIT_TIMES = (*_TIMES, "p50_half_patience_s", "p50_double_patience_s")
_LEAVING = ("left_n", "hazard", "hazard_low", "hazard_high")
_LOSING = ("lost_after_share", "lost_after_low", "lost_after_high")
_DEPARTURE = ("kind", "touchpoint", "block")
_RATE = ("occurrences_n", "journeys_n", "rate", "rate_low", "rate_high", "abandoned_share")
_CHARGE = ("segment", "line", "kind", "touchpoint", "block")
_AMOUNT = ("amount", "journeys_n")
_GAP = ("touchpoint", "block", "source", "reason", "from_at")
_STEP = ("from_touchpoint", "to_touchpoint", "end_status")
_SIGNAL = ("touchpoint", "signal")
_RANGE = ("measure", "touchpoint", "signal")
_RULES = ("strict", "standard", "loose")
VERDICTS = tuple(str(verdict) for verdict in Verdict)
_OWNERS = ("from_owner", "to_owner")
_VERSION = ("map_version", "straddles")

_DIFFERENCE = ("measure", "touchpoint", "signal", "segment")
_DIFFERENCES = (
    "share", "others_share", "difference", "difference_low", "difference_high", "q_value",
    "adjusted", "adjusted_low", "adjusted_high",
)  # fmt: skip
_CAUSE = ("touchpoint", "signal", "attribute", "value")
_CAUSES = (
    "reached_n", "exposed_n", "share_of_exposed", "exposed_share", "others_exposed_share", "lift", "lift_low",
    "lift_high", "q_value", "said",
)  # fmt: skip

MEASURES: dict[str, tuple[Measure, ...]] = {
    "touchpoint_outcomes": (
        Measure(
            "reached", _column("reached_n"), ("reached_n", "effective_n", *_ALL_SHARES, *_SILENT, *_TO_GOAL), _PLACE
        ),
        Measure("returned", _given("reactivations_n"), ("reactivations_n",), _PLACE),
        Measure("followed", _column("followed_n"), ("followed_n", *_SILENT), _PLACE),
        Measure("unfollowed", _unfollowed, ("followed_n", *_SILENT), _PLACE),
        Measure("in_flight", _column("in_flight_n"), ("in_flight_n",), _PLACE),
        Measure("silent", _share_of("hazard", "followed_n"), _SILENT, _PLACE),
        Measure("say_no", _share_of("exit_hazard", "followed_n"), _SILENT, _PLACE),
        *(
            Measure(
                word,
                _share_of(f"{word}_share", "reached_n"),
                (*_with_ends(word), *(_TO_GOAL if word == "converted" else ())),
                (*_PLACE, "horizon_d"),
            )
            for word in SHARES
        ),
    ),
    "waits": (
        Measure("waits", _column("n"), ("n", *_WAIT_TIMES, *_KEPT), _PAIR),
        Measure("waiting", _column("waiting_n"), ("waiting_n",), _PAIR),
        Measure("overdue", _column("overdue_n"), ("overdue_n",), _PAIR),
        Measure("kept", _broken, _KEPT, _PAIR),
        Measure("followed_waits", _given("followed_n"), ("followed_n", *_WAIT_TIMES), _PAIR),
        Measure("unfollowed_waits", _unfollowed_waits, ("followed_n",), _PAIR),
        Measure("left_waiting", _given("left_n"), ("left_n",), _PAIR),
        Measure("passed_waiting", _given("passed_n"), ("passed_n",), _PAIR),
        Measure("left_silent", _given("silent_n"), ("silent_n",), _PAIR),
    ),
    "patience_curves": (
        Measure("waiting_in_span", _column("waiting_n"), ("waiting_n", *_LEAVING, "served_n", *_LOSING), _SPAN),
        Measure("left_in_span", _column("left_n"), _LEAVING, _SPAN),
        Measure("served_in_span", _column("served_n"), ("served_n", *_LOSING), _SPAN),
        Measure("lost_in_span", _lost_after, _LOSING, _SPAN),
    ),
    "frictions": (
        Measure("comparable", _column("reached_n"), ("reached_n", "exposed_n"), _SIGNAL),
        Measure("exposed", _column("exposed_n"), ("exposed_n", "effective_n"), _SIGNAL),
        Measure("unexposed", _unexposed, ("exposed_n",), _SIGNAL),
    ),
    "identity_ranges": (
        Measure("ranged", _given("n"), ("n", *_RULES), _RANGE),
        Measure("ranged_share", _fewer_of_range, _RULES, _RANGE),
    ),
    "proposals": (
        Measure("tried", _column("journeys_n"), ("journeys_n",), ()),
        Measure("fits", _fits_or_not("fitting_share"), ("fitting_share", "fitting_share_after"), ()),
        Measure("would_fit", _fits_or_not("fitting_share_after"), ("fitting_share_after",), _SIGNAL),
        Measure("made_to_fit", _made_to_fit, ("fitting_share_after",), _SIGNAL),
    ),
    "cohorts": (),  # covered by weeks: see `cohort_cover`
    "flows": (Measure("flow", _column("n"), ("n", "journeys_n", "p50_s"), _STEP, _column("journeys_n")),),
    "touchpoints": (
        Measure("touched", _column("journeys_n"), ("journeys_n",), ("touchpoint",)),
        Measure("events", _column("events_n"), ("events_n",), ("touchpoint",), _column("journeys_n")),
    ),
    "deviation_rates": (
        Measure("departed", _column("journeys_n"), _RATE, _DEPARTURE),
        Measure("occurrences", _column("occurrences_n"), _RATE, _DEPARTURE, _column("journeys_n")),
        Measure("chances", _column("opportunities_n"), ("opportunities_n", *_RATE), _DEPARTURE),
        Measure("lost", _share_of("abandoned_share", "journeys_n"), ("abandoned_share",), _DEPARTURE),
    ),
    "touchpoint_states": (
        Measure("begun", _column("journeys_n"), ("journeys_n",), ("segment",)),
        Measure("reached", _column("done_n"), ("done_n",), _PLACE),
        Measure("skipped", _column("skipped_n"), ("skipped_n",), _PLACE),
        Measure("left", _column("left_n"), ("left_n",), _PLACE),
        Measure("to_come", _column("on_the_way_n"), ("on_the_way_n",), _PLACE),
        Measure("by_design", _column("by_design_n"), ("by_design_n",), _PLACE),
        Measure("unseen", _column("unseen_n"), ("unseen_n",), _PLACE),
        Measure("against", _against, ("by_design_n",), _PLACE),
        Measure("left_here", _column("left_here_n"), ("left_here_n",), _PLACE),
        Measure("in_flight", _column("standing_here_n"), ("standing_here_n",), _PLACE),
    ),
    "ledger": (
        Measure("begun", _line("completion", "planned"), _AMOUNT, ("segment",)),
        Measure("won", _line("completion", "actual"), _AMOUNT, ("segment",)),
        Measure("won", _line("time", "planned", "actual"), _AMOUNT, ("segment",)),
        Measure("charged", _line("completion"), _AMOUNT, (*_CHARGE, "at_touchpoint")),
        Measure("delayed", _line("time"), _AMOUNT, _CHARGE),
        Measure("took", _line("time", "planned", "actual", column="amount"), ("amount",), _CHARGE),
        Measure("took", _line("time", column="amount"), ("amount",), _CHARGE, _column("journeys_n")),
    ),
    "constraints": (
        Measure("put", _column("journeys_n"), ("journeys_n",), ("constraint_id",)),
        *(Measure(word, _column(f"{word}_n"), (f"{word}_n",), ("constraint_id",)) for word in VERDICTS),
        Measure("ended", _column("ended_n"), ("ended_n", *_with_ends("violated")), ("constraint_id",)),
        Measure("ended_broken", _ended_broken, _with_ends("violated"), ("constraint_id",), _broken_or_kept),
        Measure("early", _early, ("ended_n", *_with_ends("violated")), ("constraint_id",)),
    ),
    "handovers": (
        Measure("handed", _column("n"), ("n", "journeys_n", "p50_s", "p90_s"), _OWNERS, _column("journeys_n")),
        Measure("handed_lost", _column("lost_n"), ("lost_n",), _OWNERS),
        Measure("handed_waiting", _column("waiting_n"), ("waiting_n",), _OWNERS),
    ),
    "segment_differences": (
        Measure("differs", hits("share", "n", *COUNTED), _DIFFERENCES, _DIFFERENCE, fewer("share", "n", *COUNTED)),
        Measure(
            "others_differ",
            hits("others_share", "others_n", *COUNTED),
            _DIFFERENCES,
            _DIFFERENCE,
            fewer("others_share", "others_n", *COUNTED),
        ),
        *(  # the same numbers as in touchpoint_outcomes
            Measure(known, hits("share", "n", measure), _DIFFERENCES, _PLACE) for measure, known in IN_OUTCOMES.items()
        ),
    ),
    "root_causes": (Measure("caused", _column("exposed_n"), _CAUSES, _CAUSE, fewest),),
    **SAID,
    **TRAVEL,
    "variants": (Measure("variant", _column("journeys_n"), ("journeys_n",), ("variant_id",)),),
    "unmapped_activities": (
        Measure("unmapped", _column("events_n"), ("events_n",), ("source", "activity")),
        Measure("unmapped_inside", _column("in_journeys_n"), ("in_journeys_n",), ("source", "activity")),
    ),
    "tracking_backlog": (Measure("unseen", _column("journeys_n"), ("journeys_n", "evidence"), _GAP),),
    "coverage": (
        Measure("covered_persons", _column("persons_n"), ("persons_n",), ()),
        Measure("covered_journeys", _column("journeys_n"), ("journeys_n",), ()),
        Measure("covered", _column("events_n"), ("events_n",), ()),
        *(Measure(place, _column(f"{place}_n"), (f"{place}_n",), ()) for place in PLACES if place != "dark"),
        Measure("dark", _column("dark_n"), ("dark_n", "dark_share", "dark_us", "dark_time_share"), ()),
        Measure("dark_journeys", _column("dark_journeys_n"), ("dark_journeys_n",), ()),
    ),
    "map_versions": (
        Measure("judged", _column("journeys_n"), ("journeys_n",), _VERSION),
        *(Measure(f"judged_{status}", _column(f"{status}_n"), (f"{status}_n",), _VERSION) for status in ENDS),
        Measure("conforming", _column("conforming_n"), ("conforming_n",), _VERSION),
        Measure("deviating", _rest("conforming_n"), ("conforming_n",), _VERSION),
        Measure("mature", _column("mature_n"), ("mature_n", *_with_ends("converted")), _VERSION),
        Measure("fresh", _rest("mature_n"), ("mature_n", *_with_ends("converted")), _VERSION),
        Measure("timely", _timely_or_not, _with_ends("converted"), _VERSION),
    ),
}


def measured(table: str, row: Row) -> Iterator[tuple[Key, int, int, tuple[str, ...]]]:
    """Every number of a row: what it is called, how much it is, of how many it tells, and the columns that show it."""
    for measure in MEASURES[table]:
        n = measure.count(row)
        if n is not None:
            few = n if measure.few is None else measure.few(row)
            yield name_of(measure, row), n, n if few is None else min(n, few), measure.columns


def name_of(measure: Measure, row: Row) -> Key:
    """The name under which a number is known in all sums."""
    return (row["journey"], measure.name, *(row[key] for key in measure.keys))
