"""SVG elements as text, escaped: the only place where a picture's markup is put together."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from pipelines.report.text import clean

Value = str | float | None


def el(tag: str, *children: str | Markup, **attributes: Value) -> Markup:
    """One element. Children that are not Markup are escaped; `class_` is `class`, `stroke_width` is `stroke-width`.

    Attributes that are None are left out; numbers are rounded to a tenth of a pixel, which keeps files small.
    """
    # Joined as plain text, which is ten times as fast as Markup's own format: every part is escaped right here.
    inside = "".join(child if isinstance(child, Markup) else escape(clean(child)) for child in children)
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_written(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if not inside and tag != "text":
        return Markup(f"<{tag}{named}/>")  # noqa: S704  # see above
    return Markup(f"<{tag}{named}>{inside}</{tag}>")  # noqa: S704  # see above


def _written(value: str | float) -> str:
    if isinstance(value, str):
        return clean(value)
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0") if abs(value) < 0.05 else f"{value:.1f}".removesuffix(".0")
    )


def group(parts: Iterable[Markup], **attributes: Value) -> Markup:
    """Elements under one `g`."""
    return el("g", Markup("").join(parts), **attributes)


def picture(parts: Iterable[Markup], size: tuple[float, float], name: str, title: str, description: str) -> Markup:
    """A whole picture of a width and height, scaled with the page; with words for those who cannot see it.

    A picture with links in it is a group, because what stands in an image can be reached by nobody.
    """
    inside = Markup("").join(parts)
    return el(
        "svg",
        el("title", title, id=f"{name}-title"),
        el("desc", description, id=f"{name}-desc"),
        inside,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {size[0]:.0f} {size[1]:.0f}",
        width="100%",
        role="group" if "<a " in inside else "img",
        aria_labelledby=f"{name}-title {name}-desc",
        font_family="inherit",
    )
