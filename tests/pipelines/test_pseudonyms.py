"""The salt, and what it makes of an id."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from pipelines.pseudonyms import load_salt, pseudonym_sql
from pipelines.settings import Settings
from schemas.errors import SettingsError


def test_a_salt_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, name="x", salt_env="TERRENG_TEST_SALT")

    first, second = load_salt(settings), load_salt(settings)

    assert first == second
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / ".terreng" / "salt").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / ".terreng").iterdir()] == ["salt"]


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRENG_TEST_SALT", "pepper")
    settings = Settings(root=tmp_path, name="x", salt_env="TERRENG_TEST_SALT")

    assert load_salt(settings) == b"pepper"
    assert not (tmp_path / ".terreng").exists()

    monkeypatch.setenv("TERRENG_TEST_SALT", " ")
    with pytest.raises(SettingsError, match="TERRENG_TEST_SALT is empty"):
        load_salt(settings)


def test_a_damaged_salt_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    (tmp_path / ".terreng").mkdir()
    (tmp_path / ".terreng" / "salt").write_bytes(b"short")

    with pytest.raises(SettingsError, match="damaged"):
        load_salt(Settings(root=tmp_path, name="x", salt_env="TERRENG_TEST_SALT"))


def test_a_pseudonym_is_a_salted_hash_of_type_and_value() -> None:
    kind = "it's"
    query = f"SELECT {pseudonym_sql(b'salt', kind, 'value')} FROM (SELECT 'C1' AS value)"

    [(found,)] = duckdb.connect().sql(query).fetchall()

    assert found == sha256(b"73616c74" + b"it's:C1").hexdigest()[:20]
