"""An owner's page as a document: of each map the owner's touchpoints, findings, promises and hand-overs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress

from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.document import Block, Cards, Chapter, Document, Figure, Lead, Section, Singles, Table, Tiles
from pipelines.report.drop_off import drop_off
from pipelines.report.finding_numbers import with_numbers
from pipelines.report.handovers.picture import handovers_picture
from pipelines.report.material import Material
from pipelines.report.metro.map import metro_map
from pipelines.report.numbers import count, interval, share
from pipelines.report.owners.focus import focused_on
from pipelines.report.owners.who import charged, theirs
from pipelines.report.promises import promises
from pipelines.report.sentences import Headline, Tile, cards, cost_told, occurrence_told, promise_tile, standing
from pipelines.report.text import short
from pipelines.report.vocabulary import word

_MOST_NAMED = 6


@dataclass(frozen=True)
class Theirs:
    """One map as an owner's page shows it: the whole, the part that is theirs, their touchpoints in order.

    `singles` are the cards of single journeys at these touchpoints.
    """

    owner: str
    whole: Material
    part: Material
    names: tuple[str, ...]
    singles: tuple[Singles, ...]

    @property
    def title(self) -> str:
        """The page's name of the chapter."""
        return f"{short(self.owner, 60)} · {short(self.whole.view.map.title, 80)}"


def owner_document(report: Document, materials: tuple[Material, ...], owner: str) -> Document | None:
    """The page's document; None where nothing of any map is theirs.

    Args:
        report: The whole report, whose tables the page's tables are parts of.
        materials: What the whole report was made from.
        owner: Whose page it is.
    """
    found = [_theirs(whole, chapter, owner) for whole, chapter in zip(materials, report.maps, strict=True)]
    chapters = tuple(
        Chapter(each.whole.stem, each.title, tuple(section for section in _sections(each) if section.blocks))
        for each in found
        if each.names
    )
    if not chapters:
        return None
    return Document(
        title=f"{short(report.workspace, 60)}: {short(owner, 60)}",
        workspace=report.workspace,
        run_id=report.run_id,
        as_of=report.as_of,
        snapshot_line=report.snapshot_line,
        maps=chapters,
        data=Chapter(report.data.stem, report.data.title, ()),
        language=report.language,
    )


def _theirs(whole: Material, chapter: Chapter, owner: str) -> Theirs:
    view = whole.view
    names = theirs(view, owner)
    ordered = sorted(names, key=lambda name: (view.numbers.get(name, 999), name))
    part = Material(focused_on(view, owner), whole.stem, whole.snapshot)
    return Theirs(owner, whole, part, tuple(ordered), _singles(chapter, whole, names))


def _singles(chapter: Chapter, whole: Material, names: frozenset[str]) -> tuple[Singles, ...]:
    """The cards of single journeys that are charged to a touchpoint of theirs, as the report has drawn them."""
    is_theirs = [bool(charged(card.touchpoint or card.block) & names) for card in whole.view.data.gap.cards]
    drawn = (block for block in chapter.blocks if isinstance(block, Singles))
    chosen = (replace(block, cards=tuple(compress(block.cards, is_theirs))) for block in drawn)
    return tuple(block for block in chosen if block.cards)


def _sections(t: Theirs) -> Iterator[Section]:
    yield Section("summary", t.title, (_lead(t), Tiles(_tiles(t))))
    yield _map(t)
    yield _start(t)
    yield _leaving(t)
    yield _waits(t)
    yield _handovers(t)
    yield Section("experience", tr("What customers said"), _filled(t.part, "experience", is_open=True))
    yield Section("singles", tr("Single journeys"), t.singles)


def _filled(m: Material, *names: str, is_open: bool = False) -> tuple[Table, ...]:
    """Those of the tables that have a row."""
    return tuple(m.table(name, is_open=is_open) for name in names if m.tables[name].records)


def _lead(t: Theirs) -> Lead:
    """The costliest finding leads, told as it is told everywhere."""
    view, owner = t.part.view, short(t.owner, 60)
    about = tr("Touchpoints of {owner}: {names}.", owner=owner, names=_named(t))
    first = next(iter(standing(view)), None)
    if first is None:
        return Lead(Headline(tr("Nothing stands out at the touchpoints of {owner}", owner=owner), ""), about)
    told = cost_told(view, first)
    return Lead(Headline(occurrence_told(view, first), f"{told[:1].upper()}{told[1:]}." if told else ""), about)


def _named(t: Theirs) -> str:
    told = ", ".join(t.whole.view.label(name) for name in t.names[:_MOST_NAMED])
    more = len(t.names) - _MOST_NAMED
    return told if more <= 0 else tr("{names} and {n} more", names=told, n=more)


def _tiles(t: Theirs) -> tuple[Tile, ...]:
    """What is theirs in numbers: findings, where most leave, and the promise that is kept least."""
    view, tables = t.part.view, t.part.tables
    states = Counter(word(finding.state) for finding in view.data.findings)
    told = ", ".join(f"{count(n)} {state}" for state, n in states.most_common())
    found = [Tile(count(len(standing(view))), tr("findings stand"), told or tr("none so far"), tables["findings"].name)]
    left = [row for row in view.outcomes.values() if row.leave is not None]
    if left:
        most = max(left, key=lambda row: (row.leave or 0.0, row.touchpoint))
        where = tr("leave at {touchpoint}", touchpoint=short(view.label(most.touchpoint), 60))
        sure = tr("{interval} of {n} who reached it", interval=interval(*most.leave_interval), n=count(most.reached_n))
        found.append(Tile(share(most.leave), where, sure, tables["drop_off"].name))
    here = [row.in_flight_n for row in view.outcomes.values()]
    if here and not any(isinstance(n, Withheld) for n in here):
        sure = tr("in flight, neither lost nor won yet")
        found.append(Tile(count(sum(here)), tr("stand here now"), sure, tables["drop_off"].name))
    return (*found, *promise_tile(view, tables["waits"].name))


def _map(t: Theirs) -> Section:
    whole, title = t.whole, tr("Where your touchpoints stand")
    drawings = metro_map(whole.view, whole.name("metro"), only=t.names)
    figure = Figure(whole.name("metro"), title, drawings, t.part.tables["touchpoints"].name)
    return Section("metro", title, (figure, t.part.table("touchpoints")))


def _start(t: Theirs) -> Section:
    none = tr("Nothing stands out in this run.")
    found = with_numbers(t.part.view, cards(t.part.view), {name: table.name for name, table in t.part.tables.items()})
    blocks: tuple[Block, ...] = (
        Cards(found, none),
        t.part.table("findings"),
        *_filled(t.part, "deviations", "frictions"),
    )
    return Section("start", tr("Where to start"), blocks)


def _leaving(t: Theirs) -> Section:
    m = t.part
    title = tr("Where journeys end")
    picture = m.figure("drop-off", title, drop_off(m.view, m.name("drop-off")), "drop_off")
    return Section("drop-off", title, (*picture, *_filled(m, "drop_off", is_open=True), *_filled(m, "outcomes")))


def _waits(t: Theirs) -> Section:
    m = t.part
    title = tr("Waits and promises")
    picture = m.figure("promises", title, promises(m.view, m.name("promises")), "waits")
    return Section("waits", title, (*picture, *_filled(m, "waits", is_open=True)))


def _handovers(t: Theirs) -> Section:
    m = t.part
    title = tr("Hand-overs from and to others")
    picture = m.figure("handovers", title, handovers_picture(m.view, m.name("handovers")), "handovers")
    return Section("hand-overs", title, (*picture, *_filled(m, "handovers", is_open=True)))
