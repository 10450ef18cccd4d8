"""One journey on its map as text for a terminal: the planned line above, the actual line below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.journeys.laid import UNSEEN, Column, Departure, LaidJourney, charged_to
from pipelines.report.numbers import count, duration, share, wait
from pipelines.report.text import clean
from schemas.words import Assignment

if TYPE_CHECKING:
    from pipelines.journeys.cards import DeviationCard

NARROWEST, WIDEST = 80, 120
_GUTTER = 9
_PITCH = 17  # a date and a time, and room to the next column
_WIDEST_PITCH = 24
_LINES = 3
_LEAST_TITLE = 18  # of an event; ids are never cut
_VOWELS = frozenset("aeiouyæøåäöü")


def journey_text(laid: LaidJourney, width: int, zone: ZoneInfo, ahead: Sequence[str] = ()) -> list[str]:
    """The lines of text for one journey.

    Args:
        laid: The journey.
        width: Columns of the terminal; fewer than 80 or more than 120 are not used.
        zone: In which times are told.
        ahead: Titles of the touchpoints that may come next by design.
    """
    room = min(max(width, NARROWEST), WIDEST)
    return [
        *_head(laid, zone, ahead, room),
        "",
        *two_lines(laid, room, zone),
        *_events(laid, zone, room),
        *_section("Deviations", (_departure(laid, each) for each in laid.departures), room),
        *_section("Promises", _promises(laid), room),
        *_section("Constraints", (f"{each.verdict.replace('_', ' ')}: {each.said}" for each in laid.verdicts), room),
    ]


def two_lines(laid: LaidJourney, room: int, zone: ZoneInfo | None) -> list[str]:
    """The two lines alone, in as many bands as the room needs.

    Args:
        laid: The journey.
        room: Columns of text.
        zone: In which the first moment is told; None: only the time between events is.
    """
    in_band = max(1, (room - _GUTTER) // _PITCH)
    columns = laid.columns
    pitch = min(_WIDEST_PITCH, (room - _GUTTER) // max(1, min(in_band, len(columns))))
    rails = [_rail([mark(column) for column in columns], pitch) for mark in (_planned_mark, _actual_mark)]
    lines: list[str] = []
    for start in range(0, len(columns), in_band):
        parts = [rail[start * pitch : (start + in_band) * pitch] for rail in rails]
        lines += _band(laid, columns[start : start + in_band], pitch, zone, parts)
    return lines


def _head(laid: LaidJourney, zone: ZoneInfo, ahead: Sequence[str], room: int) -> Iterator[str]:
    yield f"{laid.journey_id}  {clean(laid.title)}, map version {laid.map_version}"
    differs = len(laid.departures)
    yield f"{_size(laid)}, " + (f"{differs} deviation{'' if differs == 1 else 's'}" if differs else "as designed")
    yield from _wrapped(_status(laid, zone), room)
    if laid.assignment != Assignment.THIS:
        whose = (
            "another map's" if laid.assignment == Assignment.OTHER else "this map's or another one's, nobody can tell"
        )
        yield from _wrapped(f"counts in no summary of this map: {whose}", room)
    if ahead:
        yield from _wrapped(f"next by design: {' or '.join(ahead)}", room)
    facts = [f"person {laid.person_id}", *(f"{name} {clean(value)}" for name, value in sorted(laid.segments.items()))]
    yield from _wrapped(" · ".join([*facts, f"times in {zone.key}"]), room)


def _status(laid: LaidJourney, zone: ZoneInfo) -> str:
    stands = clean(laid.title_of(laid.touchpoint)) + (f" ({clean(laid.owner)})" if laid.owner else "")
    word = laid.status.replace("_", " ")
    if laid.status == "converted":
        return f"{word} {_moment(laid.ended_at, zone)}"
    why = f" by {clean(laid.title_of(laid.exit_kind))}" if laid.exit_kind else ""
    if laid.status == "in_flight":
        return f"{word}: stands at {stands}, last event {_moment(laid.last_at, zone)}"
    return f"{word}{why} after {stands}, {_moment(laid.ended_at, zone)}"


def _band(
    laid: LaidJourney, columns: Sequence[Column], pitch: int, zone: ZoneInfo | None, rails: Sequence[str]
) -> list[str]:
    above = [_label(laid, column.planned, pitch) for column in columns]
    below = [_label(laid, column.actual, pitch) for column in columns]
    differs = [_cell(", ".join(laid.differs(column)), pitch) for column in columns]
    return [
        *_rows("", above, pitch, at_bottom=True),
        _line("planned", rails[:1], pitch),
        _line("", [_link(column) for column in columns], pitch),
        _line("actual", rails[1:], pitch),
        *_rows("", below, pitch),
        _line("when", [_when(column, zone, pitch) for column in columns], pitch),
        *_rows("differs", differs, pitch),
        "",
    ]


def _planned_mark(column: Column) -> str:
    return "" if column.planned is None else "○" if column.move == "model" else "●"


def _actual_mark(column: Column) -> str:
    return "" if column.actual is None else "◆" if column.move == "log" else "■" if column.move is None else "●"


def _rail(marks: Sequence[str], pitch: int) -> str:
    """A line from its first stop to its last."""
    stops = [i for i, mark in enumerate(marks) if mark]
    if not stops:
        return ""
    line = "".join(mark.ljust(pitch, "─") for mark in marks)
    return " " * (stops[0] * pitch) + line[stops[0] * pitch : stops[-1] * pitch + 1]


def _link(column: Column) -> str:
    return {"sync": "│", "model": "×", "log": "+"}.get(column.move or "", "")


def _when(column: Column, zone: ZoneInfo | None, pitch: int) -> str:
    if column.actual is None:
        return ""
    if column.wait_s is None:
        return _moment(column.occurred_at, zone) if zone else "start"
    return _cut(f"+{duration(column.wait_s)}", pitch - 1)


def _line(name: str, cells: Sequence[str], pitch: int) -> str:
    return (name.ljust(_GUTTER) + "".join(cell.ljust(pitch) for cell in cells)).rstrip()


def _rows(name: str, cells: Sequence[Sequence[str]], pitch: int, at_bottom: bool = False) -> list[str]:
    """Cells of several lines side by side, without lines that are empty in all."""
    high = max(map(len, cells), default=0)
    padded = []
    for cell in cells:
        blank = [""] * (high - len(cell))
        padded.append([*blank, *cell] if at_bottom else [*cell, *blank])
    return [_line(name if i == 0 else "", [cell[i] for cell in padded], pitch) for i in range(high)]


def _label(laid: LaidJourney, name: str | None, pitch: int) -> list[str]:
    return [] if name is None else _cell(laid.title_of(name), pitch)


def _cell(text: str, pitch: int) -> list[str]:
    """A text in at most three lines that leave a blank to the next column; long words are parted with a hyphen."""
    room = pitch - 1
    lines: list[str] = []
    for word in (part for whole in clean(text).split() for part in _parts(whole, room)):
        if lines and not lines[-1].endswith("-") and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], _cut(" ".join(lines[_LINES - 1 :]), room)]


def _parts(word: str, room: int) -> Iterator[str]:
    """A word in pieces that fit, parted before a consonant that a vowel follows where there is one nearby."""
    while len(word) > room:
        places = range(room - 1, room // 2, -1)
        end = next((i for i in places if word[i].lower() not in _VOWELS and word[i + 1].lower() in _VOWELS), room - 1)
        yield f"{word[:end]}-"
        word = word[end:]
    yield word


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def _events(laid: LaidJourney, zone: ZoneInfo, room: int) -> Iterator[str]:
    """Every event on a line of its own, its id last and whole."""
    rows = [
        (
            str(column.position),
            _moment(column.occurred_at, zone),
            duration(column.wait_s) if column.wait_s is not None else "",
            clean(laid.title_of(column.actual or "")),
            clean(column.channel or ""),
            clean(f"{column.source}: {column.event_id}"),
        )
        for column in laid.columns
        if column.actual is not None
    ]
    titles = ("#", "when", "wait", "what", "channel", "event")
    most = (5, 16, 10, 34, 12, room)
    widths = [min(most[i], max(len(row[i]) for row in (titles, *rows))) for i in range(len(titles))]
    spare = room - sum(widths) - 2 * (len(widths) - 1)
    widths[3] = max(_LEAST_TITLE, widths[3] + min(0, spare))
    for row in (titles, *rows):
        cells = [_cut(text, wide).ljust(wide) for text, wide in zip(row[:-1], widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _departure(laid: LaidJourney, departure: Departure) -> str:
    charged = clean(charged_to(departure.touchpoint, departure.block, laid.titles))
    took = ""
    if departure.wait_s is not None and departure.promised_s is not None:
        took = f", {duration(departure.wait_s)} where {duration(departure.promised_s)} was promised"
    at = "" if departure.position is None else f" at event {departure.position}{_event(laid, departure)}"
    owner = f", owner {clean(departure.owner)}" if departure.owner else ""
    return f"{departure.kind.replace('_', ' ')}: {charged}{at}{took}{owner}"


def _event(laid: LaidJourney, departure: Departure) -> str:
    """What the event is that shows a deviation, where it is another than what is charged."""
    if departure.kind in UNSEEN:
        return ""
    names = [column.actual for column in laid.columns if column.position == departure.position and column.actual]
    return f" ({clean(laid.title_of(names[0]))})" if names and names[0] != departure.touchpoint else ""


def _promises(laid: LaidJourney) -> Iterator[str]:
    for each in laid.promises:
        took = "" if each.wait_s is None else f" after {wait(each.wait_s, each.calendar)}"
        ends = f"{clean(laid.title_of(each.ready))} → {clean(laid.title_of(each.served))}"
        yield f"{each.outcome}{took}: {ends} within {wait(each.promised_s, each.calendar)}"


def _section(title: str, found: Iterable[str], room: int) -> Iterator[str]:
    lines = [line for text in found for line in _wrapped(text, room - 2)]
    if lines:
        yield from ("", title, *(f"  {line}" for line in lines))


def _wrapped(text: str, room: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > room:
            yield line
            line = f"  {word}"
        else:
            line = f"{line} {word}" if line else word
    yield line


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def card_text(card: DeviationCard, width: int) -> list[str]:
    """The lines of text for one card: how often, three journeys, and the SQL for the others."""
    room = min(max(width, NARROWEST), WIDEST)
    of = f" of the {count(card.opportunities_n)} that came so far" if card.opportunities_n is not None else ""
    rate = f" ({share(card.rate)})" if card.rate is not None else ""
    owner = f"; owner {clean(card.owner)}" if card.owner else ""
    lines = [clean(f"{card.examples[0].title}: {card.heading}")]
    lines += _wrapped(f"{count(card.journeys_n)} journey{'' if card.journeys_n == 1 else 's'}{of}{rate}{owner}", room)
    for number, laid in enumerate(card.examples, 1):
        lines += [
            "",
            f"{number}. {laid.journey_id}, {laid.status.replace('_', ' ')}, {_size(laid)}",
            "",
            *two_lines(laid, room, None),
        ]
    return [*lines, "The others (in published/terreng.duckdb):", "", card.sql + ";"]


def _size(laid: LaidJourney) -> str:
    span = duration((laid.last_at - laid.entered_at).total_seconds())
    return f"{laid.events_n} event{'' if laid.events_n == 1 else 's'} in {span}"
