"""What terreng.toml says of databases, stores and objects, and what of it is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.fetch.queries import query_text
from pipelines.settings import Settings, load_settings
from schemas.errors import SettingsError, SourceError

HEAD = '[workspace]\nname = "T"\n[[sources]]\nname = "x"\n'
COLUMNS = 'columns = {occurred_at = "at", activity = "what", identities = {c = "who"}}\n'


def loaded(folder: Path, text: str) -> Settings:
    """The settings with one source."""
    (folder / "terreng.toml").write_text(HEAD + text, encoding="utf-8")
    return load_settings(folder)


def test_a_query_may_stand_in_a_file_and_its_times_are_durations(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("-- orders\n(SELECT 1);\n", encoding="utf-8")
    text = 'kind = "sql"\nurl = "postgresql://reader@host/crm"\nquery_file = "q.sql"\noverlap = "2d"\ntimeout = "1h"\n'

    settings = loaded(tmp_path, text + COLUMNS)

    [source] = settings.sources
    assert (source.overlap, source.timeout) == (timedelta(days=2), timedelta(hours=1))
    assert query_text(settings, source) == "-- orders\n(SELECT 1)"


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file"), (b"DELETE FROM x", "does not begin with SELECT"), (b"SELECT '\xff'", "not UTF-8")],
)
def test_a_query_file_that_does_not_read_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / "q.sql").write_bytes(content)
    settings = loaded(tmp_path, 'kind = "sql"\nurl_env = "U"\nquery_file = "q.sql"\n' + COLUMNS)

    with pytest.raises(SourceError, match=told):
        query_text(settings, settings.sources[0])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('kind = "sql"\nurl = "postgresql://u:geheim@h/d"\nquery = "SELECT 1"\n', ":6: .*has a password in it"),
        ('kind = "sql"\nurl = "mssql://h/d?PWD=geheim"\nquery = "SELECT 1"\n', "has a password in it.*url_env"),
        ('kind = "sql"\nurl_env = "U"\nquery = "DROP TABLE x"\n', "does not begin with SELECT or WITH"),
        ('kind = "sql"\nurl_env = "U"\n', "needs one query"),
        ('kind = "sql"\nquery = "SELECT 1"\n', "needs one URL"),
        ('kind = "sql"\nurl_env = "U"\nurl = "sqlite:///x"\nquery = "SELECT 1"\n', "needs one URL"),
        ('kind = "sql"\npath = "a"\nurl_env = "U"\nquery = "SELECT 1"\n', "takes no path"),
        ('kind = "sql"\nurl_env = "U"\nquery = "SELECT 1"\noverlap = "soon"\n', "'soon' is no duration"),
        ('kind = "table"\nurl_env = "U"\n', "is read from files"),
        ('kind = "table"\npath = "a"\nquery = "SELECT 1"\n', "takes no query"),
        ('kind = "table"\npath = "s3://key:geheim@bucket/a"\n', "a path has a password in it"),
        ('kind = "table"\n', "path is missing"),
        ('kind = "ga4"\npath = "a"\nurl_env = "U"\n', "either path or"),
        ('kind = "ga4"\npath = "a"\nschema = "s"\n', "schema belongs to a database"),
        ('kind = "ocel"\npath = "a"\n', "needs .sources.objects."),
        ('kind = "ocel"\npath = "a"\nobjects = {A = "x", B = "x"}\n', "two object types have one id type"),
        ('kind = "xes"\npath = "a"\nobjects = {A = "x"}\n', "takes no .sources.objects."),
    ],
)
def test_settings_that_do_not_go_together_are_told_without_the_password(tmp_path: Path, text: str, told: str) -> None:
    columns = COLUMNS if 'kind = "sql"' in text or 'kind = "table"' in text else ""

    with pytest.raises(SettingsError, match=told) as error:
        loaded(tmp_path, text + columns)

    assert "geheim" not in str(error.value)
