"""What an event is about, read off the name of its activity and its channel: a contact, an error, a click in vain.

Systems name their events as they like, but not without these words. A map can always say more: a touchpoint of the flow
is no contact beyond the design, and what a map knows is never called an error for its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

CONTACT_CHANNELS = frozenset(
    [
        "phone",
        "telephone",
        "call",
        "voice",
        "chat",
        "email",
        "mail",
        "letter",
        "sms",
        "message",
        "messenger",
        "whatsapp",
        "ticket",
        "support",
    ]
)
"""Channels in which a customer who begins something wants an answer from somebody."""
CONTACT_WORDS = frozenset(
    ["ticket", "case", "call", "chat", "contact", "complaint", "conversation", "enquiry", "inquiry"]
)
"""Activities that are contacts in whatever channel, such as a ticket from a form on the web."""
ANSWER_WORDS = frozenset(["survey", "nps", "csat", "ces", "feedback", "rating", "review"])
"""Activities by which a customer answers rather than asks."""
SENT_WORDS = frozenset(
    ["open", "opened", "click", "clicked", "delivered", "bounced", "unsubscribe", "unsubscribed", "newsletter"]
)
"""Activities that happen to what she was sent: the channel alone makes them no contact."""
ERROR_WORDS = frozenset(["error", "errors", "exception", "crash", "invalid", "timeout", "failed", "failure"])
SEARCH_WORDS = frozenset(("search", "searched", "query"))
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def kinds_of_events(names: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """One row per activity and channel ("": none): what its events are about.

    Args:
        names: Activity and channel.
    """
    rows = [(activity, channel, *_kinds(words_of(activity), words_of(channel))) for activity, channel in names]
    flags = ("is_contact", "is_error", "is_search", "is_click", "is_rage", "is_dead")
    schema = {"activity": pl.String, "channel": pl.String, **dict.fromkeys(flags, pl.Boolean)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def words_of(name: str) -> frozenset[str]:
    """The words of a name in whatever case it is written: `ticket.created`, `FormError`, `rage_click`."""
    return frozenset(part.lower() for part in _PART.findall(name))


def _kinds(activity: frozenset[str], channel: frozenset[str]) -> tuple[bool, ...]:
    comes_to_us = bool(channel & CONTACT_CHANNELS) and not activity & SENT_WORDS
    is_contact = (comes_to_us or bool(activity & CONTACT_WORDS)) and not activity & ANSWER_WORDS
    is_click = bool(activity & {"click", "clicks", "clicked", "rageclick", "deadclick"})
    return (
        is_contact,
        bool(activity & ERROR_WORDS),
        bool(activity & SEARCH_WORDS),
        is_click,
        "rageclick" in activity or (is_click and "rage" in activity),
        "deadclick" in activity or (is_click and "dead" in activity),
    )
