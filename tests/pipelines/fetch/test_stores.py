"""Objects of a store, against a server that speaks S3, and a folder."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import boto3
import httpx
import pytest

from pipelines.fetch.stores import StoredFile, find
from pipelines.settings import Settings, Source
from schemas.errors import SourceError


def put(name: str, content: bytes) -> None:
    """Put an object into the bucket `crm`."""
    client = boto3.client("s3")
    client.put_object(Bucket="crm", Key=name, Body=content)
    client.close()


def found(folder: Path, url: str) -> tuple[StoredFile, ...]:
    """What a URL names, for a workspace in the folder."""
    (folder / ".terreng").mkdir(exist_ok=True)
    source = Source.model_validate({"name": "crm", "kind": "xes", "path": url})
    return find(Settings(folder, "Test"), source, url, folder / ".terreng" / "fetched")


@pytest.mark.usefixtures("s3")
def test_objects_are_listed_by_a_glob_and_fetched_with_the_hash_of_their_bytes(tmp_path: Path) -> None:
    for name in ("in/b.csv", "in/a.csv", "in/deep/c.csv", "in/d.txt"):
        put(name, name.encode())

    listed = found(tmp_path, "s3://crm/in/*.csv")
    deep = found(tmp_path, "s3://crm/in/**/*.csv")

    assert [each.url for each in listed] == ["s3://crm/in/a.csv", "s3://crm/in/b.csv"]
    assert "s3://crm/in/deep/c.csv" in [each.url for each in deep]
    assert listed[0].fetch() == hashlib.sha256(b"in/a.csv").hexdigest()
    assert (listed[0].path.name, listed[0].path.read_bytes()) == ("a.csv", b"in/a.csv")
    assert stat.S_IMODE(listed[0].path.stat().st_mode) == 0o600


@pytest.mark.usefixtures("s3")
def test_a_version_that_was_fetched_is_known_until_it_changes(tmp_path: Path) -> None:
    put("a.csv", b"one")
    [first] = found(tmp_path, "s3://crm/a.csv")
    assert first.known_content() == ""
    content = first.fetch()

    [again] = found(tmp_path, "s3://crm/a.csv")
    put("a.csv", b"two")
    [changed] = found(tmp_path, "s3://crm/a.csv")

    assert (again.known_content(), changed.known_content()) == (content, "")


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("s3://nowhere/*.csv", "there is no such bucket or object"),
        ("s3://crm/missing.csv", "there is no such bucket or object"),
        ("s3://crm/*.parquet", "no object matches 's3://crm/*.parquet'"),
        ("gs://crm/*.csv", "pip install 'terreng[gcs]'"),
        ("abfs://crm/*.csv", "pip install 'terreng[azure]'"),
        ("ftp://crm/*.csv", "ftp:// is no store that we know"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, url: str, told: str) -> None:
    put("a.csv", b"one")

    with pytest.raises(SourceError) as error:
        found(tmp_path, url)

    assert told in str(error.value)
    assert error.value.hint or "://" in str(error.value)


def test_a_store_that_refuses_us_or_does_not_answer_is_told(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("a.csv", b"one")
    httpx.post(f"{s3}/moto-api/reset-auth", content=b"0").raise_for_status()
    try:
        with pytest.raises(SourceError, match="permission is denied") as denied:
            found(tmp_path, "s3://crm/a.csv")
    finally:
        httpx.post(f"{s3}/moto-api/reset-auth", content=b"inf")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(SourceError, match="the store cannot be read") as silent:
        found(tmp_path, "s3://crm/a.csv")

    assert "AWS_ACCESS_KEY_ID" in denied.value.hint
    assert "AWS_ENDPOINT_URL" in silent.value.hint


def test_files_by_url_are_read_like_objects(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes(b"one")

    [stored] = found(tmp_path, f"file://{tmp_path}/in/*.csv")

    assert stored.fetch() == hashlib.sha256(b"one").hexdigest()
    [known] = json.loads((tmp_path / ".terreng" / "objects.json").read_text(encoding="utf-8"))
    assert known == stored.url == f"file://{tmp_path}/in/a.csv"
