"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from typer.main import get_command

from pipelines import failures
from pipelines.command_line import app
from pipelines.commands.init import init
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch

# The same examples every time, and no verdict by the clock: the gate tells of changes, not of a busy machine.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate")

ROOT = Path(__file__).resolve().parent.parent


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes name no test: an archive holds the time when it was packed, and workers must agree on names."""
    return "bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real logs: from TERRENG_TEST_DATA, else `../shared/data` beside the checkout.

    Absent data fails a test rather than skip it: an acceptance test that did not run proves nothing.
    """
    folder = Path(os.environ.get("TERRENG_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.fail(f"no test data in {folder}: set TERRENG_TEST_DATA to the folder with traffic_fines, helpdesk, ...")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Terreng = Callable[..., Answer]


@pytest.fixture
def terreng(capsys: pytest.CaptureFixture[str]) -> Terreng:
    """Call the command line within this process, errors ending as they do for a user."""

    def call(*arguments: str | Path) -> Answer:
        capsys.readouterr()  # what came before is not this command's
        code = failures.guarded(partial(get_command(app), [str(each) for each in arguments], "terreng"))
        return Answer(code, *capsys.readouterr())

    return call


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A small workspace as `terreng init` makes it, with 40 customers: 30 order, of these 10 without signing up."""
    folder = tmp_path / "shop"
    init(folder)
    rows = [line for customer in range(40) for line in _visits(customer)]
    export = folder / "exports" / "shop" / "events.csv"
    export.write_text("time,event,customer,region\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


def _visits(customer: int) -> list[str]:
    day = f"2026-03-{1 + customer % 20:02d}"
    steps = ["visit", "signup", "order"] if customer < 20 else ["visit", "order"] if customer < 30 else ["visit"]
    return [f"{day}T{10 + hour}:00:00Z,{step},C{customer:03d},north" for hour, step in enumerate(steps)]


@pytest.fixture
def random_block() -> Callable[[np.random.Generator, int], Block]:
    """Makes a block of some touchpoints, each used once, repeats limited."""

    def made(rng: np.random.Generator, touchpoints_n: int) -> Block:
        return _random_block(rng, [f"t{i}" for i in range(touchpoints_n)])

    return made


@pytest.fixture
def random_flow(random_block: Callable[[np.random.Generator, int], Block]) -> Callable[[np.random.Generator], Flow]:
    """Makes a flow of one to three phases, some with touchpoints welcome anytime."""

    def made(rng: np.random.Generator) -> Flow:
        names = [f"t{i}" for i in range(rng.integers(3, 11))]
        cuts = sorted(rng.integers(1, len(names), size=rng.integers(0, 3)).tolist())
        parts = [names[start:end] for start, end in pairwise([0, *cuts, len(names)]) if start < end]
        phases = [
            Phase(f"phase {i}", (_random_block(rng, part),), (f"any{i}",) if rng.random() < 0.3 else ())
            for i, part in enumerate(parts)
        ]
        return Flow(tuple(phases), ("help",) if rng.random() < 0.3 else ())

    return made


def _random_block(rng: np.random.Generator, names: list[str]) -> Block:
    if len(names) == 1:
        leaf = Touch(names[0])
        leaves: list[Block] = [leaf, leaf, leaf, Optional(leaf), Repeat(leaf, 2)]
        return leaves[rng.integers(5)]
    cut = int(rng.integers(1, len(names)))
    children = tuple(_random_block(rng, part) for part in (names[:cut], names[cut:]))
    nodes: list[Block] = [Sequence(children), Sequence(children), OneOf(children), AllOf(children)]
    block = nodes[rng.integers(4)]
    return Optional(block) if rng.random() < 0.1 else block
