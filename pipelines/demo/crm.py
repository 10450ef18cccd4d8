"""The sales and field service side, as Salesforce's data export writes it: one CSV file per object."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.demo.people import People, salesforce_ids
from pipelines.demo.rows import ABOUT_NOBODY, ACCEPTED, Fates, total, with_copies, with_faults, write_csv
from pipelines.demo.story import DAY, HOUR, MINUTE, SECOND

_AGENT = "005AAB000000001AAA"
_ODD_CASE_SHARE = 0.2  # of the e-mail addresses in the CRM, typed with a capital

# What happened: how the object calls it.
_STAGES = {
    "signup": ("Qualification", "20", "Pipeline"),
    "credit_check": ("Credit Approved", "60", "BestCase"),
    "confirm": ("Closed Won", "100", "Closed"),
    "declined": ("Closed Lost", "0", "Omitted"),
}
_TASKS = {
    "advisor_call": ("Advisor call", "Call", "Outbound"),
    "chasing_call": ("Inbound call", "Call", "Inbound"),
    "activate": ("Activation", "Task", None),
    "remote_fix": ("Remote fix", "Task", None),
}
_APPOINTMENTS = {"technician_visit": ("Installation",), "repair_visit": ("Repair",)}
_CASES = {"cancelled": ("Cancellation",), "bill_question": ("Invoice question",)}


def write_crm(folder: Path, people: People, did: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Write the files; what must become of their rows."""
    did = did.join(people.frame, on="person", maintain_order="left")
    orders = did.filter(pl.col("what") == "signup").sort("at", "person")
    return total(
        [
            _write_stages(folder, did, rng),
            _write_tasks(folder, did, rng),
            _write_appointments(folder, did, rng),
            _write_cases(folder, did, rng),
            _write_leads(folder, orders, rng),
            _write_contacts(folder, people, orders, rng),
            _write_roles(folder, people, orders, rng),
        ]
    )


