"""The Prefect flow: the steps of `pipelines.run` as tasks, seen with their states and artifacts in Prefect's UI.

Import this only after `pipelines.prefect_server.environment` stands in `os.environ`: Prefect reads it once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import PrefectException

from pipelines import prefect_server, steps
from pipelines import run as plain
from pipelines.settings import Settings, load_settings
from pipelines.terminal import Tell, quiet
from schemas.errors import SettingsError

T = TypeVar("T")
# A delivery that is still being copied, a network share that is away: a minute helps, an hour would hide it.
RETRIES = 2
RETRY_AFTER_S = 30


@flow(name="terreng", persist_result=False)
def terreng(workspace: str, as_of: str = "") -> dict[str, int]:
    """One run of a workspace, as the schedule calls it. Returns counts.

    What ends `terreng run` with another code than 0 is a failed flow run here, also where the result is published.

    Raises:
        SourceError: A source stopped; the others were read, and the result is published.
        ToleranceError: The same, with more rows refused than a source tolerates.
    """
    moment = datetime.fromisoformat(as_of) if as_of else None
    summary = run_as_tasks(load_settings(Path(workspace)), moment, retries=RETRIES)
    plain.refuse_unread(summary.sources)
    return dict(summary.counts)


def run_by_hand(settings: Settings, as_of: datetime | None, tell: Tell) -> plain.RunSummary:
    """The same for `terreng run`: no retries, for somebody waits.

    Raises:
        SettingsError: The server stopped answering while the run went on.
    """

    @flow(name="terreng", persist_result=False)
    def terreng_by_hand() -> plain.RunSummary:
        return run_as_tasks(settings, as_of, retries=0, tell=tell)

    try:
        return terreng_by_hand()
    except (PrefectException, httpx.HTTPError, OSError) as error:
        if prefect_server.answers(prefect_server.configured()):
            raise
        raise SettingsError(
            got="the Prefect server stopped answering during the run",
            wanted="a server that stays up",
            hint="what was published is whole; start the server again, or unset PREFECT_API_URL and run without it",
        ) from error


def run_as_tasks(settings: Settings, as_of: datetime | None, retries: int, tell: Tell = quiet) -> plain.RunSummary:
    """Every step as a task, each leaving what it counted as an artifact."""
    summary = plain.run(settings, as_of, as_tasks(retries, tell))
    show_findings(settings)
    create_markdown_artifact(
        key="report", markdown=f"`{summary.report}`", description="Where the report is on the machine that ran"
    )
    return summary


def as_tasks(retries: int, tell: Tell = quiet) -> plain.Call:
    """Call steps as tasks. Only what reads from outside is retried: all else would fail the same way again."""

    def call(title: str, work: Callable[[], T], *, is_outside: bool = False) -> T:
        def step() -> T:
            tell(title)
            result = work()
            show_counts(title, result)
            return result

        as_task = task(
            name=title,
            retries=retries if is_outside else 0,
            retry_delay_seconds=RETRY_AFTER_S,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(step)
        return as_task()

    return call


def show_counts(title: str, result: object) -> None:
    """A table artifact of what a step counted, where it counted anything."""
    rows = counted(result)
    if rows:
        table: list[dict[str, Any]] = [{"what": name, "how many": n} for name, n in rows.items()]
        create_table_artifact(key=slug(title), table=table, description=title)


def counted(result: object) -> dict[str, int]:
    """The whole numbers in a step's result, whether it is a mapping or a report of a step."""
    if is_dataclass(result) and not isinstance(result, type):
        result = asdict(result)
    if not isinstance(result, Mapping):
        return {}
    return {str(name): n for name, n in result.items() if isinstance(n, int) and not isinstance(n, bool)}


def slug(title: str) -> str:
    """A title as Prefect wants the key of an artifact: lower case, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def show_findings(settings: Settings) -> None:
    """The top findings as an artifact."""
    rows = [asdict(finding) for finding in steps.top_findings(settings, at_most=10)]
    if rows:
        create_table_artifact(key="findings", table=rows, description="Top findings")
