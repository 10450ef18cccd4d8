"""Who the people are: where they live, what they browse with, and the ids that each system knows them by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.clockwork import Mask
from pipelines.demo.story import CUSTOMER_SHARE, REGION_SHARES, REGIONS, SECOND, START_US

_LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
_CHECK_LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"))
_GIVEN = ("Ane", "Bjorn", "Dina", "Eirik", "Frida", "Geir", "Hanna", "Ivar", "Jorunn", "Kari", "Leif", "Maja", "Nils")
_FAMILY = ("Aas", "Berg", "Dahl", "Eide", "Foss", "Haugen", "Lien", "Moen", "Nygaard", "Ruud", "Solberg", "Vik")
_KIOSK_SHARES = (0.5, 0.25, 0.15, 0.07, 0.03)  # of what is ordered at each machine
_OTHER_DEVICE_SHARE = 0.06  # of the people, those who begin on a device that they do not order from
KIOSK_SHARE = 0.015  # of those who order, in a shop at a machine that everybody uses


@dataclass(frozen=True)
class People:
    """One row per person.

    Attributes:
        frame: person, is_customer, region, city, device, operating_system, browser, medium, campaign, cookie,
            other_cookie, app, kiosk, customer, email, lead, contact, opportunity, account, zendesk_user.
        has_other: Begins on a second device.
        uses_kiosk: Orders at a shared machine.
    """

    frame: pl.DataFrame
    has_other: Mask
    uses_kiosk: Mask

    @property
    def n(self) -> int:
        """How many."""
        return self.frame.height


def draw_people(rng: np.random.Generator, n: int) -> People:
    """N people; the last ones were customers before the window began."""
    numbers = np.arange(n)
    device = rng.choice(("desktop", "mobile", "tablet"), size=n, p=(0.46, 0.47, 0.07))
    frame = pl.DataFrame(
        {
            "person": numbers,
            "is_customer": numbers >= n - round(n * CUSTOMER_SHARE),
            "region": rng.choice(REGIONS, size=n, p=REGION_SHARES),
            "device": device,
            "operating_system": _operating_systems(rng, device),
            "browser": rng.choice(("Chrome", "Safari", "Edge", "Firefox"), size=n, p=(0.5, 0.3, 0.13, 0.07)),
            "medium": rng.choice(
                ("organic", "cpc", "referral", "email", "(none)"), size=n, p=(0.36, 0.3, 0.1, 0.08, 0.16)
            ),
        }
    ).with_columns(*_web_ids(rng, n), *_company_ids(rng, n))
    return People(frame, rng.random(n) < _OTHER_DEVICE_SHARE, rng.random(n) < KIOSK_SHARE)


def _operating_systems(rng: np.random.Generator, device: np.ndarray[tuple[int], np.dtype[np.str_]]) -> pl.Series:
    luck = rng.random(len(device))
    desktop = np.where(luck < 0.7, "Windows", "Macintosh")
    return pl.Series(np.where(device == "desktop", desktop, np.where(luck < 0.52, "iOS", "Android")))


def _web_ids(rng: np.random.Generator, n: int) -> list[pl.Series]:
    """Cookies as the tag writes them (two numbers), app instances (32 hexadecimal digits), shared machines."""
    cookies = [_cookies(rng, name, n) for name in ("cookie", "other_cookie")]
    halves = rng.integers(0, 2**63, size=(2, n), dtype=np.int64)
    app = pl.Series("app", [f"{a:016x}{b:016x}" for a, b in halves.T.tolist()])
    kiosks = _cookies(rng, "kiosk", len(_KIOSK_SHARES))
    return [*cookies, app, kiosks.gather(rng.choice(len(_KIOSK_SHARES), size=n, p=_KIOSK_SHARES))]


def _cookies(rng: np.random.Generator, name: str, n: int) -> pl.Series:
    left = rng.choice(2_000_000_000, size=n, replace=False) + 100_000_000
    right = START_US // SECOND - rng.integers(0, 20_000_000, size=n)
    return pl.Series(name, [f"{a}.{b}" for a, b in zip(left.tolist(), right.tolist(), strict=True)])


def _company_ids(rng: np.random.Generator, n: int) -> list[pl.Series]:
    order = rng.permutation(n)
    given, family = rng.integers(0, len(_GIVEN), size=n), rng.integers(0, len(_FAMILY), size=n)
    emails = [
        f"{_GIVEN[g]}.{_FAMILY[f]}{k}@post.example".lower()
        for g, f, k in zip(given.tolist(), family.tolist(), order.tolist(), strict=True)
    ]
    return [
        pl.Series("customer", [f"NF{k:07d}" for k in (1_000_000 + order).tolist()]),
        pl.Series("email", emails),
        salesforce_ids("00Q", order, "lead"),
        salesforce_ids("003", order, "contact"),
        salesforce_ids("006", order, "opportunity"),
        salesforce_ids("001", order, "account"),
        pl.Series("zendesk_user", 390_000_000_000 + order * 17),
    ]


def salesforce_ids(prefix: str, numbers: np.ndarray[tuple[int], np.dtype[np.int64]], name: str) -> pl.Series:
    """Ids of 18 characters: prefix of the object, running number, and the three that tell apart what case folds."""
    digits = np.zeros((len(numbers), 15), dtype=np.int64)
    rest = numbers.astype(np.int64) * 7 + 62**9  # not one after the other
    for place in range(14, 2, -1):
        digits[:, place], rest = rest % 62, rest // 62
    text = _LETTERS[digits]
    text[:, :3] = list(prefix)
    is_upper = (text >= "A") & (text <= "Z")
    checks = [_CHECK_LETTERS[is_upper[:, 5 * k : 5 * k + 5] @ (1 << np.arange(5))] for k in range(3)]
    whole = np.column_stack([text, *checks])
    return pl.Series(name, np.ascontiguousarray(whole).view(f"<U{whole.shape[1]}").ravel())
