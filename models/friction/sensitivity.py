"""How strong an unseen cause of both the signal and the loss would have to be to explain an effect away.

The E-value of VanderWeele and Ding (2017, Annals of Internal Medicine 167, 268-274), on the scale of risk ratios.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt


def e_value(risk_ratio: float) -> float:
    """The least risk ratio that ties an unseen cause to the signal and to the loss, both, if nothing else is at work.

    Args:
        risk_ratio: share lost with the signal over share lost without it; below 1 it is turned round.
    """
    if risk_ratio <= 0 or not isfinite(risk_ratio):
        return inf
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + sqrt(ratio * (ratio - 1))


def e_value_of_shares(exposed: float, others: float, least: float = 0.0) -> float:
    """E-value of two shares lost; `least` is put under both where one of them is 0."""
    if min(exposed, others) <= 0:
        exposed, others = exposed + least, others + least
    return e_value(exposed / others) if others > 0 else inf


def confounding_sentence(needed: float, needed_low: float) -> str:
    """What a reader must know of unadjusted confounding.

    Args:
        needed: E-value of the effect.
        needed_low: E-value of the end of its interval that is nearer to no effect; 1 where it covers none.
    """
    said = "Unadjusted confounding is possible: "
    if needed_low <= 1.0:
        return said + "the interval covers no effect, so no unseen cause is needed to explain it away."
    return said + (
        f"an unseen cause would have to make both the signal and the loss {needed:.1f} times as likely "
        f"to explain the effect away, and {needed_low:.1f} times to make it uncertain."
    )
