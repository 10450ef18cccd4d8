"""What the tables of what customers say, and of who comes back, count."""

from __future__ import annotations

from pipelines.privacy.measure import Measure, Row, column, rarer, share_of, with_ends

_ASKED = ("touchpoint", "measure", "segment")
_SCORE = ("score", "score_low", "score_high", "measured_emotion")
_QUADRANT = ("touchpoint", "behaviour", "survey")
_OF = ("segment",)
_AGAIN = (*with_ends("repurchase"), "lifetime_value", "lifetime_value_low", "lifetime_value_high")
_RESPONSE = ("response_share", "asked_n")
_REPURCHASE = ("repurchase_share", "customers_n")
_CHURN = ("churn_share", "customers_n")


def _kept(row: Row) -> int:
    """Journeys of a quadrant that were not lost: two shown numbers tell it by their difference."""
    return int(row["journeys_n"] - row["lost_n"])


SAID: dict[str, tuple[Measure, ...]] = {
    "experience": (
        Measure("answers", column("answers_n"), ("answers_n", *_SCORE), _ASKED),
        Measure("asked", column("asked_n"), ("asked_n", "response_share"), _ASKED),
        Measure("answered", share_of(*_RESPONSE), ("response_share",), _ASKED, rarer(*_RESPONSE)),
    ),
    "experience_quadrants": (
        Measure("behaved", column("journeys_n"), ("journeys_n", "lost_n"), _QUADRANT),
        Measure("behaved_lost", column("lost_n"), ("lost_n",), _QUADRANT),
        Measure("behaved_kept", _kept, ("lost_n",), _QUADRANT),
    ),
    "customer_value": (
        Measure("customers", column("customers_n"), ("customers_n", *_AGAIN, *with_ends("churn")), _OF),
        Measure("came_again", share_of(*_REPURCHASE), _AGAIN, _OF, rarer(*_REPURCHASE)),
        Measure("gone", share_of(*_CHURN), with_ends("churn"), _OF, rarer(*_CHURN)),
    ),
}
