"""Which column is the time, which the activity, which tell who it was: by names and by what stands in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

from pipelines.proposal.profiles import Column
from pipelines.proposal.vocabulary import (
    ACTIVITY,
    ID_WORDS,
    MAIN_FIRST,
    NO_PERSON,
    NO_TIME,
    ORDER,
    PERSON,
    PRIVATE,
    ROW_ID,
    TIME,
    TOGETHER,
)  # fmt: skip

_PACKED = {".gz", ".zst", ".zip"}
FREE_TEXT = 40  # mean length from which on a text may say anything


@dataclass
class Guess:
    """What the columns of a table are taken for.

    Attributes:
        time: When.
        activity: What happened: a column; or a text that every row has.
        is_constant: The activity is such a text.
        event_id: A column that names the row.
        identities: Id type to column.
        order: Which of two events of one instant came first.
        channel: Where.
        session: The web session.
        attributes: Columns that are kept.
        left_out: Columns that may hold what people wrote or are called.
        unsure: What a person should look at.
    """

    time: Column | None = None
    activity: str = ""
    is_constant: bool = False
    event_id: str = ""
    identities: dict[str, str] = field(default_factory=dict)
    order: str = ""
    channel: str = ""
    session: str = ""
    attributes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    @property
    def is_link_table(self) -> bool:
        """The rows only say which ids belong together."""
        return self.time is None and len(self.identities) > 1

    @property
    def is_source(self) -> bool:
        """Whether a source can be made of it."""
        return self.is_link_table or (self.time is not None and bool(self.activity) and bool(self.identities))


def guess(columns: tuple[Column, ...], path: PurePath) -> Guess:
    """What the columns of a table most likely are."""
    found = Guess()
    filled = [column for column in columns if column.filled_n]
    found.time = _time(filled, found)
    rest = [column for column in filled if column.times is None]
    found.event_id = next((each.name for each in rest if " ".join(each.tokens) in ROW_ID and each.is_unique), "")
    _add_identities(rest, found)
    taken = {found.event_id, *found.identities.values()}
    rest = [column for column in rest if column.name not in taken]
    if found.time is not None:
        _add_activity(rest, found, path)
        _add_details(rest, found)
    _add_attributes([column for column in filled if column.name not in taken], found)
    return found


def _phrase(column: Column) -> str:
    return " ".join(column.tokens)


def _rank(column: Column, phrases: tuple[str, ...]) -> int:
    """Place of a column's name among the phrases: whole names go before names that contain one."""
    phrase = _phrase(column)
    if phrase in phrases:
        return phrases.index(phrase)
    ends = [place for place, known in enumerate(phrases) if f" {phrase} ".find(f" {known} ") >= 0]
    return len(phrases) + ends[0] if ends else 3 * len(phrases)


def _time(columns: list[Column], found: Guess) -> Column | None:
    times = [column for column in columns if column.times is not None and not NO_TIME & set(column.tokens)]
    # A whole number of days is a worse time than an instant, and what is often empty a worse one than what never is.
    named = [column for column in times if _rank(column, TIME) < 3 * len(TIME) or not column.is_whole]
    order = sorted(named, key=lambda each: (each.filled_n < each.rows_n / 2, each.times.is_days, _rank(each, TIME)))  # type: ignore[union-attr]  # filtered above
    if not order:
        return None
    others = [each.name for each in order[1:]]
    if others:
        found.unsure.append(f"the time could also be {_listed(others)}")
    return order[0]


def _add_identities(columns: list[Column], found: Guess) -> None:
    kinds: dict[str, str] = {}
    for column in columns:
        kind = id_type(column)
        if kind and column.name != found.event_id:
            kinds.setdefault(kind, column.name)
            if kinds[kind] != column.name:
                found.unsure.append(f'"{column.name}" could be a second {kind}')
    if not kinds:
        likely = [each for each in columns if _looks_like_ids(each) and each.name != found.event_id]
        if likely:
            best = min(likely, key=lambda each: each.distinct_n / each.filled_n)
            kinds["customer_id"] = best.name
            found.unsure.append(f'whether "{best.name}" tells whose row it is')
    order = sorted(kinds, key=lambda kind: MAIN_FIRST.index(kind) if kind in MAIN_FIRST else len(MAIN_FIRST))
    # The row's own id is an identity where it is the only thing that others can refer to.
    if found.event_id and not found.time and len(kinds) == 1 and "email" in kinds:
        found.identities["person_id"] = found.event_id
    found.identities |= {kind: kinds[kind] for kind in order}


