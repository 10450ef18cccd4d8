"""Numbers of cost in words: customers and money a month, differences in points."""

from __future__ import annotations

from pipelines.privacy.withheld import Withheld
from pipelines.report.cost.rows import Record, told
from pipelines.report.numbers import MISSING

GRADES = {
    "A": "A: measured widely",
    "B": "B: plausible, often measured",
    "C": "C: claimed, shown but never ranked",
}
VERDICTS = {
    "friction": "costs customers",
    "helpful": "keeps customers",
    "variation": "cannot be told from nothing",
    "refused": "not told",
}


def few(x: float) -> str:
    """A number with one figure behind the point where it is below ten; never a minus before nothing."""
    text = f"{x:,.0f}" if abs(x) >= 9.95 else f"{x:.1f}".removesuffix(".0")
    return text.replace("-", "−") if text not in {"-0", "-0.0"} else "0"


def between(row: Record, low: str, high: str) -> str:
    """An interval as "3 to 12"; "" where there is none."""
    ends = told(row, low, high)
    return "" if ends is None else f"{few(ends[0])} to {few(ends[1])}"


def number(row: Record, name: str, low: str = "", high: str = "", unit: str = "") -> str:
    """A number with its interval: "8 (3 to 12)"."""
    value = row[name]
    if isinstance(value, Withheld):
        return value.text
    if value is None:
        return MISSING
    ends = between(row, low, high) if low else ""
    return f"{few(float(value))}{unit}" + (f" ({ends})" if ends else "")


def points(row: Record, name: str, low: str = "", high: str = "") -> str:
    """A difference of shares in percentage points with its interval."""
    value = row[name]
    if isinstance(value, Withheld):
        return value.text
    if value is None:
        return MISSING
    ends = told(row, low, high) if low else None
    shown = f"{_signed(float(value) * 100)} points"
    return shown if ends is None else f"{shown} ({_signed(ends[0] * 100)} to {_signed(ends[1] * 100)})"


def _signed(x: float) -> str:
    text = f"{x:+.1f}".replace("-", "−")
    return "0" if text in {"+0.0", "−0.0"} else text


def money(value: object, currency: str | None) -> str:
    """Money a month in round figures: three of them are more than can be known."""
    if isinstance(value, Withheld):
        return value.text
    if not isinstance(value, (int, float)):
        return MISSING
    digits = len(str(int(abs(value))))
    rounded = round(float(value), -max(0, digits - 3))
    return f"{currency or ''} {rounded:,.0f}".replace("-", "−").strip()
