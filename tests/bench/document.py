"""`models/SCALE.md` and its plots, renewed from the figures: what lies between marks is written, the rest is prose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.bench import plot, projection, tables
from tests.bench.figures import HERE, Figures
from tests.bench.tables import MIO

PAGE = HERE.parents[1] / "models" / "SCALE.md"
PICTURES = PAGE.parent / "pictures"
BEFORE = "before"


def renew(figures: Figures) -> None:
    """Write the parts and the plots of which the figures are complete."""
    PICTURES.mkdir(exist_ok=True)
    for name, text in pictures(figures).items():
        (PICTURES / name).write_text(text, encoding="utf-8")
    if PAGE.exists():
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), parts(figures)), encoding="utf-8")


def pictures(figures: Figures) -> dict[str, str]:
    """The plots by file name."""
    made = {"scale.svg": plot.scale(figures)} if figures.sizes(projection.ON_DUCKDB) else {}
    if figures.sizes(projection.ON_SPARK) and made:
        pays = [each.pays_from for each in projection.compared(figures) if each.pays_from is not None]
        made["engines.svg"] = plot.engines(projection.curves(figures), (pays and max(min(pays), MIO)) or None)
    return made


def parts(figures: Figures) -> dict[str, str]:
    """The written parts of the page by mark."""
    sizes = figures.sizes("run")
    compared = [size for size in sizes if figures.of("plain_load", size)]
    found = {"stages": tables.stages(figures), "day-after": tables.day_after(figures)}
    for size in compared:
        found[f"targets-{size}"] = tables.ratios(figures, size)
    for size in sizes:
        found[f"profile-{size}"] = tables.profile(figures, size, (BEFORE, "now"))
    if sizes and figures.sizes(projection.ON_SPARK):
        found["engines"] = tables.engines(figures)
        found["where-it-pays"] = projection.where_it_pays(figures)
        found["billion"] = projection.billion(figures)
        found["layout"] = projection.layout(figures)
    return {mark: "\n".join(lines).strip() for mark, lines in found.items() if lines}


def renewed(page: str, written: Mapping[str, str]) -> str:
    """A page with its marked parts replaced; marks of which nothing is known stay as they are."""

    def one(match: re.Match[str]) -> str:
        mark = match["mark"]
        text = written.get(mark)
        return match[0] if text is None else f"<!-- bench: {mark} -->\n\n{text}\n\n<!-- /bench -->"

    return re.sub(r"<!-- bench: (?P<mark>[\w-]+) -->.*?<!-- /bench -->", one, page, flags=re.DOTALL)
