"""The process map: what is told of the ways, where steps and numbers stand, and that nothing stands on another."""

from __future__ import annotations

import random
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations, groupby, pairwise

import duckdb
import pytest

from pipelines.privacy.cover import Cover
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Drawing
from pipelines.report.process.columns import folded, whole
from pipelines.report.process.fitting import packed_shares
from pipelines.report.process.levels import level
from pipelines.report.process.observed import Observed, Step, Way, covered_ways, read_observed
from pipelines.report.process.orders import orders
from pipelines.report.process.picture import process_map
from pipelines.report.process.places import spread
from pipelines.report.process.ranks import rows
from pipelines.report.process.scene import least_width, scene
from pipelines.report.view import JourneyView
from tests.pipelines.report.conftest import Build
from tests.pipelines.report.sample_maps import make_map

Told = tuple[str | None, str | None, int]


def ways(*told: Told) -> tuple[Way, ...]:
    return tuple(
        Way(start, end, None if end else "abandoned", n, n, 60.0 if start and end else None) for start, end, n in told
    )


def steps(**journeys_n: int) -> tuple[Step, ...]:
    role = {"chat": "off_map", "faq": "anytime", "click": "activity"}
    return tuple(Step(name, name.title(), role.get(name, "flow"), n) for name, n in journeys_n.items())


SMALL = Observed(
    steps(visit=100, order=80, pay=60, chat=30),
    ways(
        (None, "visit", 100), ("visit", "order", 70), ("order", "pay", 60), ("visit", "chat", 30),
        ("chat", "order", 10), ("pay", "order", 20),
        ("visit", "visit", 15), ("chat", None, 20), ("order", None, 20), ("pay", None, 40),
    ),
)  # fmt: skip


def test_numbers_of_few_are_not_told_and_all_others_are_rounded() -> None:
    found = covered_ways(ways((None, "a", 123), ("a", "b", 118), ("a", "c", 4), ("a", None, 1)), 10)

    assert {(way.from_step, way.to_step): (way.n.text if isinstance(way.n, Withheld) else way.n) for way in found} == {
        (None, "a"): 120, ("a", "b"): 120, ("a", "c"): "< 10", ("a", None): "< 10",
    }  # fmt: skip
    assert [way.p50_s for way in found if isinstance(way.n, Withheld)] == [None, None]


