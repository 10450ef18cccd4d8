from __future__ import annotations

import gzip
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.net import Net, automaton_of, net_of
from models.process_trees import TAU, Leaf, Node, Operator, block_of, tree_of
from pipelines.mining import (
    ACTIVITY,
    CASE,
    TIME,
    Follow,
    Variant,
    directly_follows,
    discover_bpmn,
    from_pm4py,
    is_sound,
    log_frame,
    read_bpmn,
    read_pnml,
    to_pm4py,
    tree_from_pm4py,
    tree_to_pm4py,
    variants,
)
from pipelines.mining.seen import mined_block
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch
from schemas.errors import MapError, UsageError
from schemas.tables import JOURNEY_EVENTS, JOURNEYS

Event = tuple[str, str, str]  # journey, step, minute


def frame_of(events: list[Event]) -> pd.DataFrame:
    frame = pd.DataFrame(events, columns=[CASE, ACTIVITY, TIME])
    return frame.assign(**{TIME: pd.to_datetime("2026-01-01T" + frame[TIME] + "Z")})


@pytest.fixture(scope="module")
def helpdesk(shared_data: Path) -> pd.DataFrame:
    """The log as it is, in the order of the file."""
    with gzip.open(shared_data / "helpdesk" / "helpdesk.xes.gz") as file:
        root = ET.parse(file).getroot()  # noqa: S314 -- a file of the test data
    spaces = {"x": root.tag[1:].split("}")[0]} if root.tag.startswith("{") else {"x": ""}
    rows = []
    for trace in root.findall("x:trace", spaces):
        name = next(item.get("value") for item in trace if item.get("key") == ACTIVITY)
        for event in trace.findall("x:event", spaces):
            values = {item.get("key"): item.get("value") for item in event}
            rows.append((name, values[ACTIVITY], values[TIME]))
    frame = pd.DataFrame(rows, columns=[CASE, ACTIVITY, TIME])
    return frame.assign(**{TIME: pd.to_datetime(frame[TIME], utc=True, format="ISO8601")})


TIED = frame_of(
    [
        ("b", "visit", "10:00"),
        ("b", "pay", "10:00"),
        ("b", "thanks", "10:30"),
        ("a", "pay", "09:00"),
        ("a", "visit", "09:00"),
        ("a", "visit", "09:10"),
    ]
)


def test_ties_keep_the_order_of_the_frame() -> None:
    assert [variant.trace for variant in variants(TIED)] == [("pay", "visit", "visit"), ("visit", "pay", "thanks")]
    graph = directly_follows(TIED)
    assert graph.edges == (
        Follow("pay", "thanks", 1, 1_800),
        Follow("pay", "visit", 1, 0),
        Follow("visit", "pay", 1, 0),
        Follow("visit", "visit", 1, 600),
    )
    assert (graph.starts, graph.ends) == ((("pay", 1), ("visit", 1)), (("thanks", 1), ("visit", 1)))


def test_a_frame_is_left_as_it_was() -> None:
    before = TIED.copy()
    directly_follows(TIED)
    variants(TIED)
    pd.testing.assert_frame_equal(TIED, before)


def test_helpdesk_has_its_226_variants(helpdesk: pd.DataFrame) -> None:
    found = variants(helpdesk)
    assert (len(helpdesk), len(found), sum(variant.journeys_n for variant in found)) == (21_348, 226, 4_580)
    assert found[0] == Variant(
        ("Assign seriousness", "Take in charge ticket", "Resolve ticket", "Closed"), found[0].journeys_n
    )


def test_directly_follows_counts_and_medians_are_those_of_sql(helpdesk: pd.DataFrame) -> None:
    log = helpdesk.rename(columns={CASE: "ticket", ACTIVITY: "step", TIME: "moment"}).assign(place=range(len(helpdesk)))
    with duckdb.connect() as connection:
        connection.register("log", log)
        rows = connection.execute("""
            WITH pairs AS (
                SELECT step, moment, lead(step) OVER w AS next_step, lead(moment) OVER w AS next_moment
                FROM log WINDOW w AS (PARTITION BY ticket ORDER BY place)
            )
            SELECT step, next_step, count(*), median(epoch_us(next_moment) - epoch_us(moment)) / 1e6
            FROM pairs WHERE next_step IS NOT NULL GROUP BY ALL
        """).fetchall()
    wanted = {(one, other): (n, p50_s) for one, other, n, p50_s in rows}
    found = {(edge.from_name, edge.to_name): (edge.n, edge.p50_s) for edge in directly_follows(helpdesk).edges}
    assert found == wanted


