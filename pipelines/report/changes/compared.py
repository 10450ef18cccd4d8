"""Headline numbers then and now, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.language import told_number, tr
from pipelines.report.changes.kept import BETTER, COUNTS, HeadlineNumber, measure_title
from pipelines.report.numbers import count, share_with
from pipelines.report.tables import DataTable, Record, Shown


@dataclass(frozen=True)
class Change:
    """One number of two runs.

    Attributes:
        verdict: "better", "worse", "more" or "less" where the two intervals part; "same" where they do not; "" where
            a number has no interval.
    """

    then: HeadlineNumber
    now: HeadlineNumber

    @property
    def measure(self) -> str:
        """What was measured."""
        return self.now.measure

    @property
    def verdict(self) -> str:
        """Whether it changed by more than chance: only where the two intervals share nothing."""
        if None in {self.then.low, self.then.high, self.now.low, self.now.high}:
            return ""
        rises = (self.now.low or 0.0) > (self.then.high or 0.0)
        falls = (self.now.high or 0.0) < (self.then.low or 0.0)
        if not rises and not falls:
            return "same"
        is_good = BETTER.get(self.measure, 0) * (1 if rises else -1)
        return "better" if is_good > 0 else "worse"


def compared(then: Iterable[HeadlineNumber], now: Iterable[HeadlineNumber]) -> tuple[Change, ...]:
    """Numbers that both runs tell, in the order of now."""
    before = {number.measure: number for number in then}
    return tuple(Change(before[number.measure], number) for number in now if number.measure in before)


def told_value(number: HeadlineNumber) -> str:
    """A number with its interval in words."""
    if number.measure not in COUNTS:
        return share_with(number.value, number.low, number.high)
    if number.low is None or number.high is None:
        return count(number.value)
    return tr("{n} ({low} to {high})", n=_few(number.value), low=_few(number.low), high=_few(number.high))


def _few(x: float) -> str:
    """A count; small ones, which are estimates, to a tenth."""
    return told_number(f"{x:.1f}".removesuffix(".0")) if x < 9.95 else count(x)


def told_verdict(change: Change) -> str:
    """Whether it changed, in words."""
    words = {
        "better": tr("better: more than chance"),
        "worse": tr("worse: more than chance"),
        "same": tr("may be the same"),
    }
    return words.get(change.verdict, "")


def change_table(changes: tuple[Change, ...], stem: str) -> DataTable:
    """The numbers as a table."""
    by_measure = {change.measure: change for change in changes}

    def of(record: Record) -> Change:
        return by_measure[str(record["measure"])]

    return DataTable(
        f"{stem}_changes",
        tr("Headline numbers then and now"),
        tuple(_record(change) for change in changes),
        (
            Shown(tr("Number"), lambda r: measure_title(str(r["measure"]))),
            Shown(tr("Then (95%)"), lambda r: told_value(of(r).then), is_number=True),
            Shown(tr("Now (95%)"), lambda r: told_value(of(r).now), is_number=True),
            Shown(tr("Change"), lambda r: told_verdict(of(r))),
        ),
        ("measure", *(f"{when}{part}" for when in ("then", "now") for part in ("", "_low", "_high", "_n")), "verdict"),
        tr(
            "It is called a change only where the two 95% intervals share nothing. Many journeys are in both runs, so"
            " this is strict: a small change may be real and not be called one."
        ),
        tr("There is nothing to compare with."),
    )


def _record(change: Change) -> Record:
    numbers = (("then", change.then), ("now", change.now))
    told: dict[str, str | float | None] = {"measure": change.measure}
    for when, number in numbers:
        told |= {when: number.value, f"{when}_low": number.low, f"{when}_high": number.high, f"{when}_n": number.n}
    return told | {"verdict": change.verdict}
