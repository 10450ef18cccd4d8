"""Connector files, found and read: the built-in ones, and the workspace's own in `connectors/`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.connectors.connector import Connector
from pipelines.settings.problem import settings_error
from schemas.errors import SettingsError

FOLDER = "connectors"
PAGE = "pipelines/connectors/README.md"
_SUFFIX = ".toml"


def connector_names(root: Path | None = None) -> tuple[str, ...]:
    """Every connector that there is, by name; with those of the workspace in the folder `root`."""
    own = (root / FOLDER).glob(f"*{_SUFFIX}") if root is not None else ()
    built_in = (path.name for path in _built_in().iterdir() if path.name.endswith(_SUFFIX))
    return tuple(sorted({*(path.stem for path in own), *(name.removesuffix(_SUFFIX) for name in built_in)}))


def load_connector(name: str, root: Path | None = None) -> Connector:
    """A connector by its name; one of the workspace goes before a built-in one.

    Raises:
        SettingsError: There is none, its file is no TOML, or it says something that we do not know.
    """
    found = _load(name, root)
    if found.same_as is None:
        return found
    other = _load(found.same_as, root)
    if other.same_as is not None:
        got = f"{name!r} is the same as {found.same_as!r}, which has no tables itself"
        raise SettingsError(got, "the name of a connector with tables", "", shown_file(name, root))
    return other.model_copy(update={"title": found.title, "needs": found.needs or other.needs})


def _load(name: str, root: Path | None) -> Connector:
    own = root / FOLDER / f"{name}{_SUFFIX}" if root is not None else None
    if own is not None and own.is_file():
        return _read(own, f"{FOLDER}/{own.name}")
    if name in connector_names():
        return _load_built_in(name)
    raise SettingsError(f"there is no connector {name!r}", f"one of {', '.join(connector_names(root))}")


def shown_file(name: str, root: Path | None = None) -> str:
    """The connector's file as the user knows it."""
    is_own = root is not None and (root / FOLDER / f"{name}{_SUFFIX}").is_file()
    return f"{FOLDER}/{name}{_SUFFIX}" if is_own else f"pipelines/connectors/{name}{_SUFFIX}"


@cache
def _load_built_in(name: str) -> Connector:
    return _read(_built_in() / f"{name}{_SUFFIX}", shown_file(name))


def _built_in() -> Traversable:
    return resources.files("pipelines") / "connectors"


def _read(path: Path | Traversable, shown: str) -> Connector:
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError("the connector cannot be read", "a text file in UTF-8", "", shown) from error
    return _parsed(text, shown)


@cache
def _parsed(text: str, shown: str) -> Connector:
    """A connector by its text: asked for often, and read once."""
    try:
        return Connector.model_validate(_tuples(_filled_in(tomllib.loads(text), shown)))
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", 0)
        raise SettingsError(f"this is no TOML: {error}", "valid TOML", f"{PAGE} tells how", shown, line) from error
    except ValidationError as error:
        raise settings_error(error, text, shown, Connector, PAGE) from error


def _filled_in(told: dict[str, Any], shown: str) -> dict[str, Any]:
    """A table that is `like` another says only what is different in it."""
    tables = told.get("tables", [])
    if not isinstance(tables, list) or not any(isinstance(table, dict) and "like" in table for table in tables):
        return told
    by_name = {str(table.get("name")): table for table in tables if isinstance(table, dict) and "like" not in table}
    return {**told, "tables": [_like(table, by_name, shown) for table in tables]}


def _like(table: dict[str, Any], others: dict[str, dict[str, Any]], shown: str) -> dict[str, Any]:
    if "like" not in table:
        return table
    if table["like"] not in others:
        got = f"table {table.get('name')!r} is like {table['like']!r}"
        raise SettingsError(got, f"one of {', '.join(others)}", "name a table that is like no other", shown)
    return {**others[table["like"]], **{key: value for key, value in table.items() if key != "like"}}


def _tuples(value: Any) -> Any:
    """TOML's arrays of tables as tuples, which strict mode wants."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return tuple(_tuples(item) for item in value)
    return value
