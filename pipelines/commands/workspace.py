"""Find the workspace that a command is about, and read the times that a user typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from pipelines.settings import Settings


def open_workspace(folder: Path) -> Settings:
    """The settings of a workspace folder.

    Raises:
        SettingsError: There is no terreng.toml in the folder, or it is wrong.
    """
    from pipelines.settings import load_settings

    if not (folder / "terreng.toml").is_file():
        raise SettingsError(
            got=f"no terreng.toml in {folder.resolve()}",
            wanted="a workspace folder",
            hint="go into one, name it with --workspace, or make one: terreng init DIR, or terreng demo",
        )
    return load_settings(folder.resolve())


def in_language(settings: Settings, language: str) -> Settings:
    """The settings with another language of the report; "" leaves the workspace's own.

    Raises:
        UsageError: The language is none of ours.
    """
    from pipelines.language import language_code
    from pipelines.settings import Report

    if not language:
        return settings
    try:
        return replace(settings, report=Report(language=language_code(language)))
    except SettingsError as error:
        raise UsageError(error.got, error.wanted, error.hint) from error


def parse_time(text: str, zone: str, option: str) -> datetime:
    """ISO 8601 to an instant; a time without a zone is the workspace's.

    Raises:
        UsageError: The text is no ISO date or time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(got=f"{option} {text!r}", wanted="an ISO 8601 date or time, such as 2026-05-01") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def parse_as_of(text: str, zone: str) -> datetime | None:
    """The `--as-of` option; None when it was not given (then the latest event decides, never the clock)."""
    return parse_time(text, zone, "--as-of") if text else None
