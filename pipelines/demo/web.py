"""What happened on the web and in the app: hits, the devices and logins they came from, sessions, and noise."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.people import People
from pipelines.demo.rows import ACCEPTED, NO_IDENTITY
from pipelines.demo.story import END_US, MINUTE, OUTAGE_US, SECOND, START_US

HOST, STAGING_HOST = "www.nordlysfiber.example", "staging.nordlysfiber.example"
_SESSION_GAP_US = 30 * MINUTE
_LOGIN_LOST_SHARE = 0.04  # hits of people who are logged in, that come without the login
_BOTS_N, _TESTS_N, _NAMELESS_N = 1_500, 180, 160  # in an example of 20,000 people
_CLOSE = 2 * SECOND

# What happened: the event's name, its page, one more parameter, and whether a form page was opened before it.
_HITS: tuple[tuple[str, str, str, str | None, bool], ...] = (
    ("visit", "page_view", "/", None, False),
    ("faq", "page_view", "/hjelp/sporsmal", None, False),
    ("terms", "page_view", "/vilkar", None, False),
    ("status_page", "page_view", "/drift", None, False),
    ("account", "page_view", "/minside/faktura", None, False),
    ("about", "page_view", "/om-oss", None, False),
    ("newsletter", "generate_lead", "/nyhetsbrev", "newsletter", False),
    ("check_address", "address_check", "/adresse", "fiber", False),
    ("signup", "sign_up", "/bestill/konto", "form", True),
    ("verify_bankid", "verify_identity", "/bestill/identitet", "bankid", True),
    ("verify_sms", "verify_identity", "/bestill/identitet", "sms", True),
    ("manual_id_check", "upload_id", "/bestill/identitet/manuell", "passport", False),
    ("choose_plan", "add_to_cart", "/bestill/abonnement", "form", True),
    ("pay", "purchase", "/bestill/betaling", "card", True),
    ("book_technician", "book_appointment", "/bestill/montor", "installation", True),
    ("book_repair", "book_appointment", "/minside/montor", "repair", False),
    ("first_value", "speed_test", "/app/hastighet", "app", False),
    ("self_test", "line_test", "/app/feilsok", "app", False),
    ("confirmed", "fix_confirmed", "/minside/sak", "link", False),
)
_IN_APP = ("first_value", "self_test")
_AT_KIOSK = ("signup", "verify_bankid", "verify_sms", "choose_plan")


def web_hits(people: People, happenings: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One row per line that the tag sends: what people did, what the tag adds by itself, and who else calls."""
    hits = _on_devices(people, _with_pages(people, happenings, rng), rng)
    hits = _with_sessions(hits.sort("device_key", "at", maintain_order=True))
    size = people.n / 20_000
    return pl.concat(
        [
            hits,
            _automatic(hits, rng),
            _bots(hits, rng, round(_BOTS_N * size)),
            _tests(hits, rng, round(_TESTS_N * size)),
            _nameless(hits, rng, round(_NAMELESS_N * size)),
        ]
    )


