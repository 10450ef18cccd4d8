"""`[sources.columns]`: which column is what, for plain tables."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from pipelines.settings.tables import (
    AnyWord,
    Consent,
    Drop,
    EventMapping,
    Read,
    Scores,
    Sentiment,
    TableMapping,
    with_lists,
)
from pipelines.settings.words import Constant, Mapped, Sql, Strict, Template, TimeColumn, Word, words


class Columns(Strict):
    """Which column is what, for kind `table`. Without occurred_at and activity the source is a link table."""

    event_id: Word | Template | Sql | None = None
    occurred_at: Word | TimeColumn | None = None
    activity: Word | Constant | Template | Mapped | Sql | None = None
    channel: Word | Constant | Template | Mapped | Sql | None = None
    initiator: Word | Constant | Mapped | Sql | None = None
    status: Word | Constant | Mapped | Sql | None = None
    session_id: Word | Template | Sql | None = None
    order: Word | None = None
    version: Word | None = None
    identities: Annotated[dict[Word, Word], BeforeValidator(with_lists)] = Field(default_factory=dict)
    attributes: Annotated[tuple[Word, ...] | None, BeforeValidator(words)] = None
    scores: Scores = Field(default_factory=dict)
    consent: Consent | None = None
    sentiment: Sentiment | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Columns:
        if (self.occurred_at is None) != (self.activity is None):
            raise ValueError("occurred_at and activity come together; a link table has neither")
        if not self.identities:
            raise ValueError("identities are missing; write identities = {customer_id = 'column'}")
        if shown := sorted(set(self.identities.values()) & set(self.attributes or ())):
            raise ValueError(f"attributes has {shown[0]!r}, which is an identity; ids are kept as pseudonyms only")
        if self.sentiment is not None and self.sentiment.column in (self.attributes or ()):
            column = self.sentiment.column
            raise ValueError(f"attributes has {column!r}, whose text is scored; its sentiment is kept only")
        if self.activity is None and len(self.identities) < 2:
            raise ValueError("a link table needs two identities or more")
        return self

    @property
    def is_link_table(self) -> bool:
        """Whether the rows only say which ids belong together."""
        return self.activity is None

    @property
    def time(self) -> TimeColumn:
        """The time column in its long form; only for sources of events."""
        return self.occurred_at if isinstance(self.occurred_at, TimeColumn) else TimeColumn(column=self.occurred_at)

    def as_table(self, read: Read, drop: tuple[Drop, ...]) -> TableMapping:
        """The same as the mapping of a source's only table."""
        return TableMapping(
            read=read,
            version=_word(self.version),
            identities={kind: Mapped(column=column) for kind, column in self.identities.items()},
            attributes=None if self.attributes is None else {name: Mapped(column=name) for name in self.attributes},
            scores=self.scores,
            consent=self.consent,
            sentiment=self.sentiment,
            events=self._events(),
            drop=drop,
        )

    def _events(self) -> tuple[EventMapping, ...]:
        activity, at = _word(self.activity), self.occurred_at
        if activity is None or at is None:
            return ()
        event = EventMapping(
            activity=activity,
            occurred_at=TimeColumn(column=at) if isinstance(at, str) else at,
            event_id=_word(self.event_id),
            channel=_word(self.channel),
            initiator=_word(self.initiator),
            status=_word(self.status),
            session_id=_word(self.session_id),
            order=_word(self.order),
        )
        return (event,)


def _word(word: Word | AnyWord | None) -> AnyWord | None:
    """In `[sources.columns]` a plain text is a column's name."""
    return Mapped(column=word) if isinstance(word, str) else word
