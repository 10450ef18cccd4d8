"""What an event is about, by the words in its name."""

from __future__ import annotations

import pytest

from models.event_words import kinds_of_events, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ticket.created", {"ticket", "created"}),
        ("FormError", {"form", "error"}),
        ("$rageclick", {"rageclick"}),
        ("HTTPError 500", {"http", "error"}),
        ("DEAD_CLICK", {"dead", "click"}),
        ("", set()),
    ],
)
def test_names_have_words_however_they_are_written(name: str, words: set[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("activity", "channel", "flags"),
    [
        ("Case.opened", "", {"is_contact"}),
        ("anything", "phone", {"is_contact"}),
        ("page_view", "web", set()),
        ("survey.answered", "email", set()),
        ("email_opened", "email", set()),
        ("js_error", "web", {"is_error"}),
        ("$rageclick", "web", {"is_click", "is_rage"}),
        ("Dead Click", "web", {"is_click", "is_dead"}),
        ("view_search_results", "web", {"is_search"}),
        ("broadcast", "app", set()),
    ],
)
def test_an_event_is_what_its_activity_and_channel_say(activity: str, channel: str, flags: set[str]) -> None:
    (row,) = kinds_of_events([(activity, channel)]).iter_rows(named=True)

    assert {name for name, value in row.items() if value is True} == flags