def test_a_mined_model_without_noise_filter_fits_every_trace(helpdesk: pd.DataFrame, tmp_path: Path) -> None:
    mined = discover_bpmn(helpdesk, tmp_path / "mined.bpmn", noise=0)
    net = read_bpmn(mined.path)
    automaton = automaton_of(net)
    assert is_sound(net)
    assert mined.tasks == tuple(sorted(helpdesk[ACTIVITY].unique()))
    assert all(automaton.accepts(variant.trace) for variant in variants(helpdesk))


def test_a_mined_diagram_has_no_two_nodes_in_one_place(tmp_path: Path) -> None:
    mined = discover_bpmn(TIED, tmp_path / "mined.bpmn")
    bounds = ET.parse(mined.path).getroot().iterfind(".//{http://www.omg.org/spec/DD/20100524/DC}Bounds")  # noqa: S314 -- our own file
    places = [(node.get("x"), node.get("y")) for node in bounds]
    assert len(places) == len(set(places)) > 3


def test_published_journeys_of_the_default_rule_are_mined_in_their_order() -> None:
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        for table in (JOURNEYS, JOURNEY_EVENTS):
            connection.execute(table.ddl())
        for rule, journey_id in (("default", "j1"), ("strict", "j2")):
            connection.execute(
                "INSERT INTO journeys BY NAME SELECT $1 AS rule, 'buy' AS journey, 1 AS map_version, $2 AS journey_id,"
                " 'p' AS person_id, now() AS entered_at, now() AS last_at, 'in_flight' AS status,"
                " MAP {} AS segments, 0 AS reactivations_n, 2 AS events_n, false AS straddles_versions,"
                " 'this' AS assignment",
                [rule, journey_id],
            )
            for position, touchpoint in ((1, None), (0, "visit")):
                connection.execute(
                    "INSERT INTO journey_events BY NAME SELECT $1 AS journey_id, $2 AS position, 'e' AS event_id,"
                    " TIMESTAMPTZ '2026-01-01 00:00:00Z' AS occurred_at, $3 AS touchpoint, 'page' AS activity,"
                    " 'web' AS source",
                    [journey_id, position, touchpoint],
                )
        frame = log_frame(connection, "buy")
        assert frame[[CASE, ACTIVITY]].to_numpy().tolist() == [["j1", "visit"], ["j1", "page"]]
        assert log_frame(connection, "buy", by="activity")[ACTIVITY].tolist() == ["page", "page"]
        with pytest.raises(UsageError, match="known: buy"):
            log_frame(connection, "sell")


# --- nets ---

_leaf = st.sampled_from("abcd").map(Touch)


def _larger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    some = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        some.map(Sequence),
        some.map(OneOf),
        some.map(AllOf),
        inner.map(Optional),
        st.builds(Repeat, inner, st.sampled_from([None, 1, 2])),
    )


_flows = st.builds(
    lambda block, anytime: Flow((Phase("one", (block,), anytime),)),
    st.recursive(_leaf, _larger, max_leaves=5),
    st.sampled_from([(), ("z",)]),
)


@settings(max_examples=40, deadline=None)
@given(_flows)
def test_every_flow_is_a_sound_net_and_survives_the_way_to_pm4py_and_back(flow: Flow) -> None:
    net = net_of(flow)
    back = from_pm4py(*to_pm4py(net))
    assert is_sound(net)
    assert automaton_of(back).accepting.tolist() == automaton_of(net).accepting.tolist()
    assert automaton_of(back).target.tolist() == automaton_of(net).target.tolist()


def test_a_tree_survives_the_way_to_pm4py_and_back() -> None:
    a, b = Leaf("a"), Leaf("b")
    tree = Node(Operator.SEQUENCE, (Node(Operator.LOOP, (a, TAU)), Node(Operator.CHOICE, (b, TAU))))
    assert str(tree_to_pm4py(tree)) == "->( *( 'a', tau ), X( 'b', tau ) )"
    assert tree_from_pm4py(tree_to_pm4py(tree)) == tree


def test_an_inclusive_choice_is_refused_by_name() -> None:
    from pm4py.objects.process_tree.obj import Operator as Theirs
    from pm4py.objects.process_tree.obj import ProcessTree

    with pytest.raises(MapError, match='the operator "O"'):
        tree_from_pm4py(ProcessTree(operator=Theirs.OR))


