"""`terreng experience`, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Terreng

ASKS = "experience: [{measure: nps}, {measure: csat, touchpoint: visit, score: stars}]\nvalue: {per_conversion: 200}\n"
ASKS += "segments: {region: region}\n"


def test_what_customers_say_and_are_worth_is_listed(terreng: Terreng, workspace: Path) -> None:
    """Of 40 customers who came 32 say 9 and 8 say 3; three give stars, which are too few to score or to show."""
    path, export = workspace / "maps" / "first.yaml", workspace / "exports" / "shop" / "events.csv"
    path.write_text(path.read_text(encoding="utf-8") + ASKS, encoding="utf-8")
    rows = [f"{line},," for line in export.read_text(encoding="utf-8").splitlines()[1:]]
    rows += [f"2026-03-25T10:00:00Z,survey,C{n:03d},north,{9 if n < 32 else 3},{5 if n < 3 else ''}" for n in range(40)]
    export.write_text("time,event,customer,region,nps,stars\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert terreng("run", "-w", workspace).code == 0

    text = terreng("experience", "-w", workspace).out
    assert "the journey  nps      40       -      -                         +60" in text
    assert "bad        silent" in text or "good       good" in text
    found = json.loads(terreng("experience", "--json", "-w", workspace).out)
    (of_all,) = [row for row in found["experience"] if row["measure"] == "nps"]
    assert (of_all["score"], of_all["answers_n"], of_all["hidden"]) == (60, 40, [])
    (stars,) = [row for row in found["experience"] if row["measure"] == "csat"]
    assert (stars["answers_n"], stars["score"]) == (None, None)
    assert "answers_n" in stars["hidden"]
    assert [row["customers_n"] for row in found["customer_value"]] == [30]

    of_north = terreng("experience", "--segment", "region=north", "-w", workspace).out
    assert "what they said (of all journeys, not of region=north alone)" in of_north
    wrong = terreng("experience", "firts", "-w", workspace)
    assert wrong.code == 2
    assert "wanted one of: become_customer" in wrong.err
    assert terreng("experience", "--segment", "region=south", "-w", workspace).code == 2
