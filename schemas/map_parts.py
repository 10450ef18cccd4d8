"""The parts of a journey map other than its flow: what each key means and which texts it takes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas import durations
from schemas.words import Calendar, DeviationKind, Effort, Initiator, Observability

RULE_COLUMNS = ("source", "activity", "channel", "initiator", "status")  # any other key of a rule is an attribute


class Part(BaseModel):
    """Base of all parts: frozen, and a key that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, allow_inf_nan=False)


def wrong(wanted: str, hint: str = "") -> PydanticCustomError:
    """A validation error that says what was wanted."""
    return PydanticCustomError("map", "{wanted}", {"wanted": wanted, "hint": hint})


def _seconds(value: object) -> object:
    if isinstance(value, int):
        return value
    try:
        return durations.seconds(value if isinstance(value, str) else "")
    except ValueError as error:
        raise wrong(str(error)) from None


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, (str, dict)) else value


def _not_empty(text: str) -> str:
    if not text.strip():
        raise wrong("a text")
    return text


_CODE = re.compile(r"\w[\w.-]{0,79}")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise wrong("a short name of letters, digits, _, - and . such as become_customer", "put the words into title")
    return text


def _date(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise wrong("a date such as 2026-01-31") from None


def _instant(value: object) -> object:
    """A date (midnight UTC) or a time with its zone."""
    if isinstance(value, datetime):
        return value
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        raise wrong("a date such as 2026-01-31, or a time with its zone such as 2026-01-31T12:00:00Z") from None
    if len(str(value)) == len("2026-01-31") or (read.time() == time() and read.tzinfo is None):
        return read.replace(tzinfo=UTC)
    if read.tzinfo is None:
        raise wrong("a time with its zone", "add Z for UTC, or an offset such as +01:00")
    return read.astimezone(UTC)


def _word_or_seconds(*words: str) -> BeforeValidator:
    def read(value: object) -> object:
        if value in words or isinstance(value, int):
            return value
        try:
            return durations.seconds(str(value))
        except ValueError as error:
            raise wrong(f"{', '.join(words)} or {error}") from None

    return BeforeValidator(read)


Text = Annotated[str, AfterValidator(_not_empty)]
Code = Annotated[str, AfterValidator(_code)]  # it becomes part of file names and tables
DurationS = Annotated[int, BeforeValidator(_seconds)]
Names = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
AnyNames = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more)]
Share = Annotated[float, Field(ge=0, le=1)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Day = Annotated[date, BeforeValidator(_date)]
Reopens = Annotated[Literal["goal", "exit", "never"] | int, _word_or_seconds("goal", "exit", "never")]
Patience = Annotated[Literal["learned"] | int, _word_or_seconds("learned")]
# Texts (globs allowed, "" is the empty text) of which one has to match.
Patterns = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
Rule = Annotated[dict[Text, Patterns], Field(min_length=1)]
Rules = Annotated[tuple[Rule, ...], BeforeValidator(_one_or_more)]


class Owner(Part):
    """Who answers for the journey: the business side and the operations side."""

    business: Text | None = None
    operations: Text | None = None


class JourneyIs(Part):
    """What counts as one journey.

    Attributes:
        per: "person", or the identity type whose log is cut into journeys.
        opens_with: Touchpoints that begin a journey; empty: those with which the flow may begin.
        goal: Touchpoints that reach its goal; empty: those with which the flow may end.
        reopens_after: "goal", "exit", "never" (the journey is the whole log of its person), or seconds.
        patience_default: "learned", or seconds of silence after which a journey is lost.
        patience: Touchpoint to seconds, where it is set.
        horizon_s: The longest silence that is looked at, seconds.
    """

    per: Text = "person"
    opens_with: AnyNames = ()
    goal: AnyNames = ()
    reopens_after: Reopens = "goal"
    # In the file it stands among the touchpoints: patience: {default: learned, activate: 21d}.
    patience_default: Patience = Field(default="learned", alias="patience.default")
    patience: dict[Text, DurationS] = Field(default_factory=dict)
    horizon_s: DurationS | None = Field(default=None, alias="horizon")


class Promise(Part):
    """What the customer was told: the next touchpoint comes within so many seconds of its calendar."""

    next: Text
    within_s: DurationS = Field(alias="within")
    calendar: Calendar = Calendar.CLOCK


class ObservabilitySpan(Part):
    """How much the sources see of a touchpoint from one instant (included) until another (excluded)."""

    is_: Observability = Field(alias="is")
    from_: Instant | None = Field(default=None, alias="from")
    until: Instant | None = None
    why: str = ""


def _spans(value: object) -> object:
    return [{"is": value}] if isinstance(value, str) else [value] if isinstance(value, dict) else value


class Touchpoint(Part):
    """A communication point or action: what it is for, who owns it, and which events are it."""

    title: str = ""
    channels: AnyNames = ()
    initiator: Initiator | None = None
    owner: Text | None = None
    need: str = ""
    emotion: int | None = Field(default=None, ge=-2, le=2)
    moment_of_truth: bool = False
    promise: Promise | None = None
    observability: Annotated[tuple[ObservabilitySpan, ...], BeforeValidator(_spans)] = ()
    mandate: AnyNames = ()
    effort: Effort | None = None
    when: Rules = ()


class Exit(Part):
    """A way to say no, and which events are it.

    Attributes:
        title: Title for people.
        owner: Who gets its findings.
        after: Touchpoints and phases after which it is meant to be; empty: anywhere.
        when: Rules of which one has to match.
    """

    title: str = ""
    owner: Text | None = None
    after: AnyNames = ()
    when: Rules = ()


_SEGMENT = re.compile(r"(?:(first|last)\(\s*(.+?)\s*\)|([^()]+))")


class Segment(Part):
    """An attribute that splits journeys into groups, taken from the first or the last event that has it."""

    attribute: Text
    how: Literal["first", "last"] = "first"


def _segment(value: object) -> object:
    if isinstance(value, (Segment, dict)):
        return value
    shape = _SEGMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if shape is None:
        raise wrong("an attribute's name, first(name) or last(name)")
    return {"attribute": shape[2] or shape[3], "how": shape[1] or "first"}


Segments = dict[Text, Annotated[Segment, BeforeValidator(_segment)]]


class Value(Part):
    """What a converted journey is worth, and how long one looks for the next.

    Attributes:
        per_conversion: Worth of one conversion.
        margin: Part of it that is margin.
        currency: Of the worth.
        window_s: How long after a first conversion people are followed, seconds; None: the horizon.
    """

    per_conversion: float = Field(ge=0)
    margin: Share = 1.0
    currency: Text = "EUR"
    window_s: DurationS | None = Field(default=None, alias="window")


class Target(Part):
    """What the journey is meant to reach."""

    measure: Literal["conversion", "drop_off", "promise_kept", "nps", "csat", "ces"]
    touchpoint: Text | None = None
    phase: Text | None = None
    within_s: DurationS | None = Field(default=None, alias="within")
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Target:
        if self.at_least is None and self.at_most is None:
            raise wrong("at_least or at_most")
        return self


class Budget(Part):
    """A line that must not be crossed: `check` fails beyond it."""

    touchpoint: Text | None = None
    phase: Text | None = None
    promise_kept_at_least: Share | None = None
    drop_off_at_most: Share | None = None

    @model_validator(mode="after")
    def _is_one_measure_of_one_place(self) -> Budget:
        if (self.touchpoint is None) == (self.phase is None):
            raise wrong("either a touchpoint or a phase")
        if (self.promise_kept_at_least is None) == (self.drop_off_at_most is None):
            raise wrong("either promise_kept_at_least or drop_off_at_most")
        if self.promise_kept_at_least is not None and self.touchpoint is None:
            raise wrong("promise_kept_at_least with a touchpoint")
        return self


class Deviating(Part):
    """A trace that must deviate, and how: each reason is a kind and what it is charged to.

    Attributes:
        trace: Touchpoints, or activities that the map does not know.
        because: One {kind: target} each, in any order.
        finished: Whether the journey has ended; an open one misses nothing yet.
    """

    trace: Names
    because: tuple[Annotated[dict[DeviationKind, Text], Field(min_length=1, max_length=1)], ...] = Field(min_length=1)
    finished: bool = True


class Examples(Part):
    """The map's own tests."""

    conforming: tuple[Names, ...] = ()
    deviating: tuple[Deviating, ...] = ()
