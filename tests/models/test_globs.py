from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from models.globs import can_both_match, covers, is_glob, matches, plain

TEXTS = ["".join(signs) for length in range(5) for signs in product("ab", repeat=length)]
globs = st.text(alphabet="ab*?", max_size=4)


def test_wildcards_match_and_escaped_ones_are_themselves() -> None:
    assert [matches("a*", "abc"), matches("a?", "ab"), matches("a?", "a"), matches("*", ""), matches("a*", "A")] == [
        True,
        True,
        False,
        True,
        False,
    ]
    assert [matches(r"a\*", "a*"), matches(r"a\*", "ab"), matches(r"\\", "\\"), matches(r"\d", r"\d")] == [
        True,
        False,
        True,
        True,
    ]
    assert [is_glob("a*"), is_glob(r"a\*"), plain(r"a\*\?\\b")] == [True, False, r"a*?\b"]


def test_newlines_and_emojis_are_characters() -> None:
    assert matches("a?b*", "a\nb\n\n")
    assert matches("?", "🧭")


@given(globs, globs)
def test_two_globs_meet_when_one_short_text_matches_both(left: str, right: str) -> None:
    # Two globs of four signs that meet at all meet in a text of at most eight; of the letters a and b, four of each do.
    texts = ["".join(signs) for length in range(9) for signs in product("ab", repeat=length)]
    assert can_both_match(left, right) == any(matches(left, text) and matches(right, text) for text in texts)


@given(globs, globs)
def test_a_glob_that_covers_another_matches_all_its_texts(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert all(matches(wide, text) for text in TEXTS if matches(narrow, text))


@given(globs)
def test_every_glob_covers_itself_and_star_covers_every_glob(pattern: str) -> None:
    assert covers(pattern, pattern)
    assert covers("*", pattern)
