"""The issue's claims, each a figure over many worlds, what it must be, and whether it is kept."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

TOP = 3
UNFAIR = ("hidden_confounder", "no_friction", "faint")
"""Worlds in which frictions cannot be told, are not there, or are too faint to be found."""


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        claim: What it is about.
        measured: The number.
        least: It must be at least this; None: there is no such bound.
        most: It must be at most this.
        n: What it rests on: rows, worlds or intervals.
        unit: `share`, `points` or `times`.
    """

    claim: str
    measured: float
    least: float | None
    most: float | None
    n: int
    unit: str = "share"

    @property
    def is_kept(self) -> bool:
        """Whether it is within its bounds; nothing measured is not."""
        over = self.most is not None and not self.measured <= self.most
        under = self.least is not None and not self.measured >= self.least
        return not over and not under and self.n > 0

    @property
    def line(self) -> str:
        """As a row of the table."""
        scale, sign, digits = {"share": (100, " %", 1), "points": (1, " points", 2), "times": (1, "", 2)}[self.unit]
        bounds = [
            f"{word} {bound * scale:.{digits}f}"
            for word, bound in (("at least", self.least), ("at most", self.most))
            if bound is not None
        ]
        verdict = "kept" if self.is_kept else "NOT KEPT"
        return (
            f"| {self.claim} | {self.measured * scale:.{digits}f}{sign} | {', '.join(bounds)} | {self.n} | {verdict} |"
        )


def mean(values: pl.Series) -> float:
    """Mean as a number; not a number where there is nothing."""
    told = values.cast(pl.Float64).drop_nulls().drop_nans()
    return float(told.to_numpy().mean()) if told.len() else float("nan")


def covers(told: str, low: str, high: str, true: str, true_error: str) -> pl.Expr:
    """Whether intervals hold the truth, which is itself only known within a standard error (it is re-simulated)."""
    known = (1.96 * pl.col(true_error)) ** 2
    under = ((pl.col(told) - pl.col(low)) ** 2 + known).sqrt()
    over = ((pl.col(high) - pl.col(told)) ** 2 + known).sqrt()
    off = pl.col(true) - pl.col(told)
    return (off >= -under) & (off <= over)


def outcome_figures(rows: pl.DataFrame) -> list[Figure]:
    """Bias of each number per world and early, middle and late touchpoints; coverage; how far shares miss 1."""
    judged = rows.with_columns(
        ((pl.col("told") - pl.col("true")) * 100).alias("error"),
        covers("told", "low", "high", "true", "true_error").alias("covers"),
    )
    figures = []
    for number, word in (("drop_off", "drop-off at a touchpoint"), ("convert", "conversion from a touchpoint")):
        some = judged.filter(pl.col("number") == number).drop_nulls("told")
        worst = some.group_by("world").agg(pl.col("error").mean(), pl.len()).sort(pl.col("error").abs()).tail(1)
        if worst.height:
            claim = f"bias of {word}, worst world ({worst['world'][0]})"
            figures.append(Figure(claim, abs(float(worst["error"][0])), None, 0.5, some.height, "points"))
        covered = some.drop_nulls("low")
        for name in ("independent", "clustered"):
            chosen = covered.filter((pl.col("world") == "repeat_customers") == (name == "clustered"))
            if chosen.height:
                claim = f"95 % intervals of {word}, {name} people, cover"
                figures.append(Figure(claim, mean(chosen["covers"]), 0.93, 0.97, chosen.height))
    total = judged["total"].drop_nulls()
    if total.len():
        off = float((total - 1).abs().to_numpy().max())
        figures.append(Figure("F's sum misses one by (times 1e-9)", off * 1e9, None, 1.0, total.len(), "times"))
    return figures