def id_type(column: Column) -> str:
    """What ids of a column are called; "" where it has none of somebody."""
    tokens, words = column.tokens, set(column.tokens)
    if column.is_email:
        return "email"
    if (column.is_number and not column.is_whole) or column.distinct_n < 2 or not tokens:
        return ""
    if column.is_whole and words <= ORDER:
        return ""
    if {"left", "right"} & words and "case" in words:
        return f"case_{tokens[-1]}"
    known = [token for token in tokens if token in PERSON]
    others = words - {*PERSON, *ID_WORDS, "concept"}
    if len(tokens) == 1 and tokens[0] in TOGETHER:
        kind = TOGETHER[tokens[0]]
    elif {"phone", "mobile", "telefon", "mobil", "tlf"} & words:
        kind = "phone"
    else:
        kind = PERSON[known[0]] if known and not others and not column.has_blanks else ""
    return kind


def _looks_like_ids(column: Column) -> bool:
    ratio = column.distinct_n / column.filled_n
    is_plain = not column.has_blanks and not (column.is_number and not column.is_whole) and column.length <= FREE_TEXT
    hidden = (NO_PERSON | ORDER) & set(column.tokens)
    return (
        is_plain
        and not hidden
        and column.filled_n > column.rows_n / 2
        and 0.005 < ratio < 0.9
        and column.distinct_n > 12
    )


def _add_activity(columns: list[Column], found: Guess, path: PurePath) -> None:
    most = max(100, columns[0].rows_n // 4) if columns else 0
    words = [each for each in columns if not each.is_number and not each.is_email and 1 <= each.distinct_n <= most]
    words = [each for each in words if each.filled_n > 0.9 * each.rows_n and each.length <= 2 * FREE_TEXT]
    named = sorted(
        (each for each in words if _rank(each, ACTIVITY) < 2 * len(ACTIVITY)), key=lambda each: _rank(each, ACTIVITY)
    )
    if named:
        found.activity = named[0].name
        if _phrase(named[0]) in {"status", "type", "name", "stage"} or _rank(named[0], ACTIVITY) >= len(ACTIVITY):
            found.unsure.append(f'whether "{found.activity}" says what happened')
        return
    name = PurePath(path.stem) if path.suffix.lower() in _PACKED else path
    found.activity, found.is_constant = name.stem, True
    found.unsure.append("no column says what happened: every row is an event of the file's name")


def _add_details(columns: list[Column], found: Guess) -> None:
    for column in columns:
        tokens = set(column.tokens)
        if column.name == found.activity:
            continue
        if "session" in tokens and tokens & {"id", "key"} and not found.session:
            found.session = column.name
        elif tokens & {"channel", "kanal"} and column.distinct_n <= 20 and not found.channel:
            found.channel = column.name
        elif tokens & ORDER and tokens <= ORDER | {"no", "nr", "number", "event"} and column.is_whole:
            found.order = column.name


def _add_attributes(columns: list[Column], found: Guess) -> None:
    used = {found.activity, found.channel, found.session, found.order, found.time.name if found.time else ""}
    for column in columns:
        if column.name in used:
            continue
        if column.times is not None:
            found.attributes.append(column.name)
            continue
        is_free = column.length > FREE_TEXT or (column.has_blanks and column.distinct_n > 100)
        is_private = bool(PRIVATE & set(column.tokens)) and column.distinct_n > 12
        is_id = column.is_email or id_type(column) != ""
        (found.left_out if is_free or is_private or is_id else found.attributes).append(column.name)


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
