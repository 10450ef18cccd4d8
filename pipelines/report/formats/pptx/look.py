"""How the slides look: one sheet of white, one accent, one typeface that every machine has."""

from __future__ import annotations

import re
from typing import Any

FONT = "Arial"
WIDTH, HEIGHT = 13.333, 7.5  # inches
MARGIN = 0.62
# Places of the theme, by the names that PowerPoint gives them.
THEME = {
    "dk1": "1B2230",
    "lt1": "FFFFFF",
    "dk2": "4C5768",
    "lt2": "F3F5F8",
    "accent1": "A9123A",
    "accent2": "96A3B5",
    "accent3": "0A7562",
    "accent4": "6A45C4",
    "accent5": "DE6A3A",
    "accent6": "F5B266",
    "hlink": "4C5768",
    "folHlink": "4C5768",
}
INK, GROUND, MUTED, PANEL = "dk1", "lt1", "dk2", "lt2"
ACCENT, BAR, GREEN, VIOLET, ORANGE, AMBER = (f"accent{i}" for i in range(1, 7))
RULE = "D6DCE4"
TITLE_TOP, TITLE_HEIGHT = 0.72, 0.95
_RUN = (
    '<a:rPr lang="en-US" sz="900"><a:solidFill><a:schemeClr val="tx2"/></a:solidFill>'
    '<a:latin typeface="+mn-lt"/></a:rPr>'
)
_BOX = (
    '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<p:nvSpPr><p:cNvPr id="{i}" name="Foot {i}"/><p:cNvSpPr txBox="1"/><p:nvPr userDrawn="1"/></p:nvSpPr>'
    '<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
    '<p:txBody><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/><a:lstStyle/>'
    '<a:p><a:pPr algn="{align}"/>{inside}</a:p></p:txBody></p:sp>'
)
_TITLE_STYLE = (
    '<p:titleStyle xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:lvl1pPr algn="l" rtl="0" eaLnBrk="1" hangingPunct="1"><a:lnSpc><a:spcPct val="95000"/></a:lnSpc>'
    '<a:spcBef><a:spcPct val="0"/></a:spcBef><a:buNone/>'
    '<a:defRPr sz="2600" b="1" kern="1200" spc="-20"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
    '<a:latin typeface="+mj-lt"/><a:ea typeface="+mj-ea"/><a:cs typeface="+mj-cs"/></a:defRPr></a:lvl1pPr>'
    "</p:titleStyle>"
)


def themed(xml: str) -> str:
    """A theme's XML with our colours and our typeface."""
    xml = xml.replace('name="Office Theme"', 'name="Terreng"')
    for place, colour in THEME.items():
        xml = re.sub(
            rf"<a:{place}>.*?</a:{place}>", f'<a:{place}><a:srgbClr val="{colour}"/></a:{place}>', xml, flags=re.DOTALL
        )
    return re.sub(r'(<a:(?:major|minor)Font><a:latin typeface=")[^"]*"', rf'\g<1>{FONT}"', xml)


def restyle(master: Any) -> None:
    """Gives the slide master our title, and nothing else to inherit.

    Args:
        master: The slide master of python-pptx.
    """
    from lxml import etree
    from pptx.util import Inches

    styles = master.element.find(".//{*}txStyles")
    styles.replace(styles.find("{*}titleStyle"), etree.fromstring(_TITLE_STYLE))
    for shape in list(master.placeholders):
        if shape.placeholder_format.type.name != "TITLE":
            shape.element.getparent().remove(shape.element)
            continue
        shape.left, shape.top = Inches(MARGIN), Inches(TITLE_TOP)
        shape.width, shape.height = Inches(WIDTH - 2 * MARGIN), Inches(TITLE_HEIGHT)
        flatten(shape.text_frame)


def flatten(frame: Any) -> None:
    """Makes a text frame one without inner margins, its text beginning at the top."""
    from pptx.enum.text import MSO_ANCHOR

    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.word_wrap = True


def foot(layout: Any, text: str) -> None:
    """The line below every slide with its number; on the layout, so that it is changed in one place.

    Args:
        layout: The slide layout of python-pptx.
        text: What stands on its left.
    """
    from lxml import etree
    from pptx.util import Inches

    run = f"<a:r>{_RUN}<a:t/></a:r>"
    number = f'<a:fld id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum">{_RUN}<a:t>1</a:t></a:fld>'
    tree = layout.element.find(".//{*}spTree")
    for i, (left, wide, align, inside) in enumerate(
        ((MARGIN, 10.6, "l", run), (WIDTH - MARGIN - 1.2, 1.2, "r", number)), 90
    ):
        numbers = (int(Inches(inches)) for inches in (left, HEIGHT - 0.45, wide, 0.25))
        x, y, cx, cy = numbers
        box = etree.fromstring(_BOX.format(i=i, x=x, y=y, cx=cx, cy=cy, align=align, inside=inside))
        for told in box.iter("{*}t"):
            told.text = told.text or text
        tree.append(box)
