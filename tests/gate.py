"""The gate: all that must hold before a change is done. `uv run python tests/gate.py [STEP...]`.

It sets up what it needs, runs every step even if one before it failed, and ends with a line for each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = (sys.executable, "-m", "pytest")
SERVICE = "tests/test_serve.py"
CLUSTER = "tests/cluster"
# A file's tests share what they have set up; files come in their order, the long acceptance tests first.
ON_BOTH_CORES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
SMALL_EXAMPLE = (  # the demo's 20,000 people would take a tenth of the gate
    "from pathlib import Path; from pipelines.demo import make_example; make_example(Path('example'), people=500)"
)
MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it
PLENTY = 12 << 30
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def main(wanted: Sequence[str]) -> int:
    """Run the steps, or those that are named; 0 if all hold."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of hundreds of processes would compile all libraries anew
    results: list[tuple[str, bool, float]] = []
    for name, step in STEPS.items():
        if wanted and name not in wanted:
            continue
        _say(f"\n=== {name}")
        began = time.monotonic()
        results.append((name, step(), time.monotonic() - began))
    _say("")
    for name, holds, seconds in results:
        _say(f"{'ok    ' if holds else 'FAILED'} {name} ({seconds:.0f} s)")
    return 0 if all(holds for _, holds, _ in results) else 1


def run(*command: str | Path, folder: Path = ROOT, environment: dict[str, str] | None = None) -> bool:
    """Run a command, its output passed through; whether it ended well."""
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode == 0


def browser() -> bool:
    """The report's tests look at it in a browser."""
    return any(shutil.which(name) for name in BROWSERS) or _install("chromium")


def database() -> bool:
    """The tests of databases start a PostgreSQL server of their own; Debian keeps it off the path."""
    is_there = shutil.which("initdb") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return is_there or _install("postgresql")


def java() -> bool:
    """Spark runs in Java 17; the cluster's tests start one."""
    return shutil.which("java") is not None or _install("openjdk-17-jre-headless")


def _install(package: str) -> bool:
    """Install one of Debian's packages."""
    _say(f"no {package}: installing it")
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    installed = (
        shutil.which("apt-get") is not None
        and run(*sudo, "apt-get", "update", "-qq")
        and run(*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", package)
    )
    if not installed:
        _say(f"{package} could not be installed: install it by hand, then run again")
    return installed


def tests() -> bool:
    """Every test but the long proofs, by files on both cores; the service's and the cluster's in a process beside."""
    with _scratch() as folder:
        there = {**os.environ, "TMPDIR": str(folder)}
        beside = _Beside(folder, SERVICE, CLUSTER)
        rest = (*PYTEST, *ON_BOTH_CORES, f"--ignore={SERVICE}", f"--ignore={CLUSTER}", "--durations=20")
        return all([run(*rest, environment=there), beside.ends_well()])


@contextmanager
def _scratch() -> Iterator[Path]:
    """Where the tests' workspaces lie: in memory where there is plenty, for their many commits each wait for a disk."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= PLENTY and _free_memory() >= PLENTY
    with tempfile.TemporaryDirectory(prefix="terreng-gate-", dir=MEMORY if is_roomy else None) as name:
        Path(name).chmod(0o711)  # PostgreSQL's server lies in it, and is another user
        yield Path(name)


def _free_memory() -> int:
    """Bytes that new programs can have."""
    told = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines())
    return int(told["MemAvailable"].split()[0]) << 10


class _Beside:
    """Tests that run in a process of their own; what they say is shown when they have ended."""

    def __init__(self, folder: Path, *paths: str) -> None:
        self.paths = paths
        self.told = folder / "told.txt"
        command = (*PYTEST, *paths, "--durations=5")
        with self.told.open("wb") as told:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT)

    def ends_well(self) -> bool:
        holds = self.process.wait() == 0
        _say(f"\n{' '.join(self.paths)}\n{self.told.read_text(encoding='utf-8', errors='replace')}")
        return holds


def wheel() -> bool:
    """The wheel, installed alone, answers and runs the example from another folder."""
    with tempfile.TemporaryDirectory(prefix="terreng-gate-") as name:
        folder = Path(name)
        python, command = folder / "env" / "bin" / "python", folder / "env" / "bin" / "terreng"
        bounds = folder / "bounds.txt"
        export = ("export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--quiet", "--output-file")
        return (
            run(uv(), "build", "--wheel", "--quiet", "--out-dir", folder)
            and run(uv(), *export, bounds)
            and run(uv(), "venv", "--quiet", "--python", sys.executable, folder / "env")
            and run(uv(), "pip", "install", "--quiet", "--python", python, "-c", bounds, *folder.glob("*.whl"))
            and run(command, "--help", folder=folder)
            and run(python, "-c", SMALL_EXAMPLE, folder=folder)
            and run(command, "run", "--workspace", "example", folder=folder)
            and any((folder / "example" / "reports").glob("*/report.html"))
        )


def uv() -> str:
    """Uv as it was found by whoever started us."""
    return os.environ.get("UV") or shutil.which("uv") or "uv"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


STEPS: dict[str, Callable[[], bool]] = {
    "format": lambda: run("ruff", "format", "--check", "."),
    "lint": lambda: run("ruff", "check", "."),
    "rooms": lambda: run("lint-imports", "--no-logo"),
    "types": lambda: run("mypy"),
    "browser": browser,
    "database": database,
    "java": java,
    "wheel": wheel,
    "tests": tests,
}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