@pytest.mark.parametrize("whole", range(120, 130))
def test_what_is_hidden_cannot_be_worked_out_from_what_is_known_to_be_its_sum(whole: int) -> None:
    """So many leave `a`, as everybody knows; of the hidden way several numbers from 1 to 9 must stay possible."""
    for small in range(1, 10):
        found = covered_ways(ways(("a", "b", whole - small), ("a", "c", small)), 10)
        (told,) = (way.n for way in found if not isinstance(way.n, Withheld))
        unit = 100 if told % 100 == 0 else 10
        possible = [n for n in range(1, 10) if (whole - n + unit // 2) // unit * unit == told]
        assert len(possible) > 1, (small, told)


def test_nothing_is_rounded_or_hidden_where_the_minimum_is_one() -> None:
    assert covered_ways(ways(("a", "b", 3)), 1) == ways(("a", "b", 3))


def test_the_ways_of_a_snapshot_add_up_at_every_step(build: Build) -> None:
    settings = build(make_map(12), 300)
    with duckdb.connect(str(settings.published_db), read_only=True) as con:
        found = read_observed(con, "become_customer", Cover(1))
        (events,) = con.execute(
            "SELECT count(*) FROM journey_events AS e JOIN journeys AS j ON j.journey_id = e.journey_id"
            " WHERE j.rule = 'default' AND j.journey = 'become_customer'"
        ).fetchall()[0]
        part = read_observed(con, "become_customer", Cover(1), ["default-0", "default-1"])
    came, went = Counter[str | None](), Counter[str | None]()
    for way in found.ways:
        came[way.to_step] += way.n
        went[way.from_step] += way.n

    assert {name: came[name] for name in came if name} == {name: went[name] for name in went if name}
    assert sum(n for name, n in came.items() if name) == events
    assert came[None] == went[None] == sum(way.n for way in found.ways if way.from_step is None)
    assert sum(way.n for way in part.ways if way.from_step is None) == 2


def test_ways_their_journeys_and_their_times_are_those_that_a_plain_count_finds(build: Build) -> None:
    settings = build(make_map(12), 300)
    with duckdb.connect(str(settings.published_db), read_only=True) as con:
        found = read_observed(con, "become_customer", Cover(1))
        rows = con.execute(
            "SELECT e.journey_id, j.status, coalesce(e.touchpoint, 'activity:' || e.activity), epoch_us(e.occurred_at)"
            " FROM journey_events e JOIN journeys j ON j.journey_id = e.journey_id AND j.rule = 'default'"
            " LEFT JOIN touchpoints t ON t.touchpoint = e.touchpoint AND t.journey = 'become_customer'"
            " WHERE j.journey = 'become_customer' AND t.role IS DISTINCT FROM 'exit' ORDER BY e.journey_id, e.position"
        ).fetchall()
    between: dict[tuple[str | None, str | None, str | None], list[tuple[str, float | None]]] = defaultdict(list)
    for journey, group in groupby(rows, key=lambda row: row[0]):
        walked = list(group)
        between[None, walked[0][2], None].append((journey, None))
        for (_, _, one, before_us), (_, _, other, at_us) in pairwise(walked):
            between[one, other, None].append((journey, (at_us - before_us) / 1e6))
        between[walked[-1][2], None, walked[-1][1]].append((journey, None))

    assert {way.key for way in found.ways} == set(between)
    for way in found.ways:
        passed = between[way.key]
        times = [apart_s for _, apart_s in passed if apart_s is not None]
        assert (way.n, way.journeys_n) == (len(passed), len({journey for journey, _ in passed}))
        assert way.p50_s == (pytest.approx(statistics.median(times)) if times else None)


@pytest.mark.parametrize(("steps_n", "ways_n", "beside"), [(25, 80, 0), (40, 1_200, 0), (80, 900, 70)])
def test_however_much_there_is_what_is_drawn_can_be_read(steps_n: int, ways_n: int, beside: int) -> None:
    observed = at_random(steps_n, ways_n)
    off = [replace(step, role="off_map") for step in observed.steps[-beside:]] if beside else []
    observed = replace(observed, steps=(*observed.steps[: steps_n - beside], *off))

    steps_share, ways_share = packed_shares(observed, (1.0, 1.0), 1600.0)
    drawing = process_map(observed, steps_share, ways_share)

    assert drawing is not None
    assert drawing.width <= 1.3 * 1600
    assert steps_share == 1.0 or least_width(level(observed, steps_share + 0.05, 0.0), rows(observed)) > 1600
    assert ways_share == 1.0 or least_width(level(observed, steps_share, ways_share + 0.05), rows(observed)) > 1600


def test_a_level_keeps_the_most_frequent_steps_and_of_each_the_most_travelled_way_in_and_out() -> None:
    few = level(SMALL, 0.75, 0.0)

    assert [step.name for step in few.steps] == ["visit", "order", "pay"]
    assert [(way.from_step, way.to_step) for way in few.ways] == [
        ("visit", "order"),
        ("order", "pay"),
        ("pay", "order"),
    ]
    assert few.left_out_n == 0
    assert len(level(SMALL, 1.0, 1.0).ways) == 5


def test_steps_of_the_flow_stand_below_each_other_and_what_is_beside_the_map_between() -> None:
    assert rows(SMALL) == {"visit": 0, "order": 4, "pay": 8, "chat": 2}


def test_places_are_as_wanted_where_there_is_room_and_apart_where_there_is_none() -> None:
    assert spread([0.0, 50.0], [1, 1], [20.0]) == [0.0, 50.0]
    assert spread([10.0, 10.0], [1, 1], [20.0]) == [0.0, 20.0]
    assert spread([10.0, 10.0], [3, 1], [20.0]) == [5.0, 25.0], "the heavier one moves less"


def test_ways_that_cross_without_need_are_uncrossed() -> None:
    above = [[], [], [(1, 1.0)], [(0, 1.0)]]
    below = [[(3, 1.0)], [(2, 1.0)], [], []]

    found = orders([0, 0, 1, 1], above, below)

    assert [found[0].index(0) < found[0].index(1), found[1].index(3) < found[1].index(2)] in (
        [True, True],
        [False, False],
    )


def test_the_picture_tells_every_step_with_its_journeys_and_every_way_with_its_time() -> None:
    drawing = process_map(SMALL, designed={("visit", "order"), ("order", "pay")})

    assert drawing is not None
    told = [box.text for box in drawing.boxes]
    for text in ("Visit", "100", "70 · 60 s", "30 · 60 s", "100 begin", "15 again", "40 leave"):
        assert text in told
    assert len(re.findall(r'class="detour (?:designed|skip|back|off|any)"[^>]*><title>', drawing.svg)) == 5
    assert 'class="detour back"' in drawing.svg, "from the payment back to the order"
    assert 'class="detour off"' in drawing.svg


def test_without_a_way_there_is_no_picture() -> None:
    assert process_map(Observed()) is None
    assert process_map(Observed(steps(visit=3), ways((None, "visit", 3), ("visit", None, 3)))) is None


@pytest.mark.parametrize(("steps_n", "ways_n"), [(2, 1), (5, 12), (25, 80), (40, 200)])
def test_no_text_stands_on_another_or_on_a_box_of_another_step(steps_n: int, ways_n: int) -> None:
    observed = at_random(steps_n, ways_n)
    for share in (0.4, 1.0):
        drawing = process_map(observed, share, share, designed={("s0", "s1")})
        assert drawing is not None
        assert collisions(drawing) == []
    assert not boxes_that_meet(observed, 0.4)


def test_the_same_ways_are_drawn_the_same() -> None:
    assert process_map(at_random(20, 60)) == process_map(at_random(20, 60))


def at_random(steps_n: int, ways_n: int) -> Observed:
    """Steps with long words in a row, and ways between any of them, most of them onward."""
    dice = random.Random(steps_n)  # noqa: S311  # a seeded walk, no secret
    words = ("Kredittvurderingsgodkjenning", "Betale", "Signere avtalen hjemme", "Ring", "Bekreftelse på e-post")
    names = [f"s{i}" for i in range(steps_n)]
    roles = [dice.choice(("flow", "flow", "flow", "off_map", "anytime", "activity")) for _ in names]
    found = [Step(name, f"{dice.choice(words)} {i}", roles[i], 5_000 - 40 * i) for i, name in enumerate(names)]
    pairs = {(names[i], names[i + 1]) for i in range(steps_n - 1)}
    while len(pairs) < min(ways_n, steps_n * (steps_n - 1)):
        pairs.add((dice.choice(names), dice.choice(names)))
    told: list[Told] = [(start, end, dice.randint(5, 4_000)) for start, end in sorted(pairs)]
    told += [(None, names[0], 9_000), *((name, None, dice.randint(5, 900)) for name in names)]
    return Observed(tuple(found), tuple(sorted(ways(*told), key=lambda way: -way.n)))


def collisions(drawing: Drawing) -> list[tuple[str, str]]:
    outside = [box.text for box in drawing.boxes if box.left < 0 or box.right > drawing.width or box.top < 0]
    assert outside == []
    return [(one.text, other.text) for one, other in combinations(drawing.boxes, 2) if one.overlaps(other)]


def boxes_that_meet(observed: Observed, share: float) -> list[tuple[str, str]]:
    found = scene(level(observed, share, share), rows(observed)).boxes
    return [
        (one.step.name, other.step.name)
        for one, other in combinations(found, 2)
        if abs(one.x - other.x) < (one.width + other.width) / 2
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    ]


def test_a_tall_process_is_folded_into_columns_that_have_every_step_label_and_end_once() -> None:
    chain = [f"s{i}" for i in range(14)]
    told: list[Told] = [(a, b, 500) for a, b in pairwise(chain)]
    told += [("s0", "s9", 40), ("s12", "s2", 30), ("s3", "s5", 20)]
    observed = Observed(tuple(Step(name, name, "flow", 900) for name in chain), ways(*told))
    laid = scene(level(observed, 1.0, 1.0), rows(observed))

    columns = folded(laid, 1_248.0)

    assert len(columns) == 3
    assert whole(columns) <= 1_248.0
    assert sorted(box.step.name for column in columns for box in column.boxes) == sorted(chain)
    pieces = [piece for column in columns for piece in column.pieces]
    for line in laid.lines:
        mine = [piece for piece in pieces if piece.line == line]
        assert [sum(piece.has_label for piece in mine), sum(piece.has_tip for piece in mine)] == [1, 1]
        assert sum(len(piece.loose) for piece in mine) == 2 * (len(mine) - 1), "each cut has two loose ends"
    assert len(folded(laid, laid.width)) == 1, "no room for two"


def test_what_others_wrote_stays_text() -> None:
    odd = "<script>alert(1)</script>\u202e" + "W" * 500
    observed = Observed(
        (Step("a", odd, "flow", 9), Step("activity:b", odd, "activity", 5)),
        (Way("a", "activity:b", None, 5, 5, 1.0),),
    )

    drawing = process_map(observed)

    assert drawing is not None
    assert "<script" not in drawing.svg
    assert "\u202e" not in drawing.svg
    assert collisions(drawing) == []


def test_the_report_has_levels_of_a_map_that_was_walked(view: Callable[..., JourneyView]) -> None:
    walked = view(12)
    sizes = [drawn(process_map(walked.data.observed, share, share)) for share in (0.5, 1.0)]

    assert sizes[0] < sizes[1]
    assert all(width <= 1280 for width in widths(walked))


def drawn(drawing: Drawing | None) -> int:
    assert drawing is not None
    return drawing.svg.count('class="detour')


def widths(walked: JourneyView) -> Iterable[float]:
    for share in (0.5, 0.8):
        drawing = process_map(walked.data.observed, share, share)
        assert drawing is not None
        yield drawing.width
