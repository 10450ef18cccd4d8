"""What a step tells while it runs: on a terminal at once, in a log only what takes long."""

from __future__ import annotations

import pytest

from pipelines import terminal


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def monotonic(self) -> float:
        """As `time.monotonic`."""
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of progress."""
    made = Clock()
    monkeypatch.setattr(terminal, "time", made)
    return made


def test_a_log_hears_nothing_of_what_is_soon_done(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress() as tell:
        for title in ("Reading", "Comparing", "Publishing"):
            tell(title)
            terminal.detail("steps")
            clock.now_s += 59
            terminal.detail("stages")

    assert capsys.readouterr() == ("", "")


def test_a_log_hears_once_a_minute_where_a_long_step_is(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress() as tell:
        tell("Comparing")
        for _ in range(10):
            clock.now_s += 15
            terminal.detail("journey stages")
        tell("Publishing")
        clock.now_s += 5

    out, said = capsys.readouterr()
    assert out == ""
    assert said.splitlines() == [
        "terreng: Comparing: journey stages, 1 min so far",
        "terreng: Comparing: journey stages, 2 min so far",
        "terreng: Comparing took 2 min",
    ]


def test_a_step_that_fails_is_not_said_to_be_done(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with terminal.progress() as tell:
            tell("Comparing")
            clock.now_s += 90
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fail()
    terminal.detail("of nobody's step")

    assert capsys.readouterr() == ("", "")
