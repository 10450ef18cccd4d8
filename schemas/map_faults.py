"""What pydantic finds wrong with a map, said for a person with the line."""

from __future__ import annotations

import copy
import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.errors import Problem
from schemas.map_file import PAGE, Notes, did_you_mean, shown

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "tuple_type": "a list",
    "too_short": "at least one",
    "too_long": "only one",
    "is_instance_of": "a flow",
}
_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
}
_HINTS = {"dict_type": "check the indentation", "model_type": "check the indentation"}
_PLACEHOLDER = "unknown"


class Faults:
    """Gathers pydantic's errors over rounds, in each of which what was wrong before has been left out.

    After the first round only what a whole part says of itself is new, and only where nothing of it was left out: a
    missing key may be one that was removed for being wrong.
    """

    def __init__(self, model: type[BaseModel], notes: Notes) -> None:
        self.model = model
        self.notes = notes
        self.told: set[tuple[str | int, ...]] = set()

    def add(self, error: ValidationError) -> None:
        """Note what is new in an error."""
        details = error.errors(include_url=False)
        places = [self.notes.written(detail["loc"]) for detail in details]
        inner = {place[:length] for place in places for length in range(len(place))}
        is_first = not self.told
        for detail, place in zip(details, places, strict=True):
            is_echo = detail["type"] == "too_short" and place in inner  # its one item is wrong, and told of
            is_new = detail["type"] == "map" and place not in self.told
            if is_new or (is_first and not is_echo):
                self.notes.problems.append(_fault(detail, self.model, self.notes))
        self.told |= inner | set(places)


def _fault(detail: ErrorDetails, model: type[BaseModel], notes: Notes) -> Problem:
    path, kind, got = detail["loc"], detail["type"], detail["input"]
    context = detail.get("ctx", {})
    key = _label(notes.written(path))
    match kind:
        case "missing":
            around = f" in {_said(path[:-1])}" if path[:-1] else ""
            return notes.problem(path[:-1], f"no {path[-1]}{around}", f"the key {path[-1]}")
        case "extra_forbidden":
            choices = _keys(model, path[:-1])
            around = f" in {_said(path[:-1])}" if path[:-1] else ""
            hint = did_you_mean(str(path[-1]), choices, "keys") or f"{PAGE} tells every key"
            return notes.problem(path, f'the key "{path[-1]}"{around}', "a key that the map knows", hint)
        case "literal_error" | "enum":
            choices = [choice.strip("' ") for choice in str(context["expected"]).replace(" or ", ", ").split(",")]
            hint = did_you_mean(str(got), choices, "words")
            return notes.problem(path, f"{key}: {shown(got)}", f"one of {', '.join(choices)}", hint)
        case "map":
            return notes.problem(path, f"{key}: {shown(got)}", str(context["wanted"]), str(context.get("hint", "")))
        case _:
            wanted = _WANTED.get(kind) or _limit(kind, context) or detail["msg"]
            hint = "write a value after the colon, or remove the key" if got is None else _HINTS.get(kind, "")
            return notes.problem(path, f"{key}: {shown(got)}", wanted, hint)


def _label(path: tuple[str | int, ...]) -> str:
    """The last key of a path, with its place in a list: `emotion`, `targets 2`."""
    keys = [str(part) for part in path if isinstance(part, str) and part != "[key]"]
    place = f" {path[-1] + 1}" if path and isinstance(path[-1], int) else ""
    return (keys[-1] if keys else "the map") + place


def _limit(kind: str, context: dict[str, Any]) -> str:
    name, words = _LIMITS.get(kind, ("", ""))
    return f"{words} {context[name]}" if name in context else ""


def _said(path: tuple[str | int, ...]) -> str:
    """A path as people say it: touchpoints.pay.promise, budget 2."""
    return ".".join(str(part) if isinstance(part, str) else str(part + 1) for part in path)


def _keys(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Keys that the model at a path knows, as written in the file."""
    at: Any = model
    for part in path:
        at = _step(at, part)
    found = _model_of(at)
    keys = [field.alias or name for name, field in found.model_fields.items()] if found else []
    return [key for key in keys if key.isidentifier()] + ([] if path else ["anytime"])


def _step(at: Any, part: str | int) -> Any:
    model = _model_of(at)
    if model is not None and isinstance(part, str):
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        return fields.get(part)
    return typing.get_args(_bare(at))[-1 if isinstance(part, str) else 0] if typing.get_args(_bare(at)) else None


def _bare(at: Any) -> Any:
    """A type without Annotated and without `| None`."""
    while True:
        if typing.get_origin(at) is typing.Annotated:
            at = typing.get_args(at)[0]
        elif isinstance(at, types.UnionType):
            at = next((arg for arg in typing.get_args(at) if arg is not types.NoneType), None)
        else:
            return at


def _model_of(at: Any) -> type[BaseModel] | None:
    bare = _bare(at)
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None


def without_faults(data: dict[str, object], error: ValidationError, notes: Notes) -> dict[str, object]:
    """The data without what was wrong in it; what was missing gets a placeholder."""
    left = copy.deepcopy(data)
    # From the end, so that places in lists stay right while items go.
    for detail in sorted(error.errors(include_url=False), key=lambda detail: _order(detail["loc"]), reverse=True):
        loc = detail["loc"]
        if detail["type"] == "missing" and len(loc) == 1:
            left[str(loc[0])] = _PLACEHOLDER
        else:
            removed = _remove(left, loc[:-1] if detail["type"] == "missing" else loc)
            if removed:
                notes.leave_out(removed)
    for key in ("journey", "title"):
        left.setdefault(key, _PLACEHOLDER)
    return left


def _order(path: tuple[str | int, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((part, "") if isinstance(part, int) else (0, part) for part in path)


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _remove(data: Any, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Remove the value at a path, else the nearest one around it (a path may name what a validator made); its path."""
    held: list[tuple[Any, str | int]] = []
    for part in path:
        if not _has(data, part):
            break
        held.append((data, part))
        data = data[part]
    if held:
        container, part = held[-1]
        del container[part]
    return path[: len(held)]
