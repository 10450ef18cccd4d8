"""`terreng.toml`: what is read, and what is refused with which line and hint."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from pipelines.settings import Constant, Mapped, Template, TimeColumn, load_settings
from schemas.errors import SettingsError

GOOD = """[workspace]
name = "Nordlys"
timezone = "Europe/Oslo"
business_hours = "09:00-17:30"
business_days = ["mon", "sat"]
holidays = ["2026-05-17", 2026-12-25]
[warehouse]
path = "data/house.duckdb"
memory_limit = "1GB"
threads = 1
[[sources]]
name = "shop"
kind = "table"
path = "exports/*.csv"
tolerance = 0
[sources.columns]
event_id = "id"
occurred_at = {column = "ts", format = "%d.%m.%Y", timezone = "UTC"}
activity = {template = "Case.{Status}"}
channel = {value = "web"}
initiator = {column = "way", values = {in = "customer"}}
identities = {customer_id = "customer", email = "mail"}
attributes = ["region"]
[sources.read]
encoding = "cp1252"
delimiter = ";"
[[sources.drop]]
reason = "bot"
where = {agent = "*bot*", page = ["a", "b"]}
[[sources.outages]]
from = "2026-03-02T00:00:00Z"
until = 2026-03-04T00:00:00Z
[[sources]]
name = "log"
kind = "xes"
path = "log.xes"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "terreng.toml").write_text(text, encoding="utf-8")
    return folder


def test_everything_that_the_file_says_is_read(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD))

    assert (settings.name, settings.timezone, settings.salt_env) == ("Nordlys", "Europe/Oslo", "TERRENG_SALT")
    assert settings.warehouse == tmp_path.resolve() / "data" / "house.duckdb"
    assert (settings.memory_limit, settings.threads) == ("1GB", 1)
    assert settings.business_hours == (time(9), time(17, 30))
    assert settings.business_days == (1, 6)
    assert settings.holidays == (date(2026, 5, 17), date(2026, 12, 25))
    shop, log = settings.sources
    assert (shop.name, shop.kind, shop.path, shop.tolerance) == ("shop", "table", ("exports/*.csv",), 0)
    assert shop.columns is not None
    assert shop.columns.time == TimeColumn(column="ts", format=("%d.%m.%Y",), timezone="UTC")
    assert shop.columns.activity == Template(template="Case.{Status}")
    assert shop.columns.channel == Constant(value="web")
    assert shop.columns.initiator == Mapped(column="way", values={"in": "customer"})
    assert list(shop.columns.identities) == ["customer_id", "email"]
    assert (shop.read.encoding, shop.read.delimiter, shop.read.header_rows) == ("cp1252", ";", 1)
    assert shop.drop[0].where == {"agent": ("*bot*",), "page": ("a", "b")}
    assert shop.outages[0].from_ < shop.outages[0].until
    assert (log.kind, log.columns, log.tolerance) == ("xes", None, 0.01)


def test_a_name_is_enough(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, '[workspace]\nname = "Small"\n'))

    assert settings.warehouse == tmp_path.resolve() / "warehouse.duckdb"
    assert (settings.memory_limit, settings.threads, settings.sources) == ("3GB", 2, ())
    assert settings.business_hours == (time(8), time(16))
    assert settings.business_days == (1, 2, 3, 4, 5)


def test_folders_are_beside_the_settings(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, '[workspace]\nname = "Small"\n'))
    root = tmp_path.resolve()

    assert settings.published_db == root / "published" / "terreng.duckdb"
    assert (settings.reports_dir, settings.state_dir) == (root / "reports", root / ".terreng")


@pytest.mark.parametrize(
    ("right", "wrong", "line", "told"),
    [
        ("event_id", "evnt_id", 17, "unknown key 'evnt_id'; wanted one of .* did you mean 'event_id'?"),
        ("timezone = \"Europe/Oslo\"", "timezon = 1", 3, "unknown key 'timezon'.*did you mean 'timezone'?"),
        ("[warehouse]", "[warehous]", 7, "unknown key 'warehous'.*did you mean 'warehouse'?"),
        ("format = ", "fromat = ", 18, "unknown key 'fromat'.*did you mean 'format'?"),
        ("reason = \"bot\"\n", "", 27, "'reason' is missing in sources.drop"),
        ("[[sources.drop]]\nreason", "[[sources.drop]]\ncause", 28, "unknown key 'cause'"),
        ("Europe/Oslo", "Europe/Olso", 3, "workspace.timezone: 'Europe/Olso' is no time zone"),
        ('"09:00-17:30"', '"nine to five"', 4, "'nine to five' are no hours"),
        ('"mon", "sat"', '"mon", "lørdag"', 5, "'lørdag' is no day"),
        ('"1GB"', '"plenty"', 9, "warehouse.memory_limit"),
        ('kind = "xes"', 'kind = "xess"', 35, "sources.kind: 'xess' is no kind of source; wanted the kinds"),
        ('name = "log"', 'name = "shop"', 0, "two sources are called 'shop'"),
        ('activity = {template = "Case.{Status}"}\n', "", 16, "occurred_at and activity come together"),
        ("identities = {customer_id = \"customer\", email = \"mail\"}\n", "", 16, "identities are missing"),
        ('attributes = ["region"]', 'attributes = ["mail"]', 16, "attributes has 'mail', which is an identity"),
        ("until = 2026-03-04T00:00:00Z", "until = 2026-03-01T00:00:00Z", 30, "an outage ends before it begins"),
        ('path = "log.xes"', "path = 3", 36, "sources.path: this is no list; wanted a list in"),
        ('name = "Nordlys"\n', "", 0, "'name' is missing in workspace"),
        ("[workspace]", "[workspace", 0, "this is no TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_a_hint(
    tmp_path: Path, right: str, wrong: str, line: int, told: str
) -> None:
    assert right in GOOD

    with pytest.raises(SettingsError, match=told) as caught:
        load_settings(written(tmp_path, GOOD.replace(right, wrong, 1)))

    assert caught.value.file == str(tmp_path / "terreng.toml")
    assert line in {0, caught.value.line}
    assert caught.value.exit_code == 4


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no terreng.toml here.*terreng init"):
        load_settings(tmp_path)


def test_settings_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "terreng.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings(tmp_path)


@pytest.mark.parametrize(("written_so", "language"), [('"no"', "nb"), ('"sv"', "sv"), ('"en"', "en")])
def test_the_report_has_a_language(tmp_path: Path, written_so: str, language: str) -> None:
    text = f'[workspace]\nname = "Nordlys"\n[report]\nlanguage = {written_so}\n'
    assert load_settings(written(tmp_path, text)).report.language == language


def test_a_language_of_the_report_that_is_none_of_ours_is_refused_with_its_line(tmp_path: Path) -> None:
    text = '[workspace]\nname = "Nordlys"\n[report]\nlanguage = "fi"\n'
    with pytest.raises(SettingsError, match="'fi' is no language of ours") as caught:
        load_settings(written(tmp_path, text))
    assert caught.value.line == 4
