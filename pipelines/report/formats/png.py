"""A picture of the report as PNG, drawn by resvg with our own fonts: the same pixels on every machine."""

from __future__ import annotations

from pipelines.report.fonts import FAMILY_NAME, font_files, lacks
from pipelines.report.formats.standalone import standalone
from pipelines.report.formats.styles import Theme


def png(svg: str, scale: float = 2, theme: Theme = "light", *, with_ground: bool = True) -> bytes:
    """A picture as PNG.

    Args:
        svg: The picture as the report has it (`Drawing.svg`).
        scale: Pixels of the file for one of the picture; 2 for screens of today, slides and paper.
        theme: Whose colours it has.
        with_ground: The theme's ground is painted; without it the picture is see-through.
    """
    from resvg_py import svg_to_bytes

    alone = standalone(svg, theme, with_ground=with_ground)
    return bytes(
        svg_to_bytes(
            svg_string=alone,
            zoom=scale,
            # Signs that our fonts lack, of other scripts and emoji, are drawn by the machine's fonts, if it has any.
            skip_system_fonts=not lacks(alone),
            font_files=[str(path) for path in font_files()],
            font_family=FAMILY_NAME,
            sans_serif_family=FAMILY_NAME,
        )
    )
