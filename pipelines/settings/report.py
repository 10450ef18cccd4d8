"""`[report]` of `terreng.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from pipelines.language import LANGUAGES, language_code
from pipelines.settings.words import Strict
from schemas.errors import SettingsError


def _language(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return language_code(value)
    except SettingsError as error:
        raise ValueError(f"{value!r} is no language of ours; they are {', '.join(LANGUAGES)}") from error


class Report(Strict):
    """How the report is told.

    Attributes:
        language: Code of its language.
    """

    language: Annotated[str, BeforeValidator(_language)] = "en"
