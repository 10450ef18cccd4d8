"""Make the example workspace in a folder: settings and maps as they are, exports from the seed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.demo.crm import write_crm
from pipelines.demo.customer import walk_become_customer
from pipelines.demo.devices import device_pairs, pairs_truth, write_devices
from pipelines.demo.help import walk_get_help
from pipelines.demo.people import People, draw_people
from pipelines.demo.rows import Fates
from pipelines.demo.service import write_service
from pipelines.demo.story import AS_OF, END_US, START_US
from pipelines.demo.truth import write_truth
from pipelines.demo.walk import Walk
from pipelines.demo.web import web_hits
from pipelines.demo.web_lines import write_web
from schemas.errors import UsageError

FEWEST_PEOPLE = 200  # fewer do not meet every planted signal
_OURS = ("terreng.toml", "maps", "README.md", "exports", "truth.json")
_OF_RUNS = ("published", "reports", ".terreng")  # and the warehouse, whatever lies beside it


@dataclass(frozen=True)
class ExampleReport:
    """What was made.

    Attributes:
        root: The workspace.
        people_n: People in it.
        rows_n: Rows of raw exports.
        files_n: Files of raw exports.
        bytes_n: Their size in bytes.
        as_of: End of the window: the snapshot time that the exports were made for.
    """

    root: Path
    people_n: int
    rows_n: int
    files_n: int
    bytes_n: int
    as_of: datetime


def make_example(target: Path, people: int = 20_000, seed: int = 7) -> ExampleReport:
    """Make the example workspace: settings and maps where there are none yet, and fresh exports from the seed.

    The same number of people and the same seed give the same bytes. Settings and maps that are there stay as they are.

    Raises:
        UsageError: the folder holds something that is no example workspace, or fewer people were asked for than show
            what is planted.
    """
    if people < FEWEST_PEOPLE:
        raise UsageError(f"{people} people", f"{FEWEST_PEOPLE} or more", "fewer do not meet everything that is planted")
    _refuse_foreign(target)
    _copy_workspace(target)
    fates = _write_exports(target, people, seed)
    files = [path for path in (target / "exports").rglob("*") if path.is_file()]
    rows_n = sum(fate.rows_n for fate in fates.values())
    return ExampleReport(target, people, rows_n, len(files), sum(path.stat().st_size for path in files), AS_OF)


def _refuse_foreign(target: Path) -> None:
    """An example is made in an empty folder, or where there is one already."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file", "a folder", "name a new folder")
    if not target.exists() or (target / "maps" / "become_customer.yaml").is_file():
        return
    known = (*_OURS, *_OF_RUNS)
    foreign = sorted(path.name for path in target.iterdir() if path.name not in known)
    if foreign or (target / "terreng.toml").is_file():
        raise UsageError(f"{target} holds something else already", "an empty or new folder", "name a new folder")


def _copy_workspace(target: Path) -> None:
    _copy(_packaged(), target)


def _packaged() -> Traversable:
    """The committed part of the example: inside the wheel, or in the checkout that runs."""
    inside = resources.files("pipelines") / "example"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "data" / "example"


def _copy(source: Traversable, target: Path) -> None:
    """Copy what is not there yet; an edited file stays as it is."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("terreng.toml", "README.md"):
        _copy_file(source / name, target / name)
    (target / "maps").mkdir(exist_ok=True)
    for item in (source / "maps").iterdir():
        _copy_file(item, target / "maps" / item.name)


def _copy_file(source: Traversable, target: Path) -> None:
    if not target.exists():
        target.write_bytes(source.read_bytes())


def _write_exports(target: Path, people_n: int, seed: int) -> dict[str, Fates]:
    """Write all exports anew, and the truth about them."""
    exports = target / "exports"
    shutil.rmtree(exports, ignore_errors=True)
    rng = np.random.default_rng(seed)
    people = draw_people(rng, people_n)
    customers = walk_become_customer(rng, people)
    walks = {"become_customer": customers, "get_help": walk_get_help(rng, people, customers)}
    did = _happenings(people, walks, rng)
    hits = web_hits(people, did, rng)
    fates = {"web": write_web(exports / "web", hits, rng)}
    fates["crm"] = write_crm(exports / "salesforce", people, did, rng)
    fates |= write_service(exports, people, did, rng)
    pairs = device_pairs(people, hits, rng)
    fates["devices"] = write_devices(exports / "devices", pairs, rng)
    write_truth(target / "truth.json", people, walks, fates, {"seed": seed, "device_pairs": pairs_truth(pairs)})
    return fates


def _happenings(people: People, walks: dict[str, Walk], rng: np.random.Generator) -> pl.DataFrame:
    """All that happened within the window, exits included."""
    said_no = [_exits(walks["become_customer"], "declined"), _exits(walks["get_help"], "cancelled")]
    parts = [part for walk in walks.values() for part in walk.happenings]
    did = pl.concat([*parts, *said_no, _bill_questions(people, rng)], how="vertical_relaxed")
    return did.filter(pl.col("at").is_between(START_US, END_US, closed="left"))


def _exits(walk: Walk, what: str) -> pl.DataFrame:
    who = np.flatnonzero(walk.exit_at > 0)
    return pl.DataFrame(
        {"person": walk.person[who], "at": walk.exit_at[who], "is_ok": True, "journey": who, "what": what}
    )


def _bill_questions(people: People, rng: np.random.Generator) -> pl.DataFrame:
    """Calls about bills: they belong to no journey that is on a map."""
    customers = people.frame.filter("is_customer")["person"].to_numpy()
    person = rng.choice(customers, size=len(customers) // 6)
    at = rng.integers(START_US, END_US, size=len(person))
    return pl.DataFrame({"person": person, "at": at, "is_ok": True, "journey": -1, "what": "bill_question"})