def found_figures(rows: pl.DataFrame, people_n: int) -> list[Figure]:
    """Recall and false discovery of worlds that have frictions and no hidden trait."""
    fair = rows.filter(~pl.col("world").is_in(UNFAIR) & (pl.col("people_n") == people_n))
    frictions, called = fair.filter(pl.col("role") == "friction"), fair.filter(pl.col("verdict") == "friction")
    least = 0.95 if people_n >= 20_000 else 0.85
    at = f"at {people_n:,} people"
    recall = Figure(
        f"planted frictions found, {at}", mean(frictions["verdict"] == "friction"), least, None, frictions.height
    )
    false = Figure(f"false discoveries, {at}", mean(called["role"] != "friction"), None, 0.07, called.height)
    return [recall, false]


def harmless_figures(rows: pl.DataFrame) -> list[Figure]:
    """Decoys, harmless and helpful departures, and worlds without friction."""
    fair = rows.filter(pl.col("world") != "hidden_confounder")
    figures = []
    for role, claim in (
        ("decoy", "confounded decoys called friction"),
        ("benign", "harmless departures called friction"),
    ):
        some = fair.filter((pl.col("role") == role) & (pl.col("world") != "no_friction"))
        figures.append(Figure(claim, mean(some["verdict"] == "friction"), None, 0.05, some.height))
    quiet = fair.filter(pl.col("world") == "no_friction").group_by("seed").agg(
        (pl.col("verdict") == "friction").any().alias("is_called"))  # fmt: skip
    figures.append(
        Figure("worlds without friction with one called so", mean(quiet["is_called"]), None, 0.07, quiet.height)
    )
    helpful = fair.filter(pl.col("role") == "helpful")
    figures.append(
        Figure("helpful departures called friction", mean(helpful["verdict"] == "friction"), None, 0.0, helpful.height)
    )
    return figures


def gain_figures(rows: pl.DataFrame) -> list[Figure]:
    """Gain if fixed: bias, coverage, and what a slow touchpoint that loses nobody seems to cost."""
    frictions = rows.filter(
        (pl.col("role") == "friction") & (pl.col("world") != "hidden_confounder")
    ).drop_nulls("lost_per_month_points").filter(pl.col("lost_per_month_points").is_not_nan())  # fmt: skip
    figures = []
    for (world,), some in sorted(frictions.partition_by("world", as_dict=True).items(), key=str):
        bias, true = mean(some["lost_per_month_points"] - some["gain"]), mean(some["gain"])
        most = max(0.10, 0.15 * true)
        figures.append(
            Figure(
                f"bias of the gain if fixed, {world} (true {true:.2f} points)",
                abs(bias),
                None,
                most,
                some.height,
                "points",
            )
        )
    ends = ("lost_per_month_points", "lost_low_points", "lost_high_points", "gain", "gain_error")
    covered = frictions.select(covers(*ends).alias("covers"))["covers"]
    figures.append(Figure("intervals of the gain cover", mean(covered), 0.90, 0.98, covered.len()))
    slow = rows.filter((pl.col("world") == "slow_not_lost") & (pl.col("role") != "friction"))
    if slow.height:
        figures.append(
            Figure(
                "gain told of slow but not lost",
                abs(mean(slow["lost_per_month_points"])),
                None,
                0.20,
                slow.height,
                "points",
            )
        )
    return figures


def top_figures(rows: pl.DataFrame) -> list[Figure]:
    """The first three of worlds with three frictions or more: how many are planted, and claimed over true loss."""
    first, truly = first_rows(rows.filter(~pl.col("world").is_in(UNFAIR)))
    both = first.join(truly.select(*KEY, "plant"), on=[*KEY, "plant"]).height / max(first.height, 1)
    few, _ = first_rows(rows.filter(pl.col("world") == "faint"))
    return [
        Figure("of the first three, planted frictions", mean(first["role"] == "friction"), 0.90, None, first.height),
        Figure("of the first three, truly among the three costliest", both, None, None, first.height),
        Figure(
            "claimed over true loss of the first three", claimed_over_true(first), 0.85, 1.15, first.height, "times"
        ),
        Figure("claimed over true loss, few people, faint", claimed_over_true(few), 0.85, 1.15, few.height, "times"),
    ]


KEY = ("world", "seed", "people_n")


