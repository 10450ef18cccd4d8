"""The service desk as Zendesk's tables have it, and the answers to the survey as Qualtrics exports them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.demo.crm import odd_case
from pipelines.demo.people import People
from pipelines.demo.rows import ACCEPTED, Fates, total, with_copies, with_faults, write_csv
from pipelines.demo.story import DAY, END_US, LOCAL_US, MINUTE, SECOND

_UNBRIDGED_SHARE = 0.15  # of the desk's users, whom only an e-mail address ties to a customer
_AGENT = 361_000_000_001
_QUESTIONS = {
    "StartDate": "Start Date",
    "EndDate": "End Date",
    "Status": "Response Type",
    "Progress": "Progress",
    "Finished": "Finished",
    "RecordedDate": "Recorded Date",
    "ResponseId": "Response ID",
    "RecipientEmail": "Recipient Email",
    "ExternalReference": "External Data Reference",
    "DistributionChannel": "Distribution Channel",
    "UserLanguage": "User Language",
    "Q1": "How likely are you to recommend Nordlys Fiber, from 0 to 10?",
    "Q1_NPS_GROUP": "How likely are you to recommend Nordlys Fiber? - Group",
}


def write_service(folder: Path, people: People, did: pl.DataFrame, rng: np.random.Generator) -> dict[str, Fates]:
    """Write the files; for each source what must become of its rows."""
    did = did.join(people.frame, on="person", maintain_order="left")
    tickets = _tickets(did)
    desk = [
        _write_tickets(folder / "zendesk", tickets, rng),
        _write_history(folder / "zendesk", did, tickets, rng),
        _write_users(folder / "zendesk", tickets, rng),
    ]
    return {"desk": total(desk), "survey": _write_survey(folder / "qualtrics", did, rng)}


def _iso(at: pl.Expr) -> pl.Expr:
    return pl.from_epoch(at // SECOND, time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _tickets(did: pl.DataFrame) -> pl.DataFrame:
    """A ticket per fault (one for all that happens until it is solved) and per question asked in the chat."""
    rows = did.filter(pl.col("what").is_in(("fault_reported", "support_chat"))).sort("at", "person")
    return rows.with_columns(id=pl.int_range(pl.len()) * 3 + 48_001)


def _write_tickets(folder: Path, tickets: pl.DataFrame, rng: np.random.Generator) -> Fates:
    via = pl.Series(rng.choice(("voice", "web", "email", "chat"), size=tickets.height, p=(0.4, 0.3, 0.15, 0.15)))
    is_fault = pl.col("what") == "fault_reported"
    table = tickets.select(
        "id",
        pl.col("zendesk_user").alias("requester_id"),
        pl.col("zendesk_user").alias("submitter_id"),
        pl.lit(_AGENT).alias("assignee_id"),
        pl.lit("closed").alias("status"),
        pl.lit("normal").alias("priority"),
        pl.when(is_fault).then(pl.lit("incident")).otherwise(pl.lit("question")).alias("type"),
        pl.when(is_fault).then(via).otherwise(pl.lit("chat")).alias("via_channel"),
        pl.col("region").alias("custom_region"),
        _iso(pl.col("at")).alias("created_at"),
        fate=pl.lit(ACCEPTED),
    )
    return write_csv(folder / "ticket.csv", with_faults(table, "created_at", (), rng), rng)


def _write_history(folder: Path, did: pl.DataFrame, tickets: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """A row per change of a ticket's field. Only what people did to the status tells of the journey."""
    words = pl.DataFrame({"what": ["acknowledged", "solved"], "value": ["open", "solved"]})
    ids = tickets.filter(pl.col("what") == "fault_reported").select("id", "journey")
    changed = did.join(words, on="what").join(ids, on="journey").select("id", "at", "value", field=pl.lit("status"))
    created = tickets.select("id", "at", value=pl.lit("new"), field=pl.lit("status"))
    assigned = tickets.select("id", pl.col("at") + MINUTE, value=pl.lit(str(_AGENT)), field=pl.lit("assignee_id"))
    closed = changed.filter(pl.col("value") == "solved").group_by("id").agg(pl.col("at").max() + 4 * DAY)
    closed = closed.select("id", "at", value=pl.lit("closed"), field=pl.lit("status"))
    parts = {
        ACCEPTED: changed,
        "dropped:as_created": created,
        "dropped:not_a_status": assigned,
        "dropped:closed_by_clock": closed.filter(pl.col("at") < END_US),
    }
    rows = pl.concat(part.with_columns(fate=pl.lit(fate)) for fate, part in parts.items()).sort("at", "id", "value")
    table = rows.select(
        pl.col("id").alias("ticket_id"),
        pl.col("field").alias("field_name"),
        "value",
        _iso(pl.col("at")).alias("updated"),
        pl.lit(_AGENT).alias("user_id"),
        "fate",
    )
    return write_csv(folder / "ticket_field_history.csv", with_faults(table, "updated", ("ticket_id",), rng), rng)


