"""The file format of a map as a JSON schema (draft 2020-12), for editors that complete keys and mark mistakes.

It is made from the models that read the map, so that the two agree. What a schema cannot say, `terreng map lint` does:
names that exist, examples that hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from schemas import map_constraints, map_experience, map_parts
from schemas.journey_map import JourneyMap
from schemas.map_flow import WORDS
from schemas.map_keys import MEANINGS
from schemas.words import Observability

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALAR = ["string", "number", "boolean"]  # a map's reader takes what was written as text, so 2026 and no are texts
_NAME: Schema = {"type": _SCALAR, "pattern": r"^[^\s|*?]([^|*?\n]*[^\s|*?])?$"}
_TEXT: Schema = {"type": _SCALAR, "pattern": r"\S"}
_DURATION: Schema = {"type": "string", "pattern": r"^\s*(?!0+\s*[smhdw])[0-9]{1,12}\s*[smhdw]\s*$"}
_DATE: Schema = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_INSTANT: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,]+(Z|[+-][0-9]{2}:?[0-9]{2}))?$",
}
_PAIR: Schema = {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2, "uniqueItems": True}
_SCALE: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2, "uniqueItems": True}
_STEP: Schema = {"$ref": "#/$defs/step"}
_NAMES: Schema = {"anyOf": [_NAME, {"type": "array", "items": _NAME, "uniqueItems": True}, {"type": "null"}]}


def map_schema() -> Schema:
    """The schema of a map file."""
    schema: Schema = JourneyMap.model_json_schema(by_alias=True, schema_generator=_Generator)
    defs, keys = schema["$defs"], schema["properties"]
    del keys["phase goals"]
    keys["flow"] = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/phase"}}
    keys["anytime"] = _NAMES
    keys["owner"] = {"anyOf": [_TEXT, {"$ref": "#/$defs/Owner"}]}
    defs |= {"phase": _phase(), "step": _step()}
    _patience(defs["JourneyIs"]["properties"])
    for name, rule in _ONE_OF_SEVERAL.items():
        defs[name] |= rule
    for name, part in (("JourneyMap", schema), *defs.items()):
        _describe(name, part)
    written = _as_written(schema)
    written["$defs"] = {name: written["$defs"][name] for name in sorted(_reached(written, {"properties"}))}
    return {"$schema": DIALECT, "title": "A journey map of Terreng", **written}


def _reached(schema: Schema, keys: set[str]) -> set[str]:
    """Names of the definitions that some keys of a schema lead to."""
    found: set[str] = set()
    open_ = [schema[key] for key in keys]
    while open_:
        match open_.pop():
            case {"$ref": str(ref)} if (name := ref.rpartition("/")[2]) not in found:
                found.add(name)
                open_.append(schema["$defs"][name])
            case dict() as inside:
                open_.extend(inside.values())
            case list() as inside:
                open_.extend(inside)
            case _:
                pass
    return found


# --- the flow ------------------------------------------------------------------------------------------------------


def _phase() -> Schema:
    keys: Schema = {
        "phase": _TEXT,
        "customer_goal": {"type": [*_SCALAR, "null"]},
        "steps": {"type": "array", "minItems": 1, "items": _STEP},
        "anytime": _NAMES,
    }
    return {"type": "object", "properties": keys, "required": ["phase", "steps"], "additionalProperties": False}


def _step() -> Schema:
    """A touchpoint, a list that is a sequence, or one of the five words with what it takes."""
    several: Schema = {"type": "array", "minItems": 1, "items": _STEP}
    branches: Schema = {"type": "array", "minItems": 2, "items": _STEP}
    bodies = {word: branches if word in ("one_of", "all_of") else _STEP for word in WORDS}
    words: Schema = {
        "type": "object",
        "properties": {**bodies, "at_most": {"type": "integer", "minimum": 1, "maximum": 1000}},
        "oneOf": [{"required": [word]} for word in WORDS],
        "dependentRequired": {"at_most": ["repeat"]},
        "additionalProperties": False,
    }
    return {"anyOf": [_NAME, several, words]}


# --- what the models' own checks mean ------------------------------------------------------------------------------


def _given(*keys: str) -> Schema:
    """These keys with a value: null counts as absent."""
    return {"required": list(keys), "properties": {key: {"not": {"type": "null"}} for key in keys}}


_PAIR_OF_CHANNELS: Schema = {"required": ["same_channel"], "properties": {"same_channel": {"type": "array"}}}
_ONE_OF_SEVERAL: dict[str, Schema] = {
    "Target": {"anyOf": [_given("at_least"), _given("at_most")]},
    "Budget": {
        "allOf": [
            {"oneOf": [_given("touchpoint"), _given("phase")]},
            {"oneOf": [_given("promise_kept_at_least"), _given("drop_off_at_most")]},
            {"if": _given("promise_kept_at_least"), "then": _given("touchpoint")},
        ]
    },
    "Question": {
        "allOf": [
            {"if": _given("scale"), "then": {"properties": {"measure": {"not": {"const": "nps"}}}}},
            {"if": _given("high"), "then": {"properties": {"measure": {"enum": ["csat", "ces"]}}}},
        ]
    },
    "Constraint": {
        "oneOf": [_given("response"), _given("not_after"), _given("at_most", "of"), _PAIR_OF_CHANNELS],
        "allOf": [
            {"if": _given("at_most"), "then": _given("of")},
            {"if": _given("of"), "then": _given("at_most")},
            {"if": _given("within"), "then": _given("response")},
            {"if": _given("calendar"), "then": _given("within")},
            {
                "if": {"required": ["same_channel"], "properties": {"same_channel": {"const": True}}},
                "then": _given("response"),
            },
        ],
    },
}


def _patience(keys: Schema) -> None:
    """In the file the default stands among the touchpoints."""
    default = keys.pop("patience.default")
    keys["patience"] |= {"properties": {"default": default}}


def _one_or_more(inner: Schema) -> Schema:
    return {"anyOf": [inner["items"], inner]}


def _spans(inner: Schema) -> Schema:
    return {"anyOf": [{"enum": [word.value for word in Observability]}, inner["items"], inner]}


def _with_durations(inner: Schema) -> Schema:
    """`"goal" or seconds` as `"goal" or a duration`."""
    choices = [choice for choice in inner["anyOf"] if choice.get("type") != "integer"]
    return {"anyOf": [*choices, _DURATION]}


_WRITTEN_AS: dict[str, Callable[[Schema], Schema]] = {
    map_parts._one_or_more.__qualname__: _one_or_more,
    map_parts._seconds.__qualname__: lambda _: _DURATION,
    map_parts._date.__qualname__: lambda _: _DATE,
    map_parts._instant.__qualname__: lambda _: _INSTANT,
    map_parts._spans.__qualname__: _spans,
    map_parts._segment.__qualname__: lambda inner: {"anyOf": [_TEXT, inner]},
    map_parts._not_empty.__qualname__: lambda inner: inner | {"pattern": r"\S"},
    map_parts._code.__qualname__: lambda inner: inner | {"pattern": r"^\w[\w.-]{0,79}$", "minimum": 0},
    "_word_or_seconds.<locals>.read": _with_durations,
    map_experience._scale.__qualname__: lambda _: _SCALE,
    map_constraints._pair.__qualname__: lambda _: _PAIR,
    map_constraints._yes_or_pair.__qualname__: lambda _: {"anyOf": [{"type": "boolean"}, _PAIR]},
}
"""Validator of a value to what it makes of the schema behind it."""


class _Generator(GenerateJsonSchema):
    """Knows what the readers of single values take beside what they make of it."""

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> Schema:
        return {}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> Schema:
        return self._written(schema, super().function_before_schema(schema))

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> Schema:
        return self._written(schema, super().function_after_schema(schema))

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        return self.generate_inner(schema["schema"])  # what a key is without being written is on the page

    def _written(
        self,
        schema: core_schema.BeforeValidatorFunctionSchema | core_schema.AfterValidatorFunctionSchema,
        inner: Schema,
    ) -> Schema:
        name = getattr(schema["function"]["function"], "__qualname__", "")
        return _WRITTEN_AS[name](inner) if name in _WRITTEN_AS else inner


# --- for people, and for YAML --------------------------------------------------------------------------------------


def _describe(name: str, part: Schema) -> None:
    """What an editor shows beside a key."""
    part.pop("description", None)
    for key, value in part.get("properties", {}).items():
        said = MEANINGS.get(f"{name}.{key}") or MEANINGS.get(key)
        if said:
            part["properties"][key] = {"description": said, **value}


def _as_written(schema: Any) -> Any:
    """Without pydantic's titles, and with every text as YAML may read it; names of keys stay what they are."""
    if isinstance(schema, list):
        return [_as_written(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _of_key(key, value) for key, value in schema.items() if key != "title"}
    if "anyOf" in found and found.pop("minLength", 0):  # of a list that may be one text
        found["anyOf"] = [each | {"minItems": 1} if each.get("type") == "array" else each for each in found["anyOf"]]
    if "patternProperties" in found:
        ((pattern, value),) = found.pop("patternProperties").items()
        found |= {"propertyNames": {"pattern": pattern}, "additionalProperties": value}
    if found.get("type") == "string" and "enum" not in found and found.get("pattern") not in _OF_TEXTS:
        found["type"] = _SCALAR
    return found


def _of_key(key: str, value: Any) -> Any:
    if key in ("properties", "$defs", "patternProperties"):
        return {name: _as_written(each) for name, each in value.items()}
    return value if key in ("enum", "required", "const", "dependentRequired") else _as_written(value)


_OF_TEXTS = {each["pattern"] for each in (_DURATION, _DATE, _INSTANT)}
"""Patterns that no number has."""
