"""How the rows of one table become events: what plain tables, event logs and connectors all turn into."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from pipelines.id_types import MERGED, type_of
from pipelines.settings.words import Constant, Mapped, Sql, Strict, Template, TimeColumn, Word, Words, Zone

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]
PIECES_MOST = 4  # ids in one field that are taken
SCORES = ("nps", "csat", "ces")


def _literal(value: object) -> object:
    return {"value": value} if isinstance(value, str) else value


def _column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


def _columns(value: object) -> object:
    """`["a", "b"]` for `{a = "a", b = "b"}`."""
    listed = [value] if isinstance(value, str) else value
    return {name: name for name in listed} if isinstance(listed, list | tuple) else value


def with_lists(value: object) -> object:
    """Identities in which a type may have a list of words: several ids of one type on a row.

    The first is the event's. Where the type is of kind `person`, the others are ids that were merged into it.
    """
    if not isinstance(value, dict):
        return value
    found: dict[object, object] = {}
    for kind, told in value.items():
        words = [piece for word in (told if isinstance(told, list | tuple) else [told]) for piece in _pieces(word)]
        for place, word in enumerate(words):
            name = kind if place == 0 else f"{MERGED}{kind}" if place == 1 else f"{MERGED}{kind}~{place}"
            found[name] = word
    return found


def _pieces(word: object) -> list[object]:
    """`{column = "x", split = ";"}`: a column with several ids, as a text or as a JSON list."""
    if not isinstance(word, dict) or "split" not in word:
        return [word]
    name, sign = str(word.get("column")).replace('"', '""'), str(word["split"]).replace("'", "''")
    text = f"""regexp_replace("{name}", '[][" ]', '', 'g')"""
    return [{"sql": f"split_part({text}, '{sign}', {place})"} for place in range(1, PIECES_MOST + 1)]


def id_type_of(identity: str) -> str:
    """The id type of a key of `identities`: `merged_contact` and `merged_contact~2` are of type `contact`."""
    return type_of(identity.partition("~")[0])


def _known_scores(scores: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(scores) - set(SCORES)):
        raise ValueError(f"{unknown[0]!r} is no score; the scores are {', '.join(SCORES)}")
    return scores


AnyWord = Constant | Mapped | Template | Sql
Text = Annotated[AnyWord, BeforeValidator(_literal)]  # a plain text is meant as it stands
FromColumn = Annotated[AnyWord, BeforeValidator(_column)]  # a plain text is a column's name
When = Annotated[TimeColumn, BeforeValidator(_column)]
Attributes = Annotated[dict[Word, FromColumn], BeforeValidator(_columns)]
Scores = Annotated[dict[str, FromColumn], AfterValidator(_known_scores)]
Identities = Annotated[dict[Word, FromColumn], BeforeValidator(with_lists)]
Globs = dict[Word, Words]


class Read(Strict):
    """How the bytes are to be read; None: recognised, and shown in the notes of the run.

    Attributes:
        encoding: Of the text.
        delimiter: Between fields.
        quote: Around fields that hold a delimiter; "": fields are never quoted, and a quote sign is text.
        decimal: Mark in numbers.
        header_rows: Rows above the data; the first names the columns.
        sheet: Of a workbook.
        names: Names of the columns of files that have no header.
        names_from: File beside the delivered one that has those names, in one line.
        records: Name of the list in a JSON document whose elements are the rows, with dots where it lies deeper.
    """

    encoding: Word | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    quote: Literal["", '"'] | None = None
    decimal: Literal[".", ","] | None = None
    header_rows: Annotated[int, Field(ge=0, le=20)] = 1
    sheet: Word | None = None
    names: Words | None = None
    names_from: Word | None = None
    records: Word | None = None


class Drop(Strict):
    """Rows that are known noise: every named column matches one of its globs, and none of `unless` does."""

    reason: Word
    where: Annotated[Globs, Field(min_length=1)]
    unless: Globs = Field(default_factory=dict)


class Consent(Strict):
    """Rows of people who said no are dropped; rows that say nothing pass.

    Attributes:
        column: What the person said.
        granted: Globs of what means yes.
    """

    column: Word
    granted: Words


class Sentiment(Strict):
    """Free text that goes no further than a score.

    Attributes:
        column: The text.
        language: Its language, or the column that names it: a guess would be a wrong score.
        words: Further words and what they are worth.
    """

    column: Word
    language: Text
    words: dict[Word, float | int] = Field(default_factory=dict)


class Lookup(Strict):
    """Labels from another table of the same source.

    Attributes:
        table: The table that has them.
        key: Its column that names a row.
        on: Our column that refers to it.
        separator: Between several keys in our column; what follows a "=" in one is not looked at.
        take: New column of ours to the column of theirs.
    """

    table: Name
    key: Word
    on: FromColumn
    separator: Word | None = None
    take: Annotated[dict[Word, Word], Field(min_length=1)]


class EventMapping(Strict):
    """What a row says happened. The attributes are words, as the shared format tells them."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]*$")] = ""
    activity: Text
    occurred_at: When
    event_id: Text | None = None
    where: Globs = Field(default_factory=dict)
    unless: Globs = Field(default_factory=dict)
    when_empty: Literal["refuse", "skip"] = "refuse"
    when_future: Literal["refuse", "skip"] = "refuse"
    channel: Text | None = None
    initiator: Text | None = None
    status: Text | None = None
    session_id: Text | None = None
    order: FromColumn | None = None
    identities: Identities = Field(default_factory=dict)
    attributes: Attributes = Field(default_factory=dict)


