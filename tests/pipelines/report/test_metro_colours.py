"""Colours of the map can be read in every theme, by those who see no red or green, and on a grey printer."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pipelines.report.formats.styles import THEMES, Theme, palette

Colour = tuple[float, float, float]
# Machado, Oliveira, Fernandes 2009, severity 1, on linear light.
DEUTERANOPIA = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
PROTANOPIA = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
SEEN = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def linear(text: str) -> Colour:
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    one, two, three = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue))
    return one, two, three


def seen(text: str, eye: tuple[Colour, Colour, Colour] = SEEN) -> Colour:
    red, green, blue = (max(0.0, sum(a * b for a, b in zip(row, linear(text), strict=True))) for row in eye)
    return red, green, blue


def light(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Colour, other: Colour) -> float:
    a, b = sorted((light(one), light(other)))
    return (b + 0.05) / (a + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_words_stand_out_from_their_ground(theme: Theme) -> None:
    colours = palette(theme)
    faint = [
        (word, ground)
        for word in ("--fg", "--muted", "--skip", "--back", "--off", "--hot")
        for ground in ("--panel", "--card", "--bg")
        if contrast(seen(colours[word]), seen(colours[ground])) < 4.5
    ]
    assert faint == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_number_on_a_station_can_be_read_whatever_its_colour(theme: Theme) -> None:
    colours = palette(theme)
    pairs = [(f"--{n}{i}", f"--{f}{i}") for n, f in (("n", "f"), ("w", "v"), ("x", "d")) for i in range(5)]
    pairs.append(("--fg", "--fx"))
    assert [pair for pair in pairs if contrast(seen(colours[pair[0]]), seen(colours[pair[1]])) < 4.5] == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", [SEEN, DEUTERANOPIA, PROTANOPIA])
@pytest.mark.parametrize("letter", ["f", "v"])
def test_each_step_of_a_scale_is_darker_or_lighter_than_the_one_before(
    theme: Theme, eye: tuple[Colour, Colour, Colour], letter: str
) -> None:
    steps = [seen(palette(theme)[f"--{letter}{i}"], eye) for i in range(5)]
    ratios = [contrast(a, b) for a, b in pairwise(steps)]
    assert min(ratios) > 1.15
    lights = [light(step) for step in steps]
    assert lights in (sorted(lights), sorted(lights, reverse=True))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", [SEEN, DEUTERANOPIA, PROTANOPIA])
def test_more_and_fewer_differ_in_hue_for_every_eye(theme: Theme, eye: tuple[Colour, Colour, Colour]) -> None:
    colours = palette(theme)
    for more, fewer in (("--d4", "--d0"), ("--d3", "--d1")):
        red, blue = seen(colours[more], eye), seen(colours[fewer], eye)
        assert red[0] - red[2] > blue[0] - blue[2] + 0.15  # warm against cold


@pytest.mark.parametrize("theme", THEMES)
def test_lines_stand_out_from_the_panel(theme: Theme) -> None:
    colours = palette(theme)
    lines = ("--skip", "--back", "--off", "--ring")
    assert [line for line in lines if contrast(seen(colours[line]), seen(colours["--panel"])) < 3] == []
