from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import MapError
from schemas.map_file import LARGEST_BYTES, did_you_mean, read_yaml, shown


def read(folder: Path, content: str | bytes) -> MapError | dict[str, object]:
    """The tree, or the error with which the reading ended."""
    path = folder / "map.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        tree, _ = read_yaml(path, "maps/map.yaml")
    except MapError as error:
        return error
    return dict(tree)


@pytest.mark.parametrize(
    "written",
    ["on", "off", "yes", "NO", "2026-01-01", "12:30", "007", "0o17", "1_000", "1e3", ".inf", "true", "=", "<<"],
)
def test_a_value_is_the_text_that_was_written(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, f"a: {written}") == {"a": written}


@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_nothing_and_a_quoted_text_is_a_text(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, f"a: {written}\nb: '{written}'") == {"a": None, "b": written}


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("a: 1\nb:\n  - x\n  - {c: d,\n     e: f}\n")
    _, notes = read_yaml(path)
    assert notes.lines == {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4, ("b", 1, "e"): 5}
    assert (notes.line(("b", 1, "e", "deeper")), notes.line(("nowhere",))) == (5, 0)


def test_repeated_keys_aliases_and_tags_are_noted_and_the_first_value_stays(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("a: &x {b: 1}\na: {c: 2}\nd: *x\ne: !!python/name:os.system y\n")
    tree, notes = read_yaml(path)
    assert tree["a"] == {"b": "1"}
    assert [(problem.line, problem.got) for problem in notes.problems] == [
        (2, 'the key "a" again'),
        (3, "the alias *x"),
        (4, "the tag tag:yaml.org,2002:python/name:os.system"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "got"),
    [
        ("", 1, "an empty file"),
        ("# only a comment\n", 1, "an empty file"),
        ("just text", 1, '"just text"'),
        ("- a", 1, "a list of 1"),
        ("a: 1\n\tb: 2", 2, "no valid YAML (found character '\\t' that cannot start any token)"),
        ("a: b: c", 1, "no valid YAML (mapping values are not allowed here)"),
        ("a: [1\nb: 2", 2, "no valid YAML"),
        ("a: @b", 1, "no valid YAML"),
        ("{{{", 1, "a mapping or list as a key"),
        ("a: 1\n---\nb: 2", 2, "a second document in the file"),
        ('a: "\\UFFFFFFFF"', 0, "no valid YAML (an escape that is no character)"),
        (b"a: 1\nb: \xe9", 2, "bytes that are not UTF-8"),
        ("a: 1".encode("utf-16"), 1, "bytes that are not UTF-8"),
        (b"a: 1\nb: \x00", 2, "no valid YAML (unacceptable character #x0000"),
        ("a: " + "[" * 1000, 1, "more than 40 levels"),
        ("\n".join(" " * i + "a:" for i in range(1000)), 41, "more than 40 levels"),
        (b"a" * (LARGEST_BYTES + 1), 0, "1,000,001 bytes"),
    ],
)
def test_a_file_that_is_no_map_says_where_and_why(tmp_path: Path, content: str | bytes, line: int, got: str) -> None:
    error = read(tmp_path, content)
    assert isinstance(error, MapError)
    assert (error.file, error.line, error.exit_code) == ("maps/map.yaml", line, 3)
    assert error.got.startswith(got)


def test_a_bomb_of_aliases_stays_small(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)
    ]
    path = tmp_path / "map.yaml"
    path.write_text("\n".join(lines))
    tree, notes = read_yaml(path)
    assert len(str(tree)) < 1_000
    assert len(notes.problems) == 81


def test_a_file_of_another_tool_is_to_be_imported(tmp_path: Path) -> None:
    (tmp_path / "flow.bpmn").write_text("<definitions/>", encoding="utf-8")
    with pytest.raises(MapError) as caught:
        read_yaml(tmp_path / "flow.bpmn", "flow.bpmn")
    assert caught.value.got == "a .bpmn file"
    assert caught.value.hint == "terreng map import flow.bpmn --to maps/flow.yaml makes one of it"


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    for path, got in ((tmp_path / "none.yaml", "no such file"), (tmp_path, "a folder")):
        with pytest.raises(MapError) as caught:
            read_yaml(path)
        assert caught.value.got == got


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=60), st.text(alphabet="ab:-[]{},\n \t\"'&*!|>%@#?~\\", max_size=60)))
def test_whatever_the_bytes_are_the_answer_is_a_tree_or_a_map_error(tmp_path: Path, content: bytes | str) -> None:
    assert isinstance(read(tmp_path, content), (MapError, dict))


def test_a_hint_names_the_nearest_word_else_the_few_there_are() -> None:
    assert did_you_mean("tite", ["title", "journey"]) == 'did you mean "title"?'
    assert did_you_mean("xyz", ["title", "journey"]) == "known: title, journey"
    assert did_you_mean("xyz", map(str, range(13))) == ""


def test_values_are_shown_short_and_on_one_line() -> None:
    assert [shown(None), shown({"a": 1}), shown([1, 2]), shown("a\nb"), shown("x" * 99)] == [
        "nothing",
        "a mapping with a",
        "a list of 2",
        '"a b"',
        f'"{"x" * 60}..."',
    ]
