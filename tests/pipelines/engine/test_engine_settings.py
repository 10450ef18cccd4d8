"""`[engine]` of terreng.toml: which cluster, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

from pipelines import terminal
from pipelines.commands.check import check_engine
from pipelines.engine import DuckDBEngine, engine_of, forget_all, probe
from pipelines.engine.spark import folder_of, refuse_unready
from pipelines.settings import Settings, load_settings
from schemas.errors import EngineError, SettingsError

HEAD = '[workspace]\nname = "Nordlys"\n[engine]\n'


def loaded(folder: Path, engine: str) -> Settings:
    (folder / "terreng.toml").write_text(HEAD + engine, encoding="utf-8")
    return load_settings(folder)


def test_a_cluster_is_read(tmp_path: Path) -> None:
    engine = loaded(
        tmp_path,
        'kind = "spark"\nremote = "sc://host:15002"\nstorage = "/mnt/x"\nhome_below = "1.5 KiB"\npartitions = 8\n'
        '[engine.options]\n"spark.executor.memory" = "4g"\n',
    ).engine

    assert (engine.remote, engine.storage, engine.partitions) == ("sc://host:15002", "/mnt/x", 8)
    assert (engine.home_below_bytes, engine.options) == (1536, {"spark.executor.memory": "4g"})


@pytest.mark.parametrize(
    ("engine", "told"),
    [
        ('kind = "spark"\nstorage = "/mnt/x"', "remote = 'sc://host:15002'"),
        ('remote = "sc://host:15002"\nstorage = "/mnt/x"', "kind = 'spark'"),
        ('kind = "spark"\nstorage = "/mnt/x"\nremote = "sc://h"\nmaster = "spark://h:1"', "one of remote"),
        ('kind = "spark"\nremote = "sc://host:15002"', "storage"),
        ('kind = "spark"\nremote = "host:15002"\nstorage = "/mnt/x"', "'host:15002'; wanted the address of a Spark"),
        ('kind = "spark"\nremote = "sc://host:15002"\nstorage = "/mnt/*"', "'/mnt/*'; wanted the path of a folder"),
        ('kind = "spark"\nremote = "sc://host:15002"\nstorage = "s3://mnt/x"', "the path of a folder, no URL"),
        ('kind = "spark"\nremote = "sc://host:x"\nstorage = "/mnt/x"', "wanted a port from 1 to 65535"),
        ('kind = "spark"\nmaster = "spark://a:7077,b:99999"\nstorage = "/mnt/x"', "wanted a port from 1 to 65535"),
        ('kind = "spark"\nmaster = "sc://host:15002"\nstorage = "/mnt/x"', "wanted remote = with this address"),
        ('kind = "spark"\nmaster = "host:7077"\nstorage = "/mnt/x"', "'spark://host:7077'"),
        ("partitions = 0", "this is too small; wanted 1 or more"),
        ('kind = "dask"', "'dask'; wanted 'duckdb' or 'spark'"),
        ('home_below = "lots"', "'lots'; wanted a size with its unit"),
        ("home_below = 16", "this is no text"),
    ],
)
def test_a_cluster_that_cannot_be_meant_is_refused(tmp_path: Path, engine: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, engine)

    assert told in str(caught.value)
    assert caught.value.file.endswith("terreng.toml")


@pytest.mark.parametrize(
    "master", ["local[2]", "yarn", "spark://a:7077,b:7078", "spark://[::1]:7077", "k8s://https://h:1"]
)
def test_every_kind_of_master_that_spark_knows_is_taken(tmp_path: Path, master: str) -> None:
    engine = loaded(tmp_path, f'kind = "spark"\nmaster = "{master}"\nstorage = "/mnt/x"').engine
    assert engine.master == master


def test_one_line_brings_a_workspace_back_to_duckdb(tmp_path: Path) -> None:
    settings = loaded(tmp_path, 'kind = "duckdb"\nremote = "sc://host:15002"\nstorage = "kept"')

    with duckdb.connect() as connection:
        assert isinstance(engine_of(connection, settings), DuckDBEngine)


def test_workspaces_share_a_storage_without_meeting(tmp_path: Path) -> None:
    folders = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        folders.add(folder_of(loaded(tmp_path / name, f'kind = "spark"\nmaster = "m"\nstorage = "{tmp_path}/both"')))

    assert len(folders) == 2
    assert {folder.parent for folder in folders} == {tmp_path / "both"}


def test_an_erasure_leaves_nothing_on_the_storage(tmp_path: Path) -> None:
    settings = loaded(tmp_path, 'kind = "duckdb"\nmaster = "m"\nstorage = "kept"')
    folder_of(settings).mkdir(parents=True)
    (folder_of(settings) / "part-0.parquet").write_text("her", encoding="utf-8")

    with duckdb.connect() as connection:
        forget_all(connection, settings)

    assert list((tmp_path / "kept").iterdir()) == []


def test_what_runs_the_models_is_tried_without_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded(tmp_path, 'kind = "duckdb"')

    check_engine(tmp_path)

    assert capsys.readouterr().out == "DuckDB on this machine, 3GB, 2 threads: works\n"


def test_a_step_that_works_on_a_cluster_shows_the_table_that_it_is_at(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        with terminal.progress() as tell:
            tell("Join events into journeys")
            terminal.detail("journey steps")

    assert "Join events into journeys: journey steps" in capsys.readouterr().err


@pytest.mark.parametrize("storage", ["a_file", "a_file/below", "nowhere/deeper"])
def test_a_storage_that_is_no_folder_is_refused_before_java_starts(tmp_path: Path, storage: str) -> None:
    settings = loaded(tmp_path, f'kind = "spark"\nmaster = "local[1]"\nstorage = "{tmp_path}/{storage}"')
    (tmp_path / "a_file").touch()

    with pytest.raises(EngineError, match=storage):
        refuse_unready(settings)
    assert not (tmp_path / "nowhere").exists()


def test_without_the_extra_a_user_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(tmp_path, f'kind = "spark"\nmaster = "local[1]"\nstorage = "{tmp_path}"')
    for name in [name for name in sys.modules if name.startswith(("sqlglot", "pipelines.engine.spark."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlglot", None)

    with pytest.raises(SettingsError, match=r"terreng\[spark\]"):
        probe(settings)