def _with_pages(people: People, happenings: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Hits of the window, each with its page; before a form is sent its page is opened."""
    known = pl.DataFrame(list(_HITS), schema=["what", "event_name", "page", "method", "has_form"], orient="row")
    did = pl.concat([happenings.select("person", "at", "what", "is_ok"), _strolls(people, rng)])
    hits = did.join(known, on="what", maintain_order="left")
    opened = hits.filter("has_form").with_columns(
        at=pl.col("at") - 40 * SECOND, event_name=pl.lit("page_view"), method=None, fate=pl.lit("dropped:form_page")
    )
    hits = pl.concat([hits.with_columns(fate=pl.lit(ACCEPTED)), opened])
    in_window = pl.col("at").is_between(START_US, END_US, closed="left")
    in_outage = pl.col("at").is_between(*OUTAGE_US, closed="left")
    return hits.filter(in_window & ~in_outage).join(people.frame, on="person", maintain_order="left")


def _strolls(people: People, rng: np.random.Generator) -> pl.DataFrame:
    """Pages that belong to no journey: customers look at their bills, some people read about the company."""
    customers = people.frame.filter("is_customer")["person"].to_numpy()
    bills, about = rng.choice(customers, size=len(customers)), rng.choice(people.n, size=people.n // 40)
    person = np.concatenate([bills, about])
    at = START_US + rng.integers(0, END_US - START_US, size=len(person))
    what = ["account"] * len(bills) + ["about"] * len(about)
    return pl.DataFrame({"person": person, "at": at, "what": what, "is_ok": True})


def _on_devices(people: People, hits: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Which device each hit came from, and whether it carried the customer's number."""
    person = hits["person"].to_numpy()
    signup_at = hits.filter(pl.col("what") == "signup").group_by("person").agg(pl.col("at").min().alias("signup_at"))
    hits = hits.join(signup_at, on="person", how="left", maintain_order="left")
    is_app = pl.col("what").is_in(_IN_APP)
    is_kiosk = pl.Series(people.uses_kiosk[person]) & hits["what"].is_in(_AT_KIOSK)
    begins_elsewhere = pl.Series(people.has_other[person]) & hits["what"].is_in(("visit", "faq", "book_technician"))
    is_known = pl.col("is_customer") | (pl.col("at") >= pl.col("signup_at")).fill_null(value=False)
    is_sent = pl.Series(rng.random(len(person)) >= _LOGIN_LOST_SHARE) | hits["what"].is_in(("signup", *_IN_APP))
    cookie = pl.when(is_kiosk).then("kiosk").when(begins_elsewhere).then("other_cookie").otherwise("cookie")
    return hits.with_columns(
        device_key=pl.when(is_app).then("app").otherwise(cookie),
        user_id=pl.when(is_known & is_sent).then("customer"),
        platform=pl.when(is_app & (pl.col("operating_system") == "iOS"))
        .then(pl.lit("IOS"))
        .when(is_app)
        .then(pl.lit("ANDROID"))
        .otherwise(pl.lit("WEB")),
        host=pl.lit(HOST),
        status=pl.when(pl.col("method").is_not_null()).then(
            pl.when("is_ok").then(pl.lit("ok")).otherwise(pl.lit("failed"))
        ),
    ).select(_COLUMNS[:-1])


_COLUMNS = (
    *("at", "event_name", "page", "method", "status", "fate", "device_key", "user_id", "platform", "host"),
    *("region", "device", "operating_system", "browser", "medium", "session"),
)


def _with_sessions(hits: pl.DataFrame) -> pl.DataFrame:
    """Cut the hits of each device after half an hour of silence; a session is named by its first second."""
    is_same = pl.col("device_key") == pl.col("device_key").shift()
    is_first = ~(is_same & (pl.col("at") - pl.col("at").shift() < _SESSION_GAP_US)).fill_null(value=False)
    return hits.with_columns(session=pl.when(is_first).then(pl.col("at") // SECOND).forward_fill()).select(_COLUMNS)


def _automatic(hits: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """What the tag sends by itself: the start of each session, the first of each device, time spent on a page."""
    is_first = (hits["device_key"] != hits["device_key"].shift()).fill_null(value=True)
    is_start = is_first | (hits["session"] != hits["session"].shift()).fill_null(value=True)
    stays = pl.Series(rng.random(hits.height) < 0.5)
    added = [
        rows.with_columns(at=pl.col("at") + shift, event_name=pl.lit(name))
        for name, rows, shift in (
            ("session_start", hits.filter(is_start), 0),
            ("first_visit", hits.filter(is_first), 0),
            ("user_engagement", hits.filter(stays), 11 * SECOND),
        )
    ]
    return pl.concat(added).with_columns(
        method=pl.lit(None, pl.String), status=pl.lit(None, pl.String), fate=pl.lit("dropped:automatic")
    )


def _like(hits: pl.DataFrame, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """N page views somewhere in the window, made up from those that there are."""
    picked = hits.filter(pl.col("platform") == "WEB")
    picked = picked[rng.integers(0, picked.height, size=n)]
    at = np.sort(rng.integers(START_US, END_US, size=n))
    return picked.with_columns(
        at=pl.Series(at),
        session=pl.Series(at // SECOND),
        event_name=pl.lit("page_view"),
        page=pl.lit("/"),
        method=pl.lit(None, pl.String),
        status=pl.lit(None, pl.String),
        user_id=pl.lit(None, pl.String),
    )


def _bots(hits: pl.DataFrame, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Search engines and price comparers: each hit with a cookie of its own."""
    numbers = [f"{a}.{START_US // SECOND}" for a in rng.integers(10**7, 9 * 10**7, size=n).tolist()]
    names = pl.Series(rng.choice(("Googlebot", "bingbot", "HeadlessChrome"), size=n))
    return _like(hits, rng, n).with_columns(device_key=pl.Series(numbers), browser=names, fate=pl.lit("dropped:bot"))


def _tests(hits: pl.DataFrame, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Our own testers, on the staging host."""
    return _like(hits, rng, n).with_columns(
        device_key=pl.lit(f"1.{START_US // SECOND}"), host=pl.lit(STAGING_HOST), fate=pl.lit("dropped:test")
    )


def _nameless(hits: pl.DataFrame, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Hits of people who declined the cookie: nobody can tell whose they are."""
    return _like(hits, rng, n).with_columns(device_key=pl.lit(None, pl.String), fate=pl.lit(f"rejected:{NO_IDENTITY}"))
