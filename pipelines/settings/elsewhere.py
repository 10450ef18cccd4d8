"""Keys of `[[sources]]` for what is no plain file: a database's URL and query, and the objects of an OCEL log."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from pipelines.settings.words import Strict, Word
from schemas.durations import WANTED, seconds

_PASSWORD = re.compile(r"^[^:/?#]+://[^/?#@]*:[^/?#]*@|[?&](password|pwd|token|private_key)=", re.IGNORECASE)
_BEGINS = re.compile(r"(\s|--[^\n]*(\n|$)|/\*.*?\*/|\()*(select|with)\b", re.IGNORECASE | re.DOTALL)


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return timedelta(seconds=seconds(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is no duration; {WANTED}") from error


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Elsewhere(Strict):
    """What a source says beside its files.

    Attributes:
        url: A database, without a password.
        url_env: Environment variable with the database's URL.
        query: What is read, in the database's SQL.
        query_file: File with it, from the workspace's folder.
        schema_name: Schema with a connector's tables (`schema` in the file).
        overlap: How much of what was read already `:since` reads again.
        timeout: How long the database may take for the query's first rows, or for further ones.
        objects: Object types of an OCEL log that are identities: type to id type.
    """

    url: Word | None = None
    url_env: Word | None = None
    query: Word | None = None
    query_file: Word | None = None
    schema_name: Word | None = Field(default=None, alias="schema")
    overlap: Duration = timedelta(days=7)
    timeout: Duration = timedelta(minutes=10)
    objects: dict[Word, Word] = Field(default_factory=dict)

    @field_validator("url")
    @classmethod
    def _has_no_password(cls, url: str | None) -> str | None:
        if url is not None and _PASSWORD.search(url):
            raise ValueError(
                "the URL has a password in it, and this file is no place for one;"
                " url_env = 'NAME', and the URL in the environment variable of that name"
            )
        return url

    @field_validator("query")
    @classmethod
    def _reads(cls, query: str | None) -> str | None:
        return None if query is None else reading(query)

    @field_validator("objects")
    @classmethod
    def _id_types_differ(cls, objects: dict[str, str]) -> dict[str, str]:
        if len(set(objects.values())) < len(objects):
            raise ValueError("two object types have one id type; every object type needs its own")
        return objects

    @property
    def is_database(self) -> bool:
        """Whether the rows come from a database."""
        return self.url is not None or self.url_env is not None

    def fault(self, kind: str, path: tuple[str, ...]) -> str:
        """What is wrong with these keys for a kind of source, as "got; wanted"; "" if nothing is."""
        if any(_PASSWORD.search(each) for each in path):
            return "a path has a password in it; a store's own environment variables say who we are"
        if kind == "ocel" and not self.objects:
            return "a source of kind 'ocel' needs [sources.objects]; `terreng init --from FILE` proposes them"
        if self.objects and kind != "ocel":
            return f"a source of kind {kind!r} takes no [sources.objects]"
        return self._fault_of_query(bool(path)) if kind == "sql" else self._fault_of_files(kind, bool(path))

    def _fault_of_files(self, kind: str, has_path: bool) -> str:
        if self.query is not None or self.query_file is not None:
            return f"a source of kind {kind!r} takes no query; kind 'sql' does"
        if self.is_database and has_path:
            return f"a source of kind {kind!r} takes either path or a database's url_env"
        if self.is_database and kind in {"table", "xes", "ocel"}:
            return f"a source of kind {kind!r} is read from files; kind 'sql' reads from a database"
        if self.schema_name is not None and not self.is_database:
            return "schema belongs to a database; url_env = 'NAME' of its URL"
        return "" if has_path or self.is_database else "path is missing; path = 'exports/*.csv'"

    def _fault_of_query(self, has_path: bool) -> str:
        if has_path or self.schema_name is not None:
            return "a source of kind 'sql' takes no path and no schema; it has a query"
        if (self.url is None) == (self.url_env is None):
            return "a source of kind 'sql' needs one URL; url_env = 'NAME' of the environment variable with it"
        if (self.query is None) == (self.query_file is None):
            return "a source of kind 'sql' needs one query; query = 'SELECT ...' or query_file = 'x.sql'"
        return ""


def reading(query: str) -> str:
    """The query, without the semicolon at its end.

    Raises:
        ValueError: It begins with another word than SELECT or WITH.
    """
    if not _BEGINS.match(query):
        raise ValueError("the query does not begin with SELECT or WITH; a query that only reads")
    return query.strip().rstrip(";").rstrip()