@settings(max_examples=40)
@given(_flows)
def test_the_net_that_pm4py_makes_of_our_tree_allows_what_the_flow_allows(flow: Flow) -> None:
    import pm4py

    net = from_pm4py(*pm4py.convert_to_petri_net(tree_to_pm4py(tree_of(flow))))
    assert automaton_of(net).accepting.tolist() == automaton_of(net_of(flow)).accepting.tolist()
    assert automaton_of(net).target.tolist() == automaton_of(net_of(flow)).target.tolist()
    assert block_of(tree_of(flow)) is not None


def test_a_net_with_a_dead_end_is_not_sound() -> None:
    arcs = (("i", "t"), ("t", "p"), ("t", "q"), ("p", "u"), ("u", "o"))
    net = Net(("i", "p", "q", "o"), (("t", "a"), ("u", "b")), arcs, frozenset({("i", 1)}), frozenset({("o", 1)}))
    assert not is_sound(net)


def test_weights_of_arcs_survive() -> None:
    arcs = (("i", "t"), ("t", "p"), ("t", "p"), ("p", "u"), ("p", "u"), ("u", "o"))
    net = Net(("i", "p", "o"), (("t", "a"), ("u", None)), arcs, frozenset({("i", 1)}), frozenset({("o", 1)}))
    assert len(from_pm4py(*to_pm4py(net)).arcs) == 6


def test_a_public_net_and_a_public_bpmn_are_read(shared_data: Path) -> None:
    fines = read_pnml(shared_data / "traffic_fines" / "data_petri_net.pnml")
    loans = read_bpmn(shared_data / "loan_application" / "designed.bpmn")
    assert len([label for _, label in fines.transitions if label]) == 11
    assert sorted(label for _, label in loans.transitions if label)[:2] == ["AML check", "Applicant completes form"]
    assert is_sound(fines)
    assert is_sound(loans)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<a/>", b"<pnml><net/></pnml>", b"\xff\xfe", b"<!DOCTYPE a><pnml/>"]
)
def test_a_file_that_is_neither_is_a_map_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.xml"
    path.write_bytes(content)
    for read in (read_pnml, read_bpmn):
        with pytest.raises(MapError):
            read(path)


def test_a_file_that_is_not_there_is_a_map_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.bpmn", tmp_path):
        with pytest.raises(MapError, match="cannot be read"):
            read_bpmn(path)


def test_the_module_loads_without_pm4py_and_mining_says_nothing(repository: Path) -> None:
    code = (
        "import sys, pipelines.mining as m; assert 'pm4py' not in sys.modules\n"
        "import pandas as pd; f = pd.DataFrame({m.CASE: ['1', '1'], m.ACTIVITY: ['a', 'b'],"
        " m.TIME: pd.to_datetime(['2026-01-01', '2026-01-02'], utc=True)})\n"
        "m.directly_follows(f), m.variants(f)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_line_break_in_a_tasks_name_is_a_space(tmp_path: Path) -> None:
    path = tmp_path / "file.bpmn"
    path.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">'
        '<startEvent id="s"/><task id="t" name="Check&#10;the form"/><endEvent id="e"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/>'
        "</process></definitions>"
    )
    assert automaton_of(read_bpmn(path)).letters == ("Check the form",)


def test_what_xml_cannot_write_does_not_stop_discovery(tmp_path: Path) -> None:
    frame = frame_of([("j1", "a\x00b", "00"), ("j1", "c\x1b", "01")])

    discover_bpmn(frame, tmp_path / "found.bpmn")

    names = {element.get("name") for element in ET.parse(tmp_path / "found.bpmn").iter()}  # noqa: S314 -- our own file
    assert {"a\N{REPLACEMENT CHARACTER}b", "c\N{REPLACEMENT CHARACTER}"} <= names


def test_steps_that_may_not_be_shown_are_passed_by_in_the_mined_model() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE journeys AS SELECT 'j' || i AS journey_id, 'shop' AS journey, 'default' AS rule,"
                    " 'this' AS assignment FROM range(20) t(i)")  # fmt: skip
        con.execute("CREATE TABLE journey_events AS SELECT 'j' || i AS journey_id, k AS position,"
                    " CASE k WHEN 0 THEN 'visit' WHEN 2 THEN 'pay' END AS touchpoint, 'secret' AS activity"
                    " FROM range(20) t(i), range(3) s(k)")  # fmt: skip

        assert mined_block(con, "shop", ["visit", "pay"]) == Sequence((Touch("visit"), Touch("pay")))
        assert mined_block(con, "elsewhere", ["visit"]) is None
