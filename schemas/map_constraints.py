"""Rules on a journey that no flow can say: what must be answered, what may not follow, how often, in which channel."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from schemas.durations import duration
from schemas.map_parts import DurationS, Part, Text, wrong
from schemas.words import Calendar, ConstraintKind

_KINDS = "response, not_after, at_most or same_channel"


def _pair(value: object) -> object:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise wrong("two touchpoints such as [complaint, reply]")
    return value


def _yes_or_pair(value: object) -> object:
    if isinstance(value, (list, tuple)):
        if not all(isinstance(name, str) and name.strip() for name in value):
            raise wrong("two touchpoints such as [ask, answer]")
        return _pair(value)
    words = {"true": True, "false": False}
    if not isinstance(value, (bool, str)) or str(value).lower() not in words:
        raise wrong("true, or two touchpoints such as [ask, answer]")
    return words[str(value).lower()]


Pair = Annotated[tuple[Text, Text], BeforeValidator(_pair)]
# The validator settles which of the two it is, so that a mistake is told once and not for each.
YesOrPair = Annotated[bool | tuple[str, str], BeforeValidator(_yes_or_pair)]


class Constraint(Part):
    """One rule; its fields are the keys of the file, its properties what they mean.

    Attributes:
        response: Every first is answered by a second after it.
        not_after: No second after a first.
        at_most: So many of `of` in one journey, and no more.
        of: What `at_most` counts.
        same_channel: A pair: each second comes in the channel of the first before it. True, of a response: so does
            the answer.
        within_s: How soon the response comes, seconds of its calendar; None: as long as the journey lasts.
        calendar: The clock of `within_s`.
        name: Its name in tables; "": made of what it says.
        owner: Who answers for it; None: the owner of what it is charged to.
        why: What it is for.
    """

    response: Pair | None = None
    not_after: Pair | None = None
    at_most: int | None = Field(default=None, ge=1, le=1000)
    of: Text | None = None
    same_channel: YesOrPair = False
    within_s: DurationS | None = Field(default=None, alias="within")
    calendar: Calendar | None = None
    name: str = ""
    owner: Text | None = None
    why: str = ""

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Constraint:
        if len(self._kinds()) != 1:
            raise wrong(f"one of {_KINDS}", "put each rule into a list item of its own")
        if (self.of is None) != (self.at_most is None):
            raise wrong("at_most and of together", "{at_most: 2, of: reminder}")
        if self.within_s is not None and self.response is None:
            raise wrong("within with a response alone")
        if self.calendar is not None and self.within_s is None:
            raise wrong("a calendar with within alone")
        if self.same_channel is True and self.response is None:
            raise wrong("same_channel: true with a response alone", "same_channel: [ask, answer] is a rule of its own")
        if self.second is not None and self.first == self.second:
            raise wrong("two different touchpoints", "at_most counts the same one")
        return self

    def _kinds(self) -> list[ConstraintKind]:
        given = (
            (ConstraintKind.RESPONSE, self.response is not None),
            (ConstraintKind.NOT_AFTER, self.not_after is not None),
            (ConstraintKind.AT_MOST, self.at_most is not None or self.of is not None),
            (ConstraintKind.SAME_CHANNEL, not isinstance(self.same_channel, bool)),
        )
        # Alone it has a message of its own.
        return [kind for kind, is_given in given if is_given] or [ConstraintKind.SAME_CHANNEL] * bool(self.same_channel)

    @property
    def kind(self) -> ConstraintKind:
        """Which of the four rules it is."""
        return self._kinds()[0]

    @property
    def _pair(self) -> tuple[str | None, str | None]:
        channel_pair = None if isinstance(self.same_channel, bool) else self.same_channel
        return self.response or self.not_after or channel_pair or (self.of, None)

    @property
    def first(self) -> str:
        """The touchpoint that puts the rule to a journey."""
        return self._pair[0] or ""

    @property
    def second(self) -> str | None:
        """The touchpoint that must, or must not, follow it; None of at_most."""
        return self._pair[1]

    @property
    def names(self) -> tuple[str, ...]:
        """Its touchpoints, as written."""
        return tuple(name for name in self._pair if name is not None)

    @property
    def is_same_channel(self) -> bool:
        """Whether what follows has to come in the channel of the first."""
        return bool(self.same_channel)

    @property
    def clock(self) -> Calendar:
        """The clock in which `within_s` is counted."""
        return self.calendar or Calendar.CLOCK

    @property
    def charged_to(self) -> str:
        """The touchpoint whose owner has to mend it: the second, else the first."""
        return self.second or self.first

    @property
    def constraint_id(self) -> str:
        """Its name in tables: the map's own, else the kind and the touchpoints."""
        return self.name or " ".join((self.kind, *self.names))

    @property
    def said(self) -> str:
        """The rule in words, touchpoints by name."""
        first, second = self.first, self.second
        match self.kind:
            case ConstraintKind.NOT_AFTER:
                return f"no {second} after {first}"
            case ConstraintKind.AT_MOST:
                return f"at most {self.at_most} {first}"
            case ConstraintKind.SAME_CHANNEL:
                return f"{second} in the channel of the {first} before it"
            case _:
                limit = "" if self.within_s is None else f" within {duration(self.within_s)}"
                hours = " of business hours" if self.clock is Calendar.BUSINESS else ""
                channel = ", in its channel" if self.is_same_channel else ""
                return f"every {first} is followed by {second}{limit}{hours}{channel}"
