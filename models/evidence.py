"""How well it is known that a signal is trouble: one grade per signal, from the literature that the design names.

A: measured widely. B: plausible and often measured; the effect has to be seen in one's own data. C: claimed by those
who sell it, with false alarms that they admit: shown, and never ranked on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.words import DeviationKind, EvidenceGrade, SignalKind

_MEASURED = (DeviationKind.LATE, DeviationKind.OVERDUE)  # waits beyond what was promised: a meta-analysis
_CLAIMED = (
    SignalKind.RAGE_CLICK,  # vendors' own definitions alone
    SignalKind.DEAD_CLICK,
    SignalKind.NEGATIVE_SENTIMENT,  # a model's guess, until it is held against some hundred labels by hand
)

GRADES: Mapping[str, EvidenceGrade] = MappingProxyType(
    {str(kind): EvidenceGrade.B for kind in (*DeviationKind, *SignalKind) if kind != DeviationKind.UNOBSERVABLE}
    | dict.fromkeys(map(str, _MEASURED), EvidenceGrade.A)
    | dict.fromkeys(map(str, _CLAIMED), EvidenceGrade.C)
)
"""Signal to its grade. What could not be seen is a gap of tracking, and no signal."""