def first_rows(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first three by what they are said to cost, and by what they cost, of worlds with three frictions or more."""
    told = rows.filter(pl.col("lost_shrunk").is_not_nan())
    many = told.filter((pl.col("role") == "friction").sum().over(KEY) >= TOP)
    said, truly = (many.sort(by, descending=True).group_by(KEY).head(TOP) for by in ("lost_shrunk", "gain"))
    return said, truly


def claimed_over_true(first: pl.DataFrame) -> float:
    """Sum of what they are said to cost over the sum of what they cost."""
    true = float(first["gain"].to_numpy().sum())
    return float(first["lost_shrunk_points"].to_numpy().sum()) / true if true > 0 else float("nan")


def wait_figures(rows: pl.DataFrame) -> list[Figure]:
    """Medians of waits, with people still waiting."""
    off = ((rows["told"] - rows["true"]) / rows["true"]).drop_nulls()
    return [
        Figure("bias of the median wait", abs(mean(off)), None, 0.05, off.len()),
        Figure("median waits within 5 % of the truth", mean(off.abs() <= 0.05), 0.90, None, off.len()),
    ]


def moved_figures(rows: pl.DataFrame) -> list[Figure]:
    """How far hazards move in standard errors."""
    figures = []
    for (change,), some in sorted(rows.partition_by("change", as_dict=True).items(), key=str):
        error = (some["hazard_high"] - some["hazard_low"]) / (2 * 1.96)
        moved = (some["then"] - some["hazard"]) / error
        figures.append(
            Figure(
                f"hazards {change}: moved on average (standard errors)",
                abs(mean(moved)),
                None,
                1.0,
                moved.len(),
                "times",
            )
        )
        figures.append(
            Figure(
                f"hazards {change}: moved less than one standard error", mean(moved.abs() < 1), 0.90, None, moved.len()
            )
        )
    return figures


def hidden_figures(rows: pl.DataFrame) -> list[Figure]:
    """Rows of worlds with a hidden trait: each says how strong an unseen cause would have to be."""
    hidden = rows.filter((pl.col("world") == "hidden_confounder") & (pl.col("verdict") == "friction"))
    told = hidden["confounding_needed"].is_not_nan() & (hidden["confounding_needed"] > 1)
    return [
        Figure("hidden confounder: rows that say how strong one would have to be", mean(told), 1.0, None, told.len())
    ]


def whole_figures(rows: pl.DataFrame, converted: pl.DataFrame) -> list[Figure]:
    """By the full path, for each way of delivery: found and false rows, harmless ones, and bias of the conversion.

    A row that is named after no plant is false unless most of its journeys met a friction; it is counted beside, too.
    """
    figures = []
    for (delivery,), some in sorted(rows.partition_by("delivery", as_dict=True).items(), key=str):
        called = some.filter(pl.col("verdict") == "friction")
        frictions = some.filter((pl.col("role") == "friction") & pl.col("is_named"))
        harmless = some.filter(pl.col("role").is_in(["benign", "decoy", "nothing"]))
        helpful = some.filter(pl.col("role") == "helpful")
        off = converted.filter(pl.col("delivery") == delivery)
        figures += [
            Figure(f"{delivery}: planted frictions found", mean(frictions["verdict"] == "friction"), 0.85, None,
                   frictions.height),
            Figure(f"{delivery}: false discoveries", mean(called["role"] != "friction"), None, 0.07, called.height),
            Figure(f"{delivery}: rows called friction under another name", mean(~called["is_named"]), None, None,
                   called.height),
            Figure(f"{delivery}: harmless ones called friction", mean(harmless["verdict"] == "friction"), None, 0.05,
                   harmless.height),
            Figure(f"{delivery}: helpful ones called friction", mean(helpful["verdict"] == "friction"), None, 0.0,
                   helpful.height),
            Figure(f"{delivery}: bias of the conversion", mean(off["told"] - off["true"]) * 100, None, None, off.height,
                   "points"),
        ]  # fmt: skip
    return figures
