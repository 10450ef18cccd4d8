"""Numbers of cost in words: customers and money a month, differences in points."""

from __future__ import annotations

from pipelines.language import mark, told_number, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.cost.rows import Record, told
from pipelines.report.numbers import MISSING, withheld

GRADES = {
    "A": mark("A: measured widely"),
    "B": mark("B: plausible, often measured"),
    "C": mark("C: claimed, shown but never ranked"),
}
VERDICTS = {
    "friction": mark("costs customers"),
    "helpful": mark("keeps customers"),
    "variation": mark("cannot be told from nothing"),
    "refused": mark("not told"),
}


MEASURES = {
    "conversion": mark("converted"),
    "customers_gone": mark("customers gone"),
    "deviation": mark("deviation"),
    "drop_off": mark("leave here"),
    "exit": mark("say no"),
    "experience": mark("what they said"),
    "journeys": mark("journeys"),
    "lost_per_month": mark("customers lost a month"),
    "promise_kept": mark("promise kept"),
    "signal": mark("signal"),
    "wait_p50": mark("median wait"),
    "wait_p90": mark("slowest tenth of waits"),
}


def measure_told(name: str) -> str:
    """What a number measures, in words."""
    return tr(MEASURES[name]) if name in MEASURES else name.replace("_", " ")


def few(x: float) -> str:
    """A number with one figure behind the point where it is below ten; never a minus before nothing."""
    text = f"{x:,.0f}" if abs(x) >= 9.95 else f"{x:.1f}".removesuffix(".0")
    return told_number(text.replace("-", "−")) if text not in {"-0", "-0.0"} else "0"


def between(row: Record, low: str, high: str) -> str:
    """An interval as "3 to 12"; "" where there is none."""
    ends = told(row, low, high)
    return "" if ends is None else tr("{low} to {high}", low=few(ends[0]), high=few(ends[1]))


def number(row: Record, name: str, low: str = "", high: str = "", unit: str = "") -> str:
    """A number with its interval: "8 (3 to 12)"."""
    value = row[name]
    if isinstance(value, Withheld):
        return withheld(value)
    if value is None:
        return MISSING
    ends = between(row, low, high) if low else ""
    return f"{few(float(value))}{unit}" + (f" ({ends})" if ends else "")


def points(row: Record, name: str, low: str = "", high: str = "") -> str:
    """A difference of shares in percentage points with its interval."""
    value = row[name]
    if isinstance(value, Withheld):
        return withheld(value)
    if value is None:
        return MISSING
    ends = told(row, low, high) if low else None
    shown = tr("{n} points", n=_signed(float(value) * 100))
    if ends is None:
        return shown
    between_ends = tr("{low} to {high}", low=_signed(ends[0] * 100), high=_signed(ends[1] * 100))
    return f"{shown} ({between_ends})"


def _signed(x: float) -> str:
    text = f"{x:+.1f}".replace("-", "−")
    return "0" if text in {"+0.0", "−0.0"} else told_number(text)


def money(value: object, currency: str | None) -> str:
    """Money a month in round figures: three of them are more than can be known."""
    if isinstance(value, Withheld):
        return withheld(value)
    if not isinstance(value, (int, float)):
        return MISSING
    digits = len(str(int(abs(value))))
    rounded = round(float(value), -max(0, digits - 3))
    return f"{currency or ''} {told_number(f'{rounded:,.0f}')}".replace("-", "−").strip()