class TableMapping(Strict):
    """One table of a source.

    Attributes:
        name: Of the table; "" for the only one of a plain source.
        id_prefix: Stands before published event ids; "": the name. Tables that share it tell of the same events.
        role: Whether its rows give events and links, or labels for other tables, or it is known and left aside.
        why: Why it is left aside.
        files: Globs of the file's name without extension and packing, any case.
        columns: Columns that have to be there.
        wanted: Columns that the settings of the workspace name: they have to be there, too.
        aliases: Other names that a column has in replicas.
        read: How its bytes are read.
        timezone: Of times that name none; "": the workspace's.
        explode: Column with a JSON list: one row for each element.
        version: Of several versions of one event the one with the largest text here wins.
        identities: Id type to word, for every row.
        attributes: Kept texts; None: all columns that are not used otherwise.
        scores: Answers to nps, csat and ces questions.
        consent: Who said no.
        sentiment: Free text to score.
        events: What a row says happened; none: it only links ids.
        drop: Rows that are known noise.
        lookups: Labels from other tables.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]*$")] = ""
    id_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]*$")] = ""
    role: Literal["events", "lookup", "unused"] = "events"
    why: str = ""
    files: Words = ()
    columns: Words = ()
    wanted: Words = ()
    aliases: dict[Word, Words] = Field(default_factory=dict)
    read: Read = Read()
    timezone: Zone | Literal[""] = ""
    explode: Word | None = None
    version: FromColumn | None = None
    identities: Identities = Field(default_factory=dict)
    attributes: Attributes | None = None
    scores: Scores = Field(default_factory=dict)
    consent: Consent | None = None
    sentiment: Sentiment | None = None
    events: tuple[EventMapping, ...] = ()
    drop: tuple[Drop, ...] = ()
    lookups: tuple[Lookup, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> TableMapping:
        keys = [event.key for event in self.events]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            told = f"key {twice[0]!r}" if twice[0] else "no key"
            raise ValueError(f"table {self.name!r} has several events with {told}; each needs its own")
        if (self.role == "unused") != bool(self.why):
            raise ValueError(f'table {self.name!r}: role = "unused" and why = "..." come together')
        if self.role != "events" and (self.events or self.identities):
            raise ValueError(f"table {self.name!r} is no table of events; it has neither events nor identities")
        if self.role == "events" and not self.events and len(self.identities) < 2:
            raise ValueError(f"table {self.name!r} has no event and less than two identities; it says nothing")
        for event in self.events:
            if not {**self.identities, **event.identities}:
                raise ValueError(f"table {self.name!r} has an event without identities; add [tables.identities]")
        self._refuse_shown_ids()
        return self

    def _refuse_shown_ids(self) -> None:
        """Ids are kept as pseudonyms only."""
        ids = [self.identities, *(event.identities for event in self.events)]
        hidden = {word.column for of in ids for word in of.values() if isinstance(word, Mapped)}
        for kept in (self.attributes or {}, *(event.attributes for event in self.events)):
            for name, word in kept.items():
                if isinstance(word, Mapped) and word.column in hidden and not word.values:
                    raise ValueError(f"attributes has {name!r}, which is an identity; ids are kept as pseudonyms only")
                if self.sentiment and isinstance(word, Mapped) and word.column == self.sentiment.column:
                    raise ValueError(f"attributes has {name!r}, whose text is scored; its sentiment is kept only")

    @property
    def id_types(self) -> tuple[str, ...]:
        """Id types in the order in which they are an event's main one."""
        found = dict.fromkeys(self.identities)
        for event in self.events:
            found |= dict.fromkeys(event.identities)
        return tuple(found)


class TableChanges(Strict):
    """`[sources.tables.X]`: what a workspace adds to a connector's table."""

    files: Words = ()
    aliases: dict[Word, Words] = Field(default_factory=dict)
    identities: Identities = Field(default_factory=dict)
    attributes: Attributes = Field(default_factory=dict)
    scores: Scores = Field(default_factory=dict)
    consent: Consent | None = None
    sentiment: Sentiment | None = None
    skip_events: Words = ()
    events: tuple[EventMapping, ...] = ()
    drop: tuple[Drop, ...] = ()
    read: Read | None = None
    timezone: Zone | Literal[""] = ""
