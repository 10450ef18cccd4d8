"""Hand-overs: arches that do not cross, numbers told roughly beside small ones, and words that never collide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

from models.suppression import Hidden
from pipelines.privacy.cover import Cover
from pipelines.privacy.withheld import Withheld, beside, small
from pipelines.report.gap.rows import Gap, HandoverRow
from pipelines.report.handovers.arches import arches, owners
from pipelines.report.handovers.picture import handovers_picture
from pipelines.report.handovers.roughly import roughly
from pipelines.report.rows import FlowRow
from pipelines.report.view import JourneyView

View = Callable[..., JourneyView]


def handed(start: str | None, end: str | None, n: int, *, is_designed: bool = True, lost_n: int = 0) -> HandoverRow:
    return HandoverRow(start, end, n, n, is_designed, 3_600.0, 7_200.0, lost_n, 0)


def with_rows(view: JourneyView, *rows: HandoverRow) -> JourneyView:
    return replace(view, data=replace(view.data, gap=Gap(handovers=rows)))


def test_a_wider_arch_stands_above_those_that_it_spans_and_what_leads_back_is_below(view: View) -> None:
    walked = with_rows(
        view(5), handed("A", "B", 50), handed("B", "C", 40), handed("A", "C", 9, is_designed=False), handed("C", "A", 5)
    )
    found = {(arch.row.from_owner, arch.row.to_owner): arch for arch in arches(walked, ("A", "B", "C"))}

    assert {pair: (arch.level, arch.is_back, arch.kind) for pair, arch in found.items()} == {
        ("A", "B"): (0, False, "designed"),
        ("B", "C"): (0, False, "designed"),
        ("A", "C"): (1, False, "skip"),
        ("C", "A"): (0, True, "designed"),
    }
    assert found["A", "C"].left_x < found["A", "B"].left_x, "the wider one leaves on the outside: they do not cross"
    assert found["A", "C"].right_x > found["B", "C"].right_x
    assert found["A", "B"].thick > found["B", "C"].thick


def test_a_number_of_few_is_not_drawn_and_one_beside_it_without_its_number(view: View) -> None:
    walked = with_rows(
        view(5), handed("A", "B", small(10)), replace(handed("B", "C", beside(10)), p50_s=None), handed("A", "C", 30)
    )
    drawing = handovers_picture(walked, "h")

    assert drawing is not None
    told = [box.text for box in drawing.boxes]
    assert "30 · 60 min" in told
    assert "hidden" in told
    assert not any("<" in text for text in told)


def test_the_owners_stand_in_the_order_of_the_map(view: View) -> None:
    walked = view(5)
    named = [walked.map.owner_of(name) for name in walked.flow_names]
    known = list(dict.fromkeys(owner for owner in named if owner))
    rows = [handed(owner, "Zoo", 5) for owner in reversed(known)]

    assert owners(with_rows(walked, *rows)) == (*known, "Zoo")


def test_a_hand_over_beside_a_hidden_way_is_told_so_roughly_that_the_way_stays_hidden(view: View) -> None:
    """1,000 and 3 ways make 1,003: told as 1,000 the hidden way could be anything from 1 to 9, and more."""
    walked = view(5)
    journey, (one, two, three) = walked.map.journey, walked.flow_names[:3]
    points = tuple(replace(point, owner="A" if point.touchpoint == one else "B") for point in walked.data.touchpoints)
    flows = (FlowRow(one, two, None, 1_000, 1_000, 1.0), FlowRow(one, three, None, 3, 3, 1.0))
    raw = handed("A", "B", 1_003)
    data = replace(walked.data, touchpoints=points, flows=flows, gap=Gap(handovers=(raw,)))
    cover = Cover(
        10, Hidden(frozenset({(journey, "flow", one, three, None)}), frozenset({(journey, "handed", "A", "B")}))
    )
    hidden = replace(raw, n=beside(10), journeys_n=beside(10), p50_s=None, p90_s=None)

    (told,) = roughly(data, (hidden,), cover, journey)

    assert isinstance(told.n, Withheld)
    assert told.p50_s == 3_600.0
    unit = 20
    assert told.n.text == "≈ 1,000", told.n.text
    possible = [n for n in range(1, 10) if (1_000 + n + unit // 2) // unit * unit == int(told.n)]
    assert possible == list(range(1, 10))


def test_a_hand_over_of_few_people_is_never_told_roughly(view: View) -> None:
    walked = view(5)
    raw = handed("A", "B", 7)
    data = replace(walked.data, gap=Gap(handovers=(raw,)))
    hidden = replace(raw, n=small(10), journeys_n=small(10), p50_s=None, p90_s=None)

    assert roughly(data, (hidden,), Cover(10), walked.map.journey) == (hidden,)


def test_nothing_stands_on_another_with_two_owners_or_twelve(view: View) -> None:
    for n in (2, 5, 12):
        names = [f"{('Kundeservice og reklamasjon', 'Salg', 'IT')[i % 3]} {i}" for i in range(n)]
        pairs = [(a, b) for i, a in enumerate(names) for j, b in enumerate(names) if a != b and (i + j) % 3 != 2]
        rows = [handed(a, b, 10_000 // (i + 1), is_designed=i % 2 == 0, lost_n=i * 7) for i, (a, b) in enumerate(pairs)]
        drawing = handovers_picture(with_rows(view(5), *rows), "h")
        assert drawing is not None
        assert [(a.text, b.text) for a, b in combinations(drawing.boxes, 2) if a.overlaps(b)] == []
        assert [box.text for box in drawing.boxes if box.left < 0 or box.right > drawing.width] == []


def test_where_nothing_passes_there_is_no_picture(view: View) -> None:
    assert handovers_picture(with_rows(view(5)), "h") is None
    assert handovers_picture(with_rows(view(5), handed("A", None, 0, lost_n=4)), "h") is None
