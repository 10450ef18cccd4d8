from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from models.automaton import Automaton, compile_flow, is_same_language
from models.net import automaton_of
from pipelines.maps.formats.bpmn.read import read
from pipelines.maps.formats.sketch import Sketch
from pipelines.mining import read_bpmn
from schemas.errors import MapError
from schemas.journey_map import JourneyMap, load_map
from schemas.map_writing import yaml_text

SPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
Draw = Callable[..., Path]

_SHORT = {"start": "startEvent", "end": "endEvent", "x": "exclusiveGateway", "and": "parallelGateway"}


def element(text: str) -> str:
    """An element from "kind id name": kinds are start, end, x, and, or a BPMN word; attributes follow a |."""
    head, _, attributes = text.partition("|")
    kind, name, *words = head.split()
    named = f' name="{" ".join(words)}"' if words else ""
    return f'<{_SHORT.get(kind, kind)} id="{name}"{named} {attributes}/>'


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Writes a BPMN file from elements and flows ("a b c" is a to b to c); an element may be XML of its own."""

    def written(elements: list[str], flows: list[str], before: str = "", inside: str = "") -> Path:
        parts = [part if part.startswith("<") else element(part) for part in elements]
        pairs = [pair for line in flows for pair in pairwise(line.split())]
        lines = [
            f'<sequenceFlow id="f{at}" sourceRef="{one}" targetRef="{other}"/>' for at, (one, other) in enumerate(pairs)
        ]
        body = "\n".join([*parts, *lines])
        path = tmp_path / "drawn.bpmn"
        path.write_text(
            f'<definitions xmlns="{SPACE}">{before}\n'
            f'<process id="p" name="Buy a line">{inside}\n{body}\n</process></definitions>',
            encoding="utf-8",
        )
        return path

    return written


def loaded(sketch: Sketch, folder: Path) -> JourneyMap:
    path = folder / "read.yaml"
    path.write_text(yaml_text({"journey": "j", "title": "J", **sketch.tree}), encoding="utf-8")
    return load_map(path)


def steps(sketch: Sketch) -> list[Any]:
    phases: Any = sketch.tree["flow"]
    assert len(phases) == 1
    return list(phases[0]["steps"])


@pytest.mark.parametrize(
    ("elements", "flows", "wanted"),
    [
        (["start s", "task a Ask", "task b Buy", "end e"], ["s a b e"], ["Ask", "Buy"]),
        (
            ["start s", "x g", "task a Ask", "task b Buy", "x h", "end e"],
            ["s g a h e", "g b h"],
            [{"one_of": ["Ask", "Buy"]}],
        ),
        (
            ["start s", "and g", "task a Ask", "task b Buy", "and h", "end e"],
            ["s g a h e", "g b h"],
            [{"all_of": ["Ask", "Buy"]}],
        ),
        (["start s", "x g", "task a Ask", "x h", "end e"], ["s g a h e", "h g"], [{"repeat": "Ask"}]),
        (
            ["start s", "x g", "task a Ask", "task b Buy", "x h", "end e"],
            ["s g a h e", "h b g"],
            ["Ask", {"optional": {"repeat": ["Buy", "Ask"]}}],
        ),
        # no start, no end: what has no flow in begins, what has no flow out ends
        (["task a Ask", "task b Buy"], ["a b"], ["Ask", "Buy"]),
        # two flows out of a task are both taken, two flows into one are not joined
        (
            ["start s", "task a Ask", "task b Buy", "task c Call", "and h", "end e"],
            ["s a b h e", "a c h"],
            ["Ask", {"all_of": ["Buy", "Call"]}],
        ),
        (
            ["start s", "start t", "task a Ask", "task b Buy", "task c Call", "end e"],
            ["s a c e", "t b c"],
            [{"one_of": ["Ask", "Buy"]}, "Call"],
        ),
        # an event between start and end is a step, one without a name is none
        (
            ["start s", "intermediateCatchEvent a Paid", "intermediateThrowEvent b", "task c Call", "end e"],
            ["s a b c e"],
            ["Paid", "Call"],
        ),
        (
            ["start s", "eventBasedGateway g", "intermediateCatchEvent a Paid", "receiveTask b Told", "end e", "end f"],
            ["s g a e", "g b f"],
            [{"one_of": ["Paid", "Told"]}],
        ),
        (
            ["start s", '<task id="a" name="Ask"><standardLoopCharacteristics loopMaximum="3"/></task>', "end e"],
            ["s a e"],
            [{"repeat": "Ask", "at_most": 3}],
        ),
        (
            ["start s", '<task id="a" name="Ask"><standardLoopCharacteristics testBefore="true"/></task>', "end e"],
            ["s a e"],
            [{"optional": {"repeat": "Ask"}}],
        ),
        # the same name again and again, each time if need be
        (
            ["start s", "task a Ask", "x g", "task b Ask", "x h", "task c Ask", "x k", "end e"],
            ["s a g b h c k e", "g k", "h k"],
            [{"repeat": "Ask", "at_most": 3}],
        ),
        (
            ["start s", "task a Ask?|", "task b Buy&#10;it", "end e"],
            ["s a b e"],
            ["Ask", "Buy it"],
        ),
    ],
)
def test_a_drawing_becomes_the_flow_that_it_means(
    draw: Draw, elements: list[str], flows: list[str], wanted: list[Any], tmp_path: Path
) -> None:
    sketch = read(draw(elements, flows))
    assert steps(sketch) == wanted
    loaded(sketch, tmp_path)


@pytest.mark.parametrize(
    ("elements", "flows", "got"),
    [
        (
            ["start s", "inclusiveGateway g Which", "task a", "task b", "end e", "end f"],
            ["s g a e", "g b f"],
            '"Which" .id g.',
        ),
        (["start s", "complexGateway g", "task a", "end e"], ["s g a e"], "complexGateway"),
        (["start s", "adHocSubProcess a Any", "end e"], ["s a e"], 'adHocSubProcess "Any"'),
        (
            ["start s", "task a Ask", "task b", '<boundaryEvent id="t" attachedToRef="a"/>', "end e", "end f"],
            ["s a e", "t b f"],
            "boundaryEvent .id t. on a",
        ),
        (
            ["start s", '<task id="a" name="Ask" isForCompensation="true"/>', "end e"],
            ["s a e"],
            '"Ask" .id a. for comp',
        ),
        (["start s", "task a Ask", "end e"], ["s a z", "a e"], 'to or from "z"'),
        (["start s", "task a Ask", "task a Buy", "end e"], ["s a e"], 'the id "a" again'),
        (
            ["start s", "task a Ask", "task b Lost", "task c", "end e"],
            ["s a e", "b c b"],
            '"Lost" .id b., to which no way',
        ),
        (
            ["start s", "x g", "task a Ask", "task b Stuck", "end e"],
            ["s g a e", "g b b"],
            '"Stuck" .id b., from which no',
        ),
        (["task a Ask", "task b Buy", "x g", "end e"], ["a g e", "b g"], "without a flow into them"),
        (
            ["start s", "x g", "task a Ask", "task b Buy", "and h Wait", "end e"],
            ["s g a h e", "g b h"],
            'stops at .*"Wait"',
        ),
        (
            ["start s", "and g", "task a Ask", "task b Buy", "x h Twice", "end e"],
            ["s g a h e", "g b h"],
            "twice at once",
        ),
        (
            ["start s", "and g", "task a Ask", "task b Buy", "end e", "end f"],
            ["s g a e", "g b f"],
            "has ended and still runs",
        ),
        (
            ["start s", "and g", "task a", "task b Ask", "and h", "task c Buy", "and k", "task d", "and m", "end e"],
            ["s g a h c m e", "g b k d m", "h k"],
            "parallel branches that are not blocks",
        ),
        (["start s", "task a", "end e"], ["s a e"], "without a named task"),
        ([], [], "no process with elements"),
        (["start s", "x g", "end e"], ["s g e", "g g"], "without a named task"),
        (["start s", "task a Ask"], ["a s"], "no start|into start"),
    ],
)
def test_what_no_map_can_say_is_refused_by_its_name(
    draw: Draw, elements: list[str], flows: list[str], got: str
) -> None:
    with pytest.raises(MapError, match=got) as caught:
        read(draw(elements, flows))
    problems = caught.value.problems
    assert "drawn.bpmn" in (problems[0].file if problems else caught.value.file)


def test_every_refused_element_is_told_at_once_with_its_line(draw: Draw) -> None:
    with pytest.raises(MapError) as caught:
        read(draw(["start s", "complexGateway g", "adHocSubProcess a", "end e"], ["s g a e"]))
    assert [problem.line for problem in caught.value.problems if "adHoc" in problem.got] == [5]
    assert {"complexGateway (id g)", "adHocSubProcess (id a)"} <= {problem.got for problem in caught.value.problems}


def test_messages_between_two_pools_are_refused(draw: Draw) -> None:
    pools = (
        '<collaboration id="c"><participant id="q" processRef="p"/><participant id="r" processRef="o"/>'
        '<messageFlow id="m" name="Order" sourceRef="x1" targetRef="a"/></collaboration>'
        '<process id="o"><task id="x1" name="Say"/></process>'
    )
    with pytest.raises(MapError, match='messageFlow "Order" between pools'):
        read(draw(["start s", "task a Ask", "end e"], ["s a e"], before=pools))


def test_conditional_flows_out_of_a_task_are_an_inclusive_choice_unless_they_are_either_or(draw: Draw) -> None:
    flows = (
        '<sequenceFlow id="c1" sourceRef="a" targetRef="b"><conditionExpression>x</conditionExpression></sequenceFlow>'
        '<sequenceFlow id="c2" sourceRef="a" targetRef="c"/>'
    )
    tasks = ["start s", "task b Buy", "task c Call", "end e", flows]
    sketch = read(draw([*tasks, 'task a Ask|default="c2"'], ["s a", "b e", "c e"]))
    assert steps(sketch) == ["Ask", {"one_of": ["Buy", "Call"]}]
    assert any("1 condition on the flows" in note for note in sketch.notes)
    with pytest.raises(MapError, match='conditional flows out of task "Ask"'):
        read(draw([*tasks, "task a Ask"], ["s a", "b e", "c e"]))


def test_sub_processes_at_the_top_are_phases_and_those_below_are_blocks(draw: Draw) -> None:
    def body(name: str, title: str, *tasks: str) -> str:
        flow = "".join(
            f'<sequenceFlow id="{name}{at}" sourceRef="{name}_{one}" targetRef="{name}_{other}"/>'
            for at, (one, other) in enumerate(pairwise(tasks))
        )
        return (
            f'<subProcess id="{name}" name="{title}">'
            + "".join(f'<task id="{name}_{task}" name="{task}"/>' for task in tasks)
            + f"{flow}</subProcess>"
        )

    elements = ["start s", body("u", "Look", "Ask", "See"), body("v", "Order", "Buy"), "task a Wait", "x g", "x h"]
    sketch = read(draw([*elements, body("w", "Help", "Call", "Chat"), "end e"], ["s u v a g w h e", "g h"]))
    assert sketch.tree["flow"] == [
        {"phase": "Look", "steps": ["Ask", "See"]},
        {"phase": "Order", "steps": ["Buy"]},
        {"phase": "Phase 3", "steps": ["Wait", {"optional": ["Call", "Chat"]}]},
    ]


def test_lanes_are_owners_documentation_is_the_need_and_a_timer_is_a_promise(draw: Draw) -> None:
    lanes = (
        '<laneSet><lane name="Sales"><flowNodeRef>a</flowNodeRef></lane><lane name="Service">'
        '<childLaneSet><lane name="Desk"><flowNodeRef>b</flowNodeRef></lane></childLaneSet>'
        "<flowNodeRef>b</flowNodeRef></lane></laneSet>"
    )
    task = '<task id="a" name="Ask"><documentation>Know what\n it costs</documentation></task>'
    timer = (
        '<intermediateCatchEvent id="t" name="2 days"><timerEventDefinition><timeDuration>P1DT24H</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )
    sketch = read(draw(["start s", task, timer, "task b Buy", "end e"], ["s a t b e"], inside=lanes))
    assert sketch.tree["title"] == "Buy a line"
    assert sketch.tree["touchpoints"] == {
        "Ask": {"owner": "Sales", "need": "Know what it costs", "promise": {"next": "Buy", "within": "2d"}},
        "Buy": {"owner": "Desk"},
    }
    assert any("Ask promises Buy within 2d, guessed" in note for note in sketch.notes)


def test_a_timer_without_a_length_is_told_and_is_no_promise(draw: Draw) -> None:
    timer = (
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeCycle>R3/P1M</timeCycle></timerEventDefinition>'
        "</intermediateCatchEvent>"
    )
    sketch = read(draw(["start s", "task a Ask", timer, "task b Buy", "end e"], ["s a t b e"]))
    assert "touchpoints" not in sketch.tree
    assert any('"R3/P1M" is no promise' in note for note in sketch.notes)


def test_a_clock_on_the_edge_of_a_task_is_a_promise(draw: Draw) -> None:
    clock = (
        '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>PT4H</timeDuration></timerEventDefinition></boundaryEvent>"
    )
    sketch = read(draw(["start s", "task a Ask", clock, "task b Buy", "end e"], ["s a b e"]))
    assert sketch.tree["touchpoints"] == {"Ask": {"promise": {"next": "Buy", "within": "4h"}}}


def test_what_is_left_out_is_told(draw: Draw) -> None:
    note = '<textAnnotation id="n"><text>Mind the gap</text></textAnnotation>'
    foreign = '<extensionElements><f:form xmlns:f="urn:forms"/></extensionElements>'
    elements = ["start s Begun", f'<task id="a" name="Ask">{foreign}</task>', "task b", note, "end e"]
    notes = "\n".join(read(draw(elements, ["s a b e"])).notes)
    for words in ("the start Begun", "1 step without a name", 'the annotation "Mind the gap"', "1 extension of f"):
        assert words in notes


def language_of(sketch: Sketch, folder: Path) -> Automaton:
    return compile_flow(loaded(sketch, folder).flow)


@pytest.mark.parametrize("name", ["loan_application/designed.bpmn", "receipt_two_systems/receipt.bpmn"])
def test_a_public_model_allows_as_a_map_what_pm4py_says_that_it_allows(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    sketch = read(shared_data / name)
    assert is_same_language(language_of(sketch, tmp_path), automaton_of(read_bpmn(shared_data / name)))


def test_the_map_of_loans_is_what_was_written_by_hand(shared_data: Path, tmp_path: Path, repository: Path) -> None:
    by_hand = load_map(repository / "tests" / "acceptance" / "maps" / "loan_application.yaml")
    sketch = read(shared_data / "loan_application" / "designed.bpmn")
    assert is_same_language(language_of(sketch, tmp_path), compile_flow(by_hand.flow))
