"""Two hundred maps that something happened to: lint answers with problems and their lines, never with a traceback."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng

ROOT = Path(__file__).parents[3]
SOUND = [
    ROOT / "tests" / "schemas" / "full_map.yaml",
    *sorted((ROOT / "data" / "example" / "maps").glob("*.yaml")),
    *sorted((ROOT / "tests" / "acceptance" / "maps").glob("*.yaml")),
]
OF_EACH = 20
VALUES = (
    *("null", "~", "[]", "{}", "[[]]", "{a: b}", "-1", "0", "1e999", ".nan", "yes", "2026-13-45", "2026-02-30T25:00Z"),
    *("''", '" "', "0x10", "'|*?'", "99999999999999999999d", "&a x", "*a", "!!python/object:os.system x", "x" * 5000),
)
SIGNS = (
    "\u202e",
    "\ufeff",
    "\x00",
    "\x1b[31m",
    "😀",
    "\u00a0",
    "e\u0301",
    "\u2028",
    "ſ",
    "\t",
    "'",
    '"',
    "{",
    "]",
    ":",
    "#",
)
LINE = re.compile(r":(\d+:)? error: got .+; wanted .+")
Damage = Callable[[random.Random, str], str]


def cut(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text))]


def without_lines(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at = rng.randrange(len(lines))
    return "\n".join(lines[:at] + lines[at + rng.randint(1, 5) :])


def with_lines_again(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at, length = rng.randrange(len(lines)), rng.randint(1, 6)
    return "\n".join(lines[: at + length] + lines[at:])


def swapped(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    one, other = rng.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def indented(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at = rng.randrange(len(lines))
    lines[at] = " " * rng.randint(0, 9) + lines[at].lstrip()
    return "\n".join(lines)


def retyped(rng: random.Random, text: str) -> str:
    """Another value after a colon, three times."""
    for _ in range(3):
        places = [found.span(1) for found in re.finditer(r": ([^\s,{}\[\]]+)", text)]
        start, end = rng.choice(places)
        text = text[:start] + rng.choice(VALUES) + text[end:]
    return text


def mistyped(rng: random.Random, text: str) -> str:
    """Two letters of a word that swapped places."""
    found = rng.choice(list(re.finditer(r"\b[a-z_]{4,}\b", text)))
    at = rng.randrange(found.start(), found.end() - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def rekeyed(rng: random.Random, text: str) -> str:
    """The key of one line instead of that of another."""
    keys = list(re.finditer(r"\b[a-z_]+(?=:)", text))
    one, other = rng.choice(keys), rng.choice([*(key[0] for key in keys), "1", "''", "? [a]", "<<", "null"])
    return text[: one.start()] + other + text[one.end() :]


def deep(rng: random.Random, text: str) -> str:
    """A step within many others."""
    levels = rng.choice([5, 15, 30, 60, 3000])
    opened, closed = rng.choice(
        [("[", "]"), ("{optional: ", "}"), ("{repeat: {optional: ", "}}"), ("{one_of: [a, ", "]}")]
    )
    return re.sub(
        r"steps: *\[(\w+)", lambda found: f"steps: [{opened * levels}{found[1]}{closed * levels}", text, count=1
    )


def odd_signs(rng: random.Random, text: str) -> str:
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(SIGNS) + text[at:]
    return text


DAMAGES: tuple[Damage, ...] = (
    *(cut, without_lines, with_lines_again, swapped, indented),
    *(retyped, mistyped, rekeyed, deep, odd_signs),
)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_map_is_a_map_or_has_problems_with_their_lines(
    terreng: Terreng, tmp_path: Path, damage: Damage
) -> None:
    path, codes = tmp_path / "map.yaml", []
    for seed in range(OF_EACH):
        rng = random.Random(f"{damage.__name__} {seed}")  # noqa: S311 - which damage is no secret
        text = damage(rng, SOUND[seed % len(SOUND)].read_text(encoding="utf-8"))
        path.write_bytes(text.encode())
        lint = terreng("map", "lint", path, "--workspace", tmp_path)
        codes.append(lint.code)
        assert "Traceback" not in lint.out + lint.err
        assert "defect" not in lint.err
        told = [line.removeprefix("terreng: ") for line in lint.err.split("\n") if "error: got" in line]
        assert bool(told) == (lint.code == 3)
        assert [line for line in told if not LINE.match(line.removeprefix(str(path)))] == []
    assert set(codes) <= {0, 3}
    assert 3 in codes
