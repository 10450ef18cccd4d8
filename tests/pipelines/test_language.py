from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.language import language_code, speaking
from pipelines.report.numbers import count, day, duration, fine_share_with, interval, moment, share, short_day
from schemas.errors import SettingsError

OSLO = ZoneInfo("Europe/Oslo")
LATE = datetime(2026, 4, 30, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "code"), [("no", "nb"), ("NB", "nb"), ("nb_NO", "nb"), ("sv-SE", "sv"), ("da", "da"), ("en_GB", "en")]
)
def test_a_language_is_known_by_its_usual_names(name: str, code: str) -> None:
    assert language_code(name) == code


def test_a_language_that_is_none_of_ours_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match="language 'fi'"):
        language_code("fi")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["1,234,567", "3.4%", "<0.1%", "1.1–5.4%", "38.7% (38.0–39.1%)", "2.5 h", "1 May 2026", "1 May"]),
        ("nb", ["1 234 567", "3,4 %", "<0,1 %", "1,1–5,4 %", "38,7 % (38,0–39,1 %)", "2,5 t", "1. mai 2026", "1. mai"]),
        ("sv", ["1 234 567", "3,4 %", "<0,1 %", "1,1–5,4 %", "38,7 % (38,0–39,1 %)", "2,5 tim", "1 maj 2026", "1 maj"]),
        ("da", ["1.234.567", "3,4 %", "<0,1 %", "1,1–5,4 %", "38,7 % (38,0–39,1 %)", "2,5 t", "1. maj 2026", "1. maj"]),
    ],
)
def test_numbers_and_dates_have_the_signs_of_the_language(language: str, told: list[str]) -> None:
    with speaking(language):
        found = [
            count(1_234_567),
            share(0.034),
            share(0.0004),
            interval(0.011, 0.054),
            fine_share_with(0.387, 0.38, 0.391),
            duration(9_000),
            day(LATE, OSLO),
            short_day(LATE, OSLO),
        ]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in found] == told


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "2026-05-01 00:30 Europe/Oslo"),
        ("nb", "1. mai 2026 kl. 00:30 Europe/Oslo"),
        ("sv", "1 maj 2026 kl. 00:30 Europe/Oslo"),
        ("da", "1. maj 2026 kl. 00.30 Europe/Oslo"),
    ],
)
def test_a_time_is_told_as_in_the_language(language: str, told: str) -> None:
    with speaking(language):
        assert moment(LATE, OSLO) == told


def test_a_language_ends_where_it_was_begun() -> None:
    with speaking("nb"), speaking("sv"):
        pass
    assert count(1000) == "1,000"
