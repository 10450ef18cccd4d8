"""Maps as tables: what spreadsheets and journey-map tools export, and our own table there and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from pipelines.maps.formats.rows import cells
from pipelines.maps.formats.rows.read import read
from pipelines.maps.formats.rows.write import write
from pipelines.maps.formats.sketch import Sketch
from schemas.blocks import Flow
from schemas.errors import MapError
from schemas.journey_map import JourneyMap, load_map
from schemas.map_writing import map_tree, yaml_text

ROOT = Path(__file__).resolve().parents[4]
MAPS = [
    ROOT / "tests/schemas/full_map.yaml",
    *sorted((ROOT / "data/example/maps").glob("*.yaml")),
    *sorted((ROOT / "tests/acceptance/maps").glob("*.yaml")),
]


def read_text(text: str, folder: Path, name: str = "table.csv") -> Sketch:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return read(path)


def as_map(sketch: Sketch, folder: Path) -> JourneyMap:
    path = folder / "read.yaml"
    path.write_text(yaml_text({"journey": "j", "title": "J", **sketch.tree}, (), sketch.remarks), encoding="utf-8")
    return load_map(path)


def there_and_back(journey_map: JourneyMap, folder: Path) -> JourneyMap:
    return as_map(read_text(write(journey_map).text, folder), folder)


def touchpoints(sketch: Sketch) -> dict[str, dict[str, object]]:
    found = sketch.tree["touchpoints"]
    assert isinstance(found, dict)
    return found


def steps(sketch: Sketch) -> dict[str, list[object]]:
    phases = sketch.tree["flow"]
    assert isinstance(phases, list)
    return {phase["phase"]: phase["steps"] for phase in phases}


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_map_keeps_its_language_and_its_touchpoints_as_a_table(path: Path, tmp_path: Path) -> None:
    journey_map = load_map(path)
    again = there_and_back(journey_map, tmp_path)
    assert again.flow == journey_map.flow
    assert again.phase_goals == journey_map.phase_goals
    for section in ("touchpoints", "off_map", "exits"):
        assert map_tree(again).get(section) == map_tree(journey_map).get(section)


def test_random_flows_keep_their_language_as_a_table(
    random_flow: Callable[[np.random.Generator], Flow], same_language: Callable[[Flow, Flow], bool], tmp_path: Path
) -> None:
    rng = np.random.default_rng(11)
    for _ in range(60):
        flow = random_flow(rng)
        again = there_and_back(JourneyMap(journey="j", title="J", flow=flow), tmp_path)
        assert same_language(again.flow, flow)


def test_a_table_says_what_it_cannot_hold() -> None:
    told = write(load_map(ROOT / "tests/schemas/full_map.yaml")).lost
    assert told[0] == "the journey's name and title (import takes the file's name)"
    assert "the constraints" in told
    assert "the budget" in told
    assert not [each for each in told if "owners of" in each or "anytime" in each or "exits" in each]


def test_cells_that_would_be_formulas_are_harmless_and_read_back(tmp_path: Path) -> None:
    text = "journey: j\ntitle: J\nflow: [{phase: One, steps: [a]}]\ntouchpoints: {a: {title: '=1+1', emotion: -2}}\n"
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    journey_map = load_map(tmp_path / "map.yaml")
    assert ",'=1+1," in write(journey_map).text
    assert ",-2," in write(journey_map).text
    assert there_and_back(journey_map, tmp_path).touchpoints == journey_map.touchpoints


SMAPLY = """Buy insurance;;;;;;;;
;;;;;;;;
Stage;Step;Description;Touchpoint;Channel(s);Department;Emotion (1-5);Pain points;Moment of Truth
Awareness;See an ad;She sees it;Instagram;Social media, Web;Marketing;3;;
;Visit the site;;Website;Web;Digital;4;;
Decide;Call an adviser;;;Phone;Sales;2;"Long queue
No call back";yes
;Sign;;;E-mail;Sales;5;;x
"""


def test_an_export_with_titles_above_and_merged_phases_is_read(tmp_path: Path) -> None:
    sketch = read_text(SMAPLY, tmp_path)
    assert steps(sketch) == {"Awareness": ["see_an_ad", "visit_the_site"], "Decide": ["call_an_adviser", "sign"]}
    assert touchpoints(sketch)["call_an_adviser"] == {
        "title": "Call an adviser",
        "owner": "Sales",
        "channels": ["phone"],
        "emotion": -1,
        "moment_of_truth": True,
    }
    assert sketch.tree["channels"] == {
        "social_media": "Social media",
        "web": "Web",
        "phone": "Phone",
        "e_mail": "E-mail",
    }
    assert sketch.remarks["touchpoints", "call_an_adviser"] == "pain: Long queue / No call back"
    assert sketch.remarks["touchpoints", "see_an_ad"] == "description: She sees it\nTouchpoint: Instagram"
    assert "emotions from 1 to 5 were taken for -2 to 2" in sketch.notes
    as_map(sketch, tmp_path)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Phase,Touchpoint,Channel,Actor,Emotion,Need,Owner,Moment of truth",
            "P,Call,phone,Customer,happy,Be sure,Sales,yes",
        ),
        (
            "Fase,Trinn,Kanal,Hvem,Følelse,Behov,Ansvarlig,Sannhetens øyeblikk",
            "P,Call,phone,Kunden,glad,Be sure,Sales,ja",
        ),
        ("Fas,Steg,Kanal,Aktör,Känsla,Behov,Ansvarig,Sanningens ögonblick", "P,Call,phone,Kund,nöjd,Be sure,Sales,ja"),
        (
            "Fase,Trin,Kanaler,Afsender,Følelser,Kundens behov,Afdeling,Sandhedens øjeblik",
            "P,Call,phone,Kunde,🙂,Be sure,Sales,x",
        ),
    ],
    ids=["English", "Norwegian", "Swedish", "Danish"],
)
def test_headers_are_known_in_four_languages(header: str, row: str, tmp_path: Path) -> None:
    sketch = read_text(f"{header}\n{row}\n", tmp_path)
    assert steps(sketch) == {"P": ["call"]}
    assert touchpoints(sketch) == {
        "call": {
            "title": "Call",
            "owner": "Sales",
            "channels": ["phone"],
            "initiator": "customer",
            "need": "Be sure",
            "emotion": 1,
            "moment_of_truth": True,
        }
    }
    assert sketch.notes == ()


GRID = """My map,,,
Stages,Awareness,Consideration,Purchase
User goals,Know it exists,Compare,Get it
Steps,"• See an ad
• Hear from a friend",Compare prices,"1. Basket
2. Pay"
Touchpoints,"Instagram
Friends",Website,Website / App
Emotions,🙂,😐,😡
Opportunities,Say it shorter,,
"""


def test_phases_as_columns_and_lanes_as_rows_are_read(tmp_path: Path) -> None:
    sketch = read_text(GRID, tmp_path)
    assert steps(sketch) == {
        "Awareness": ["see_an_ad", "hear_from_a_friend"],
        "Consideration": ["compare_prices"],
        "Purchase": ["basket", "pay"],
    }
    found = touchpoints(sketch)
    assert [entry["emotion"] for entry in found.values()] == [1, 1, 0, -2, -2]
    assert [entry["channels"] for entry in found.values()] == [
        ["instagram"],
        ["friends"],
        ["website"],
        ["website", "app"],
        ["website", "app"],
    ]
    assert sketch.remarks["touchpoints", "see_an_ad"] == "Opportunities: Say it shorter"
    assert "phases were read as columns and lanes as rows" in sketch.notes


def test_the_table_of_a_common_template_is_read(tmp_path: Path) -> None:
    table = (
        "Stage | User Action | Thoughts/Feelings | Touchpoints | Pain Points | Opportunities\n"
        "Discover | Search for a course | Curious, but short of time | Google | Too much choice | Say the price\n"
        "Enrol | Sign up | Relieved | Website | | \n"
    )
    sketch = read_text(table, tmp_path)
    assert steps(sketch) == {"Discover": ["search_for_a_course"], "Enrol": ["sign_up"]}
    assert [entry["channels"] for entry in touchpoints(sketch).values()] == [["google"], ["website"]]
    assert [entry["emotion"] for entry in touchpoints(sketch).values()] == [1, 1]
    assert sketch.remarks["touchpoints", "search_for_a_course"] == (
        "pain: Too much choice\nOpportunities: Say the price\nemotion: Curious, but short of time"
    )


def test_lanes_below_phases_without_a_name_and_a_column_for_each_step(tmp_path: Path) -> None:
    sketch = read_text(",Look,,Buy\nSteps,Search,Compare,Pay\nFeeling,1,0,-1\nChannel,web,web,app\n", tmp_path)
    assert steps(sketch) == {"Look": ["search", "compare"], "Buy": ["pay"]}
    assert [entry["emotion"] for entry in touchpoints(sketch).values()] == [1, 0, -1]


def test_a_workbook_is_read_from_the_sheet_that_is_a_map(tmp_path: Path) -> None:
    path = tmp_path / "journey.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Read me").write_row(0, 0, ["Made in a workshop", "by us"])
        sheet = book.add_worksheet("Map")
        for place, row in enumerate([["Phase", "Touchpoint", "Emotion"], ["Look", "Search", 1], ["Buy", "Pay", -2]]):
            sheet.write_row(place, 0, row)
    sketch = read(path)
    assert steps(sketch) == {"Look": ["search"], "Buy": ["pay"]}
    assert touchpoints(sketch)["pay"]["emotion"] == -2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter_is_recognised(encoding: str, delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    text = "Fase,Trinn,Følelse\nKjøpe,Få tilbud,trygg\nKjøpe,Betale,0\n".replace(",", delimiter)
    path.write_bytes(text.encode(encoding))
    assert steps(read(path)) == {"Kjøpe": ["få_tilbud", "betale"]}


def test_flow_words_optional_and_order_are_understood(tmp_path: Path) -> None:
    table = (
        "No,Phase,Step,Flow,Optional\n3,Buy,Pay,repeat at most 2,\n1,Look,Search,,\n2,Look,Ask,,yes\n"
        "4,Buy,Card,one_of,\n5,Buy,Invoice,one of,\n6,Buy,Help,anytime,\n7,,Survey,anytime,\n8,,Chat,off the map,\n"
    )
    sketch = read_text(table, tmp_path)
    assert steps(sketch) == {
        "Look": ["search", {"optional": "ask"}],
        "Buy": [{"repeat": "pay", "at_most": 2}, {"one_of": ["card", "invoice"]}],
    }
    assert sketch.tree["anytime"] == ["survey"]
    assert sketch.tree["off_map"] == {"chat": {"title": "Chat"}}
    as_map(sketch, tmp_path)


@pytest.mark.parametrize(
    ("written", "scores", "told"),
    [
        (["1", "0", "-2"], [1, 0, -2], False),
        (["1", "3", "5"], [-2, 0, 2], True),
        (["0", "50", "100"], [-2, 0, 2], True),
        (["-10", "5", "10"], [-2, 1, 2], True),
        (["😡", "😐", "😍"], [-2, 0, 2], False),
        (["Frustrated, but hopeful", "", "who knows"], [-1, None, None], False),
    ],
)
def test_feelings_are_read_in_words_signs_and_any_scale(
    written: list[str], scores: list[int | None], told: bool
) -> None:
    found, scale = cells.emotions(written)
    assert found == scores
    assert bool(scale) == told


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("within 2 hours", ("2h", False)),
        ("2 virkedager", ("16h", True)),
        ("3 business days", ("24h", True)),
        ("4 business hours", ("4h", True)),
        ("30 min", ("30m", False)),
        ("soon", None),
        ("0 days", None),
    ],
)
def test_promises_are_read_from_words(written: str, length: tuple[str, bool] | None) -> None:
    assert cells.duration(written) == length


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("", "an empty file"),
        ("a,b\n1,2\n", "no column that names touchpoints"),
        ("Phase,Step\n", "a header without any touchpoint below it"),
        ("Phase,Step\n" + "x,y\n" * 2_500, "2,501 rows"),
    ],
)
def test_a_table_that_is_no_map_is_refused_in_words(text: str, got: str, tmp_path: Path) -> None:
    with pytest.raises(MapError, match=got):
        read_text(text, tmp_path)


def test_a_broken_workbook_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(MapError, match="no workbook"):
        read(path)


def test_two_hundred_damaged_tables_are_read_or_refused_in_words(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    whole = [SMAPLY, GRID, write(load_map(MAPS[0])).text]
    for at in range(200):
        signs = list(whole[at % 3])
        for _ in range(rng.integers(1, 30)):
            place = int(rng.integers(len(signs)))
            signs[place] = str(rng.choice(list("\n\";,\t'\x00={[æ😡0"))) * int(rng.integers(0, 4))
        path = tmp_path / "table.csv"
        path.write_text("".join(signs)[: int(rng.integers(1, 2_000))], encoding="utf-8")
        try:
            sketch = read(path)
            as_map(sketch, tmp_path)
        except MapError as error:
            assert error.problems