def _write_users(folder: Path, tickets: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Who asked: most carry the customer's number, some only the address they wrote from."""
    users = tickets.unique("person", maintain_order=True)
    is_bridged = pl.Series(rng.random(users.height) >= _UNBRIDGED_SHARE)
    table = users.select(
        pl.col("zendesk_user").alias("id"),
        odd_case(pl.col("email"), 0.1, rng, users.height).alias("email"),
        pl.when(is_bridged).then("customer").alias("external_id"),
        pl.lit("end-user").alias("role"),
        fate=pl.lit(ACCEPTED),
    )
    return write_csv(folder / "user.csv", with_copies(table, rng), rng)


def _write_survey(folder: Path, did: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Answers to the one question; previews and those who gave up half way are dropped."""
    rows = did.filter(pl.col("what") == "survey").sort("at", "person")
    kind = rng.choice(("answer", "preview", "unfinished"), size=rows.height, p=(0.94, 0.015, 0.045))
    rows = rows.with_columns(kind=pl.Series(kind), score=pl.Series(_scores(rng, rows.height)))
    is_whole, is_preview = pl.col("kind") != "unfinished", pl.col("kind") == "preview"
    local = pl.col("at") + LOCAL_US
    table = rows.select(
        _response_ids(rows.height),
        _plain(local - 3 * MINUTE).alias("StartDate"),
        _plain(local).alias("EndDate"),
        pl.when(is_preview).then(pl.lit("Survey Preview")).otherwise(pl.lit("IP Address")).alias("Status"),
        pl.when(is_whole).then(pl.lit("100")).otherwise(pl.lit("50")).alias("Progress"),
        pl.when(is_whole).then(pl.lit("True")).otherwise(pl.lit("False")).alias("Finished"),
        _plain(local + SECOND).alias("RecordedDate"),
        odd_case(pl.col("email"), 0.1, rng, rows.height).alias("RecipientEmail"),
        pl.when(pl.Series(rng.random(rows.height) < 0.8)).then("customer").alias("ExternalReference"),
        pl.when(is_preview).then(pl.lit("preview")).otherwise(pl.lit("email")).alias("DistributionChannel"),
        pl.lit("NO").alias("UserLanguage"),
        pl.when(is_whole).then(pl.col("score").cast(pl.String)).alias("Q1"),
        pl.when(is_whole).then(_group(pl.col("score"))).alias("Q1_NPS_GROUP"),
        fate=pl.when(is_preview)
        .then(pl.lit("dropped:preview"))
        .when(~is_whole)
        .then(pl.lit("dropped:unfinished"))
        .otherwise(pl.lit(ACCEPTED)),
    )
    return write_csv(folder / "survey.csv", with_copies(table, rng), rng, more_headers=_more_headers(table))


def _scores(rng: np.random.Generator, n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    weights = np.array([2, 1, 1, 2, 2, 4, 6, 12, 24, 24, 22], dtype=float)
    return rng.choice(11, size=n, p=weights / weights.sum())


def _group(score: pl.Expr) -> pl.Expr:
    groups = pl.when(score >= 9).then(pl.lit("Promoter")).when(score >= 7).then(pl.lit("Passive"))
    return groups.otherwise(pl.lit("Detractor"))


def _plain(local: pl.Expr) -> pl.Expr:
    """A time as Qualtrics writes it: local, without a zone."""
    return pl.from_epoch(local // SECOND, time_unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")


def _response_ids(n: int) -> pl.Series:
    return pl.Series("ResponseId", [f"R_{k * 7919 + 10**9:015x}" for k in range(n)])


def _more_headers(table: pl.DataFrame) -> tuple[str, str]:
    """The second and the third header row: the questions' texts, and their ids as JSON."""
    names = [name for name in table.columns if name != "fate"]
    texts = pl.DataFrame([_QUESTIONS[name] for name in names]).transpose()
    ids = pl.DataFrame([json.dumps({"ImportId": name}) for name in names]).transpose()
    return (_line(texts), _line(ids))


def _line(frame: pl.DataFrame) -> str:
    return frame.write_csv(include_header=False).rstrip("\n")
