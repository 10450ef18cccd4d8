"""The vocabulary: every closed list of words that appears in tables, settings and maps."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """How readily two ids are taken for one person."""

    STRICT = "strict"
    DEFAULT = "default"
    LOOSE = "loose"


class IdKind(StrEnum):
    """What an id names."""

    PERSON = "person"
    EMAIL = "email"
    PHONE = "phone"
    DEVICE = "device"
    RECORD = "record"
    CASE = "case"


class Trust(StrEnum):
    """How far a link between two ids is trusted."""

    VERIFIED = "verified"
    STATED = "stated"
    GUESSED = "guessed"


class BlockedBy(StrEnum):
    """What keeps the default rule from taking a link."""

    BLOCK_LIST = "block_list"
    SUPER_NODE = "super_node"
    CARDINALITY = "cardinality"
    TRUST = "trust"
    TWO_PEOPLE = "two_people"


class PersonChange(StrEnum):
    """What became of a person between two runs."""

    MERGE = "merge"
    SPLIT = "split"
    RENAMED = "renamed"


class Status(StrEnum):
    """Where a journey stands at the snapshot time."""

    CONVERTED = "converted"
    EXITED = "exited"
    ABANDONED = "abandoned"
    IN_FLIGHT = "in_flight"


class Initiator(StrEnum):
    """Who begins a communication point."""

    CUSTOMER = "customer"
    COMPANY = "company"


class EventStatus(StrEnum):
    """Whether what the event tells of succeeded."""

    OK = "ok"
    FAILED = "failed"


class Observability(StrEnum):
    """How much of a touchpoint the sources can see."""

    FULL = "full"
    PARTIAL = "partial"
    BLIND = "blind"


class Calendar(StrEnum):
    """The clock in which a promise is counted."""

    CLOCK = "clock"
    BUSINESS = "business"


class Move(StrEnum):
    """What an alignment makes of one event."""

    SYNC = "sync"
    LOG = "log"


class DeviationKind(StrEnum):
    """The ways in which an actual journey differs from the designed one."""

    MISSING = "missing"
    AD_HOC = "ad_hoc"
    REPEATED = "repeated"
    OUT_OF_ORDER = "out_of_order"
    FAILED = "failed"
    WRONG_CHANNEL = "wrong_channel"
    WRONG_INITIATOR = "wrong_initiator"
    LATE = "late"
    OVERDUE = "overdue"
    WRONG_ENTRY = "wrong_entry"
    WRONG_EXIT = "wrong_exit"
    BRANCH_CONFLICT = "branch_conflict"
    UNOBSERVABLE = "unobservable"


class FindingState(StrEnum):
    """What became of a finding since the run before."""

    NEW = "new"
    PERSISTS = "persists"
    WORSE = "worse"
    FIXED = "fixed"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class LedgerLine(StrEnum):
    """What a line of the ledger says of the way from planned to actual."""

    PLANNED = "planned"
    ABANDONED = "abandoned"
    EXITED = "exited"
    IN_FLIGHT = "in_flight"
    DEVIATION = "deviation"
    ACTUAL = "actual"


class TravelWay(StrEnum):
    """How a journey travelled through one phase."""

    AS_DESIGNED = "as_designed"
    DETOUR = "detour"
    ASKED_FOR_HELP = "asked_for_help"


class ConstraintKind(StrEnum):
    """What a constraint of a map asks of a journey."""

    RESPONSE = "response"
    NOT_AFTER = "not_after"
    AT_MOST = "at_most"
    SAME_CHANNEL = "same_channel"


class Verdict(StrEnum):
    """What a constraint says of one journey: kept or broken, for good or so far."""

    SATISFIED_FINAL = "satisfied_final"
    SATISFIED_NOW = "satisfied_now"
    VIOLATED_NOW = "violated_now"
    VIOLATED_FINAL = "violated_final"
    UNJUDGED = "unjudged"


class Blindness(StrEnum):
    """Why a touchpoint could not be seen."""

    DECLARED = "declared"
    OUTAGE = "outage"
    SUDDEN_ZERO = "sudden_zero"
    ONLY_LATER_SEEN = "only_later_seen"


class Assignment(StrEnum):
    """Whose a journey is that several maps claim."""

    THIS = "this"
    OTHER = "other"
    UNDECIDED = "undecided"


class SignalKind(StrEnum):
    """Signs of trouble that are no deviation from the map: effort, errors, contacts, and what customers said."""

    LOOP = "loop"
    BACKTRACKING = "backtracking"
    ERROR = "error"
    RAGE_CLICK = "rage_click"
    DEAD_CLICK = "dead_click"
    CHANNEL_SWITCH = "channel_switch"
    PING_PONG = "ping_pong"
    REPEAT_CONTACT_3 = "repeat_contact_3d"
    REPEAT_CONTACT_7 = "repeat_contact_7d"
    REPEAT_CONTACT_14 = "repeat_contact_14d"
    FAILURE_DEMAND = "failure_demand"
    LOW_NPS = "low_nps"
    LOW_CSAT = "low_csat"
    LOW_CES = "low_ces"
    NEGATIVE_SENTIMENT = "negative_sentiment"


class ExperienceMeasure(StrEnum):
    """What customers are asked, or tell unasked."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    SENTIMENT = "sentiment"


class Effort(StrEnum):
    """How much work a team expects a change of a touchpoint to be."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class EvidenceGrade(StrEnum):
    """How well it is known that a signal is trouble: A measured widely, B plausible and often measured, C claimed."""

    A = "A"
    B = "B"
    C = "C"


class FrictionVerdict(StrEnum):
    """What an effect is: it costs customers, keeps them, cannot be told from nothing, or cannot be told."""

    FRICTION = "friction"
    HELPFUL = "helpful"
    VARIATION = "variation"
    REFUSED = "refused"
