"""The two lines as text: aligned, within the terminal's room, every word seen."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from pipelines.journeys.printing import journey_text, two_lines
from tests.pipelines.journeys.test_laid import laid

OSLO = ZoneInfo("Europe/Oslo")


def test_the_planned_line_stands_above_the_actual_one() -> None:
    assert two_lines(laid("=visit -card +chat =b", "missing card 1", "ad_hoc chat 1"), 100, OSLO) == [
        "         visit                 Pay by card                                 b",
        "planned  ●─────────────────────○───────────────────────────────────────────●",
        "         │                     ×                     +                     │",
        "actual   ●───────────────────────────────────────────◆─────────────────────●",
        "         visit                                       chat                  b",
        "when     2026-01-05 01:00                            2026-01-05 02:00      2026-01-05 03:00",
        "differs                        missing               ad hoc",
        "",
    ]


@pytest.mark.parametrize("room", [80, 100, 120])
@pytest.mark.parametrize("n", [1, 4, 25])
def test_no_line_is_wider_than_the_room_and_long_words_are_parted(room: int, n: int) -> None:
    line = " ".join(f"{'=-+'[i % 3]}{'deliver' if i % 2 else f'step{i}'}" for i in range(n)) + " =end"

    lines = two_lines(laid(line), room, OSLO)

    assert max(map(len, lines)) <= room
    assert sum(text.count("end") for text in lines) == 2
    assert "".join(lines).count("●") == 2 * sum(i % 3 == 0 for i in range(n)) + 2
    assert sum(text.count("Kreditt") for text in lines) == sum(i % 2 + (i % 6 == 3) for i in range(n))


@pytest.mark.parametrize(("width", "widest"), [(40, 80), (100, 100), (300, 120)])
def test_a_terminal_of_any_width_gets_80_to_120_columns(width: int, widest: int) -> None:
    lines = journey_text(laid(" ".join(f"=step{i}" for i in range(30))), width, OSLO)

    assert widest - 20 < max(map(len, lines)) <= widest


def test_a_line_begins_with_its_first_stop_and_ends_with_its_last() -> None:
    planned, actual = (
        next(line for line in two_lines(laid("+x -a =b -c"), 100, OSLO) if line.startswith(name))
        .split(" ", 1)[1]
        .strip()
        for name in ("planned", "actual")
    )

    assert (planned[0], planned[-1], planned.count("○")) == ("○", "○", 2)
    assert (actual[0], actual[-1]) == ("◆", "●")


def test_a_deviation_is_told_with_the_event_that_shows_it_where_that_is_another_s() -> None:
    lines = journey_text(laid("+plan =signup -plan =b", "out_of_order signup 0", "repeated b 2"), 100, OSLO)

    told = [line.split(",")[0] for line in lines[-2:]]
    assert told == ["  out of order: signup at event 0 (plan)", "  repeated: b at event 2"]
