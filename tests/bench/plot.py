"""The plots of what was measured: SVG that reads on light and dark pages, in the reader's own scheme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from tests.bench.figures import Figures
from tests.bench.tables import MIO, STAGES, per_million

WIDTH = 860
_CLOCK = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3_600: "1 h", 36_000: "10 h", 360_000: "100 h"}
_LEFT, _RIGHT = 120, 20
_WORDS = 290
_MOST_TICKS = 8
"""Room for the words after a bar."""
# One hue a stage, in pairs that keep 3:1 against their surface and differ in lightness too.
LIGHT = ("#2f6fb7", "#b3541e", "#2e8068", "#8a4fae", "#8a7214", "#6b7280")
DARK = ("#6ea8e8", "#f0935a", "#5cc3a3", "#c495e6", "#d8bd4e", "#a3abb8")
_STYLE = """
{light}
@media (prefers-color-scheme: dark) {{
{dark}
}}
text{{font-family:Inter,system-ui,-apple-system,'Segoe UI',sans-serif;font-size:13px}}
.head{{font-size:16px;font-weight:600}} .small{{font-size:12px}}
line,path{{fill:none}}
"""
INKS = {  # page, words, words beside, lines of the scales, limits
    "light": ("#ffffff", "#1f2328", "#59616b", "#d0d5db", "#b42318"),
    "dark": ("#15181c", "#e8eaed", "#a3abb8", "#3a414a", "#ff8a80"),
}


@dataclass(frozen=True)
class Curve:
    """What an engine took on the clock at each size, in hours or seconds: one line of the second plot."""

    name: str
    points: tuple[tuple[float, float], ...]
    expected: tuple[tuple[float, float], ...]


def scale(figures: Figures) -> str:
    """Processor seconds a million events and peak memory, by stage, at every size that was measured."""
    sizes = figures.sizes("run")
    parts = [*_legend(74)]
    below = _costs(figures, sizes, 104, parts)
    below = _memory(figures, sizes, below + 34, parts)
    title = "What a run costs, by stage"
    words = "Processor seconds a million events, and the peak of memory, by stage of the run, for each size of the log"
    return _picture(below + 10, title, words, parts)


def _costs(figures: Figures, sizes: Sequence[int], top: float, parts: list[str]) -> float:
    """Bars of one length would be costs that grow as the events do."""
    parts.append(_text(_LEFT, top, "CPU seconds for each million events", "ink head"))
    longest = max(per_million(figures, size) for size in sizes)
    per_pixel = longest / (WIDTH - _LEFT - _RIGHT - _WORDS)
    y = top + 14
    for size in sizes:
        answer = figures.of("run", size) or {}
        millions = figures.events_of(size) / MIO
        parts.append(_text(_LEFT - 10, y + 17, f"{millions:.1f} million", "ink", "end"))
        x = float(_LEFT)
        for number, name in enumerate(STAGES):
            wide = answer["cpu_s"][name] / millions / per_pixel
            tip = f"{name}: {answer['cpu_s'][name]:.1f} CPU s, {answer['wall_s'][name]:.0f} s on the clock"
            parts.append(_bar(x, y, max(wide - 1, 0.5), 24, number, tip))
            x += wide
        total, wall = (sum(answer[unit][name] for name in STAGES) for unit in ("cpu_s", "wall_s"))
        parts.append(
            _text(x + 8, y + 16, f"{total / millions:.1f} ({total:,.0f} CPU s, {wall:,.0f} s on the clock)", "ink")
        )
        y += 32
    return y


def _memory(figures: Figures, sizes: Sequence[int], top: float, parts: list[str]) -> float:
    parts.append(_text(_LEFT, top, "Peak memory of the process, GB", "ink head"))
    high, base = 150, top + 176
    peaks = {size: (figures.of("run", size) or {})["peak_gb"] for size in sizes}
    most = max(4.4, *(max(each.values()) * 1.08 for each in peaks.values()))
    step = next(step for step in (1, 2, 5, 10, 20, 50) if most / step <= _MOST_TICKS)
    for tick in range(0, int(most) + 1, step):
        y = base - tick / most * high
        parts += [_rule(_LEFT, y, WIDTH - _RIGHT, y, "line"), _text(_LEFT - 10, y + 4, str(tick), "soft small", "end")]
    limit = base - 4 / most * high
    parts.append(_rule(_LEFT, limit, WIDTH - _RIGHT, limit, "limit", "6 4"))
    # At the left, over the smallest log: the bars of a large one are higher than the limit.
    parts.append(_text(_LEFT + 4, limit - 5, "4 GB: the target for ten million", "warn small"))
    room = (WIDTH - _LEFT - _RIGHT) / len(sizes)
    thick = min(16.0, (room - 24) / len(STAGES))
    for place, size in enumerate(sizes):
        x = _LEFT + place * room + (room - thick * len(STAGES)) / 2
        for number, name in enumerate(STAGES):
            tall = peaks[size][name] / most * high
            tip = f"{name}: {peaks[size][name]:.2f} GB"
            parts.append(_bar(x + number * thick, base - tall, thick - 1.5, tall, number, tip))
        label = f"{figures.events_of(size) / MIO:.1f} million events"
        parts.append(_text(_LEFT + (place + 0.5) * room, base + 18, label, "ink small", "middle"))
    return base + 24


def _legend(y: float) -> list[str]:
    parts, x = [], float(_LEFT)
    for number, name in enumerate(STAGES):
        parts += [_bar(x, y - 11, 13, 13, number, name), _text(x + 19, y, name, "ink")]
        x += 34 + 7.6 * len(name)
    return parts


def engines(curves: Sequence[Curve], meets: float | None) -> str:
    """Seconds on the clock over events, both on scales of powers of ten; what is reckoned is dashed."""
    parts: list[str] = []
    every = [point for curve in curves for point in (*curve.points, *curve.expected)]
    low_x, high_x = _powers(events for events, _ in every)
    low_y, high_y = _powers(seconds for _, seconds in every)
    top, base, right = 96.0, 396.0, WIDTH - 225.0

    def at(events: float, seconds: float) -> tuple[float, float]:
        x = _LEFT + (log10(events) - low_x) / (high_x - low_x) * (right - _LEFT)
        return x, base - (log10(seconds) - low_y) / (high_y - low_y) * (base - top)

    for power in range(low_x, high_x + 1):
        x, _ = at(10.0**power, 10.0**low_y)
        parts += [_rule(x, top, x, base, "line"), _text(x, base + 20, _events(10**power), "ink small", "middle")]
    for seconds, name in _CLOCK.items():
        if low_y <= log10(seconds) <= high_y:
            _, y = at(10.0**low_x, seconds)
            parts += [_rule(_LEFT, y, right, y, "line"), _text(_LEFT - 10, y + 4, name, "ink small", "end")]
    ends: list[tuple[tuple[float, float], str]] = []
    for number, curve in enumerate(curves):
        known = [at(*point) for point in curve.points]
        ahead = [*known[-1:], *(at(*point) for point in curve.expected)]
        parts += [_path(known, number)] if known else []
        parts.append(_path(ahead, number, "6 5"))
        parts += [_dot(x, y, number) for x, y in known]
        ends.append((ahead[-1], curve.name))
    parts += _names(ends)
    if meets:
        x, _ = at(meets, 10.0**low_y)
        parts += [_rule(x, top, x, base, "limit", "3 4"), _text(x - 6, top + 14, _events(meets), "warn small", "end")]
    parts.append(
        _text(24, 62, "Time on the clock over events, reckoned. Mark: from here a cluster is sooner done", "soft")
    )
    words = "Seconds on the clock of a whole run over the number of events, for one machine and for clusters of Spark"
    return _picture(base + 40, "One machine or a cluster", words, parts)


def _names(ends: Sequence[tuple[tuple[float, float], str]]) -> list[str]:
    """Names at the ends of lines, each at its own height."""
    parts, lowest = [], 0.0
    for (x, y), name in sorted(ends, key=lambda end: end[0][1]):
        lowest = max(y, lowest + 17)
        parts += [_rule(x + 2, y, x + 12, lowest, "line"), _text(x + 16, lowest + 4, name, "ink")]
    return parts


def _powers(values: Iterable[float]) -> tuple[int, int]:
    found = [log10(value) for value in values]
    return floor(min(found)), ceil(max(found))


def _events(number: float) -> str:
    return f"{number / 1e9:,.0f} billion" if number >= 1e9 else f"{number / MIO:,.1f} million".replace(".0 ", " ")


def _picture(high: float, title: str, words: str, parts: Iterable[str]) -> str:
    styles = _STYLE.format(light=_scheme("light", LIGHT), dark=_scheme("dark", DARK))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high:.0f}" width="{WIDTH}" height="{high:.0f}"'
        f' role="img" aria-labelledby="t d"><title id="t">{escape(title)}</title><desc id="d">{escape(words)}</desc>'
        f"<style>{styles}</style>"
        f'<rect class="page" width="{WIDTH}" height="{high:.0f}" rx="6"/>'
    )
    return "\n".join([head, _text(24, 38, title, "ink head"), *parts, "</svg>", ""])


def _scheme(name: str, hues: Sequence[str]) -> str:
    page, ink, soft, line, limit = INKS[name]
    plain = (
        f".page{{fill:{page}}} .ink{{fill:{ink}}} .soft{{fill:{soft}}} .line{{stroke:{line}}}"
        f" .limit{{stroke:{limit}}} .warn{{fill:{limit}}}"
    )
    return " ".join([plain, *(f".f{n}{{fill:{hue}}} .s{n}{{stroke:{hue}}}" for n, hue in enumerate(hues))])


def _text(x: float, y: float, words: str, classes: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}" text-anchor="{anchor}">{escape(words)}</text>'


def _bar(x: float, y: float, wide: float, tall: float, hue: int, tip: str) -> str:
    box = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
    return f'<rect {box} class="f{hue}"><title>{escape(tip)}</title></rect>'


def _rule(x1: float, y1: float, x2: float, y2: float, css: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"{dashed}/>'


def _path(points: Sequence[tuple[float, float]], hue: int, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    drawn = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<path d="{drawn}" class="s{hue}" stroke-width="2.5"{dashed}/>'


def _dot(x: float, y: float, hue: int) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" class="f{hue}"/>'
