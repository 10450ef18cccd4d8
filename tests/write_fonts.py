"""Makes our cuts of Inter from the npm package `inter-ui`: `python tests/write_fonts.py FOLDER`. Needs brotli."""

from __future__ import annotations

import json
import shutil
import sys
from collections import defaultdict
from pathlib import Path

from fontTools.subset import Options, Subsetter, parse_unicodes
from fontTools.ttLib import TTFont

HOME = Path(__file__).parents[1] / "pipelines" / "report" / "fonts"
WEIGHTS = ("Regular", "SemiBold", "Bold")
MEASURED = ("Regular", "SemiBold")
# Kerning and marks may change how wide a text is only a little; other features are left out, so that none changes more.
FEATURES = ["kern", "tnum", "ccmp", "locl", "mark", "mkmk"]
PRINTED = (
    "0020-024F,0259,02B0-02FF,0300-0345,0370-03FF,0400-052F,1E00-1EFF,2000-206F,2070-208E,20A0-20BF,2100-214F,"
    "2190-21FF,2200-22FF,2300-23FF,2500-27BF,FFFD"
)
EMBEDDED = (
    "0020-017F,018F,0192,01CD-01DC,0218-021B,0259,02C6,02DA,02DC,0300-0304,0306-030C,2010-2027,2030,2032-2033,"
    "2039-203A,2044,20AC,2122,2190-2199,21BA,2212,2248,2260,2264-2265,03C4,25A0-25CF,2713,FFFD"
)


def main(package: Path) -> None:
    """Writes the fonts, their widths and their licence."""
    for weight in WEIGHTS:
        whole = package / "web" / f"Inter-{weight}.woff2"
        write_cut(whole, PRINTED, None, HOME / f"Inter-{weight}.ttf")
        write_cut(whole, EMBEDDED, "woff2", HOME / f"Inter-{weight}.woff2")
    shutil.copyfile(package / "LICENSE.txt", HOME / "OFL.txt")
    (HOME / "advances.json").write_text(advances(), encoding="utf-8")


def write_cut(whole: Path, signs: str, flavor: str | None, to: Path) -> None:
    """One weight with some signs only."""
    options = Options(layout_features=FEATURES, hinting=False, recalc_timestamp=False)
    if flavor is None:
        options.name_IDs = ["*"]
    font = TTFont(whole, recalcTimestamp=False)
    cutter = Subsetter(options)
    cutter.populate(unicodes=parse_unicodes(signs))
    cutter.subset(font)
    font.flavor = flavor
    font.save(to)


def advances() -> str:
    """The widths of the signs by weight, as JSON: signs that are equally wide in one text."""
    measured: dict[str, dict[str, str]] = {}
    for weight in MEASURED:
        font = TTFont(HOME / f"Inter-{weight}.ttf")
        signs: defaultdict[int, str] = defaultdict(str)
        for code, glyph in sorted(font.getBestCmap().items()):
            signs[font["hmtx"][glyph][0]] += chr(code)
        measured[weight] = {str(wide): signs[wide] for wide in sorted(signs)}
    return json.dumps(measured, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
