"""A mistake in `terreng.toml`, told with its line and the nearest word that would have been right."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.errors import SettingsError

PAGE = "schemas/SETTINGS.md"
_SAID = {
    "tuple_type": "this is no list; a list in [ ], or one text where texts are listed",
    "string_type": "this is no text; a text in quotes",
    "dict_type": "this is no table; keys with values in {{ }}, or below a heading in [ ]",
    "int_type": "this is no whole number; one without quotes",
    "bool_type": "this is neither true nor false; one of them, without quotes",
    "string_too_short": "this is empty; a text",
    "greater_than_equal": "this is too small; {ge} or more",
    "less_than_equal": "this is too large; {le} or less",
}
"""What pydantic tells of a type, for people: what was got, and what was wanted."""


def settings_error(
    error: ValidationError, text: str, file: str, model: type[BaseModel], page: str = PAGE
) -> SettingsError:
    """The first mistake that pydantic found, as a `SettingsError`; `page` tells people more."""
    first = _most_telling(error.errors(include_url=False))
    steps = tuple(step for step in first["loc"] if isinstance(step, int) or _is_key(str(step), text))
    line = line_of(text, steps)
    where = ".".join(str(step) for step in steps if isinstance(step, str))
    if first["type"] == "extra_forbidden":
        return _unknown_key(steps, model, file, line, page)
    if first["type"] == "missing":
        missing = str(first["loc"][-1])
        under = ".".join(str(step) for step in first["loc"][:-1] if isinstance(step, str))
        hint = f"add `{missing} = ...`; {page} has examples"
        return SettingsError(f"{missing!r} is missing{f' in {under}' if under else ''}", missing, hint, file, line)
    said = _SAID.get(first["type"], first["msg"].removeprefix("Value error, "))
    said = said.format(**first.get("ctx", {})) if first["type"] in _SAID else said
    if first["type"] == "literal_error":
        said = f"{first['input']!r}; {first['ctx']['expected']}"
    got, _, wanted = said.partition("; ")
    return SettingsError(f"{where}: {got}" if where else got, wanted, "", file, line)


def _most_telling(errors: list[ErrorDetails]) -> ErrorDetails:
    """Of a union's many complaints, the unknown key that someone typed rather than the types it might have been."""
    told = [error for error in errors if error["type"] in {"extra_forbidden", "value_error"}]
    return (told or errors)[0]


def _is_key(step: str, text: str) -> bool:
    """Pydantic puts the names of union members into the place; only keys of the file count."""
    return re.search(rf"(?m)(^|[\[{{.,\s\"']){re.escape(step)}[\"']?\s*[=\].]", text) is not None


def _unknown_key(
    steps: tuple[str | int, ...], model: type[BaseModel], file: str, line: int, page: str
) -> SettingsError:
    key = str(steps[-1])
    known = _keys_at(model, steps[:-1])
    near = get_close_matches(key, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"{page} tells every key"
    return SettingsError(f"unknown key {key!r}", f"one of {', '.join(known)}", hint, file, line)


def _keys_at(model: type[BaseModel], steps: tuple[str | int, ...]) -> list[str]:
    """Keys that the model knows at a place of the file."""
    models = [model]
    for step in steps:
        if isinstance(step, str):
            models = [inner for outer in models for inner in _models_of(outer, step)] or models
    return sorted({field.alias or name for found in models for name, field in found.model_fields.items()})


def _models_of(outer: type[BaseModel], key: str) -> list[type[BaseModel]]:
    field = outer.model_fields.get(key)
    return [] if field is None else list(_inner_models(field.annotation))


def _inner_models(annotation: object) -> tuple[type[BaseModel], ...]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for inner in get_args(annotation) for model in _inner_models(inner))


def line_of(text: str, steps: tuple[str | int, ...]) -> int:
    """Line of a key in the file, counted from 1; 0 where it cannot be told.

    `("sources", 1, "columns", "activity")` is the second `[[sources]]`, its table `columns`, its key `activity`.
    """
    lines = text.splitlines()
    at, found = 0, 0
    for place, step in enumerate(steps):
        following = steps[place + 1] if place + 1 < len(steps) else None
        if isinstance(step, int):
            continue
        skip = following if isinstance(following, int) else 0
        pattern = re.compile(rf"^\s*\[+([\w-]+\.)*{re.escape(step)}\]+|(^|[{{,\s])[\"']?{re.escape(step)}[\"']?\s*=")
        hits = [number for number, line in enumerate(lines) if number >= at and pattern.search(line)]
        if not hits:
            break
        at = hits[min(skip, len(hits) - 1)]
        found = at + 1
    return found