def stamp(at: pl.Expr) -> pl.Expr:
    """A time as Salesforce writes it: `2026-05-01T08:12:33.000Z`."""
    return pl.from_epoch(at // SECOND, time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def odd_case(email: pl.Expr, share: float, rng: np.random.Generator, n: int) -> pl.Expr:
    """Addresses as people type them: some begin with a capital."""
    is_odd = pl.lit(pl.Series(rng.random(n) < share))
    return pl.when(is_odd).then(email.str.to_titlecase()).otherwise(email)


def _rows_of(
    did: pl.DataFrame, words: Mapping[str, tuple[str | None, ...]], names: list[str], prefix: str
) -> pl.DataFrame:
    """Happenings of some kinds in the order of time, with the object's words for them and ids with its prefix."""
    known = pl.DataFrame([(what, *told) for what, told in words.items()], schema=["what", *names], orient="row")
    rows = did.join(known, on="what", maintain_order="left").sort("at", "person", "what")
    return rows.with_columns(salesforce_ids(prefix, np.arange(rows.height), "Id"))


def _write_stages(folder: Path, did: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """A row per stage that an order comes to. The first stage says no more than the web shop's own event."""
    rows = _rows_of(did, _STAGES, ["StageName", "Probability", "ForecastCategory"], "008")
    is_first = pl.col("StageName") == "Qualification"
    table = rows.select(
        "Id",
        pl.col("opportunity").alias("OpportunityId"),
        "StageName",
        pl.lit("4800.0").alias("Amount"),
        "Probability",
        "ForecastCategory",
        (stamp(pl.col("at") + 20 * SECOND)).alias("CreatedDate"),
        pl.lit(_AGENT).alias("CreatedById"),
        fate=pl.when(is_first).then(pl.lit("dropped:opened_with_order")).otherwise(pl.lit(ACCEPTED)),
    )
    broken = tuple(f"008AAB00000X{k},006AAB00000X{k},Closed Won" for k in range(min(6, table.height // 900)))
    return write_csv(
        folder / "OpportunityHistory.csv", with_faults(table, "CreatedDate", ("OpportunityId",), rng), rng, broken
    )


def _write_tasks(folder: Path, did: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """A row per call or piece of work; of those still open nobody knows yet when they will have happened."""
    rows = _rows_of(did, _TASKS, ["Type", "TaskSubtype", "CallType"], "00T")
    is_open = pl.Series(rng.random(rows.height) < 0.03)
    opened = rows.filter(is_open)
    opened = opened.with_columns(salesforce_ids("00T", np.arange(opened.height) + 10**6, "Id"))
    done = pl.concat([rows.with_columns(Status=pl.lit("Completed")), opened.with_columns(Status=pl.lit("Open"))])
    is_done = pl.col("Status") == "Completed"
    table = done.select(
        "Id",
        pl.col("contact").alias("WhoId"),
        pl.col("opportunity").alias("WhatId"),
        pl.lit("Se notat").alias("Subject"),
        "Type",
        "TaskSubtype",
        "Status",
        pl.when(is_done).then(pl.lit("true")).otherwise(pl.lit("false")).alias("IsClosed"),
        stamp(pl.col("at")).str.head(10).alias("ActivityDate"),
        pl.when(is_done).then(stamp(pl.col("at"))).alias("CompletedDateTime"),
        "CallType",
        stamp(pl.col("at") - 2 * HOUR).alias("CreatedDate"),
        fate=pl.when(is_done).then(pl.lit(ACCEPTED)).otherwise(pl.lit("dropped:still_open")),
    )
    return write_csv(
        folder / "Task.csv", with_faults(table, "CompletedDateTime", ("WhoId", "WhatId"), rng, ABOUT_NOBODY), rng
    )


def _write_appointments(folder: Path, did: pl.DataFrame, rng: np.random.Generator) -> Fates:
    rows = _rows_of(did, _APPOINTMENTS, ["Type"], "00U")
    table = rows.select(
        "Id",
        pl.col("contact").alias("WhoId"),
        pl.lit("Technician").alias("Subject"),
        "Type",
        stamp(pl.col("at") - 50 * MINUTE).alias("StartDateTime"),
        stamp(pl.col("at")).alias("EndDateTime"),
        pl.lit("50").alias("DurationInMinutes"),
        fate=pl.lit(ACCEPTED),
    )
    return write_csv(folder / "Event.csv", with_faults(table, "EndDateTime", ("WhoId",), rng, ABOUT_NOBODY), rng)


def _write_cases(folder: Path, did: pl.DataFrame, rng: np.random.Generator) -> Fates:
    rows = _rows_of(did, _CASES, ["Type"], "500")
    table = rows.select(
        "Id",
        pl.int_range(pl.len()).add(10_001).cast(pl.String).str.zfill(8).alias("CaseNumber"),
        pl.col("contact").alias("ContactId"),
        pl.col("account").alias("AccountId"),
        "Type",
        pl.lit("Phone").alias("Origin"),
        pl.lit("Closed").alias("Status"),
        pl.lit("Medium").alias("Priority"),
        stamp(pl.col("at")).alias("CreatedDate"),
        stamp(pl.col("at") + DAY).alias("ClosedDate"),
        pl.lit("false").alias("IsEscalated"),
        fate=pl.lit(ACCEPTED),
    )
    return write_csv(folder / "Case.csv", with_faults(table, "CreatedDate", (), rng), rng)


def _write_leads(folder: Path, orders: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Leads that became customers: they link an address, a contact and an order."""
    table = orders.select(
        pl.col("lead").alias("Id"),
        odd_case(pl.col("email"), _ODD_CASE_SHARE, rng, orders.height).alias("Email"),
        pl.lit("Web").alias("LeadSource"),
        pl.lit("Qualified").alias("Status"),
        stamp(pl.col("at")).alias("CreatedDate"),
        stamp(pl.col("at") + MINUTE).str.head(10).alias("ConvertedDate"),
        pl.lit("true").alias("IsConverted"),
        pl.col("contact").alias("ConvertedContactId"),
        pl.col("account").alias("ConvertedAccountId"),
        pl.col("opportunity").alias("ConvertedOpportunityId"),
        pl.lit("false").alias("IsDeleted"),
        fate=pl.lit(ACCEPTED),
    )
    return write_csv(folder / "Lead.csv", with_copies(table, rng), rng)


def _write_contacts(folder: Path, people: People, orders: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Contacts carry the customer's number, which the web shop and the service desk know too."""
    old = people.frame.filter("is_customer").with_columns(created=pl.lit("2024-11-02T08:00:00.000Z"))
    names = ["contact", "account", "email", "customer", "created"]
    rows = pl.concat([old.select(names), orders.with_columns(created=stamp(pl.col("at") + MINUTE)).select(names)])
    table = rows.select(
        pl.col("contact").alias("Id"),
        pl.col("account").alias("AccountId"),
        odd_case(pl.col("email"), _ODD_CASE_SHARE, rng, rows.height).alias("Email"),
        pl.col("customer").alias("Customer_Number__c"),
        pl.col("created").alias("CreatedDate"),
        fate=pl.lit(ACCEPTED),
    )
    return write_csv(folder / "Contact.csv", with_copies(table, rng), rng)


def _write_roles(folder: Path, people: People, orders: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Who stands behind an order; the second contact of a household is somebody else, and is dropped."""
    main = orders.select("opportunity", "contact", IsPrimary=pl.lit("true"), fate=pl.lit(ACCEPTED))
    few = orders.filter(pl.Series(rng.random(orders.height) < 0.03))
    others = people.frame.filter("is_customer")["contact"].sample(few.height, with_replacement=True, seed=1)
    second = few.select("opportunity", contact=others, IsPrimary=pl.lit("false"), fate=pl.lit("dropped:second_contact"))
    rows = pl.concat([main, second])
    table = rows.select(
        salesforce_ids("00K", np.arange(rows.height), "Id"),
        pl.col("opportunity").alias("OpportunityId"),
        pl.col("contact").alias("ContactId"),
        "IsPrimary",
        "fate",
    )
    return write_csv(folder / "OpportunityContactRole.csv", with_copies(table, rng), rng)
