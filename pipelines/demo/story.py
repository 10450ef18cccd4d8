"""What is planted in the example: the window, how people leave, and every friction, decoy and help with its effect.

All the numbers that tell the story are here, so that the truth file and the tests quote the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

SECOND = 1_000_000  # times are integer microseconds since 1970, UTC
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND

START = datetime(2026, 4, 30, 22, tzinfo=UTC)  # midnight of 1 May in Oslo
DAYS = 120
START_US = int(START.timestamp()) * SECOND
END_US = START_US + DAYS * DAY
AS_OF = datetime.fromtimestamp(END_US // SECOND, tz=UTC)
LOCAL_US = 2 * HOUR  # Oslo is two hours ahead of UTC throughout the window
HOLIDAYS = (date(2026, 5, 1), date(2026, 5, 14), date(2026, 5, 25))

OUTAGE_US = (START_US + 45 * DAY + 8 * HOUR, START_US + 45 * DAY + 20 * HOUR)  # the web tag was off for half a day

REGIONS = ("Oslo", "Vestland", "Agder", "Trondelag", "Troms")
REGION_SHARES = (0.34, 0.24, 0.14, 0.16, 0.12)
RURAL = "Troms"  # lines there take weeks to light up, and nobody is lost for that

CUSTOMER_SHARE = 0.125  # of the people, those who were customers before the window began


@dataclass(frozen=True)
class Planted:
    """One planted signal.

    Attributes:
        name: Short name, used in the truth file.
        journey: Map in which it shows.
        role: friction (makes people leave), helpful (keeps them), decoy (does nothing).
        kind: Deviation kind under which it shows.
        touchpoint: What the deviation is charged to.
        at: Touchpoint from which people then leave more, or less, often.
        effect: Added probability of leaving at that step.
        rate: Share of those who could, that show it (before segments shift it).
    """

    name: str
    journey: str
    role: str
    kind: str
    touchpoint: str
    at: str
    effect: float
    rate: float


_NEW, _HELP = "become_customer", "get_help"
_VERIFIED = "verify_bankid | verify_sms"
_SIGNALS = (
    Planted("sms_fails", _NEW, "friction", "failed", "verify_sms", "verify_sms", 0.30, 0.22),
    Planted("manual_id_check", _NEW, "friction", "ad_hoc", "manual_id_check", _VERIFIED, 0.15, 0.06),
    Planted("payment_fails", _NEW, "friction", "failed", "pay", "pay", 0.25, 0.10),
    Planted("no_confirmation", _NEW, "friction", "missing", "confirm", "book_technician", 0.14, 0.08),
    Planted("late_technician", _NEW, "friction", "late", "book_technician", "technician_visit", 0.18, 0.16),
    Planted("advisor_call", _NEW, "helpful", "ad_hoc", "advisor_call", _VERIFIED, -0.08, 0.12),
    Planted("checks_again", _NEW, "decoy", "repeated", "check_address", "check_address", 0.0, 0.08),
    Planted("reads_terms", _NEW, "decoy", "ad_hoc", "terms", _VERIFIED, 0.0, 0.12),
    Planted("pays_early", _NEW, "decoy", "out_of_order", "credit_check", "pay", 0.0, 0.06),
    Planted("slow_answer", _HELP, "friction", "late", "fault_reported", "acknowledged", 0.12, 0.25),
    Planted("reopened", _HELP, "friction", "repeated", "acknowledged", "solved", 0.20, 0.14),
    Planted("chasing_call", _HELP, "decoy", "ad_hoc", "chasing_call", "acknowledged", 0.0, 0.15),
)
PLANTED: dict[str, Planted] = {planted.name: planted for planted in _SIGNALS}
