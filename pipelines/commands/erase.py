"""`terreng erase`: a person out of every table and file that is ours. What is typed is never repeated."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipelines.privacy.erase import Outcome, Plan
    from schemas.words import Rule

LISTED = ("request", "erased_at", "finished_at", "run_id", "rule", "reason", "rows_n")


def erase(
    workspace: Path,
    typed: list[str],
    id_type: str = "",
    from_file: Path | None = None,
    *,
    rule: Rule,
    reason: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Show what would go, ask, and erase.

    Raises:
        UsageError: No id, an unknown one, or nobody there to say yes.
    """
    from pipelines.privacy.asked import read_asked
    from pipelines.privacy.erase import erase as work
    from pipelines.run import directly

    settings = open_workspace(workspace)
    texts, is_piped = _texts(typed, from_file)
    asked = read_asked(settings, texts, id_type)
    with terminal.progress() as tell:
        outcome = work(settings, asked, rule, reason, is_wanted=_asking(yes, is_piped or as_json), call=directly(tell))
    if outcome is None:
        terminal.say("Nothing was erased.")
        return
    terminal.say_json(_plain(outcome)) if as_json else _show(outcome)


def listed(workspace: Path, as_json: bool) -> None:
    """The audit: every erasure, and the reports that were restated since."""
    from pipelines.privacy.restating import restated_by
    from pipelines.warehouse import writer

    settings = open_workspace(workspace)
    with writer(settings) as connection:
        rows = connection.sql(
            "SELECT request, erased_at, finished_at, run_id, rule, reason,"
            " list_sum(map_values(counts))::BIGINT AS rows_n FROM erasures ORDER BY erased_at, request"
        ).fetchall()
    restated = restated_by(settings)
    if as_json:
        terminal.say_json({"erasures": [dict(zip(LISTED, row, strict=True)) for row in rows], "restated": restated})
        return
    terminal.say_table(LISTED, rows, empty="Nobody has been erased.")
    if restated:
        terminal.say("")
        terminal.say_table(("report", "restated by"), list(restated.items()))


def _texts(typed: list[str], from_file: Path | None) -> tuple[list[str], bool]:
    """What was typed, or the lines of a file; `-` is standard input, so that no id stands in the shell's history."""
    if from_file is not None:
        try:
            return [*typed, *from_file.read_text(encoding="utf-8").splitlines()], False
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("a file that cannot be read", "a text file with one id a line", str(from_file)) from error
    if "-" in typed:
        return [*(text for text in typed if text != "-"), *sys.stdin.read().splitlines()], True
    return typed, False


def _asking(yes: bool, is_deaf: bool) -> Callable[[Plan], bool]:
    def is_wanted(plan: Plan) -> bool:
        if yes:
            return True
        if is_deaf or not sys.stdin.isatty():
            raise UsageError("nobody who could say yes", "a terminal, or --yes")
        for line in _told(plan):
            terminal.say(line)
        terminal.say("Erase all of this? It cannot be undone. [y/N]")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    return is_wanted


def _told(plan: Plan) -> list[str]:
    ids = ", ".join(f"{n} {id_type}" for id_type, n in plan.subject.ids.items())
    rows = ", ".join(f"{n:,} {table}" for table, n in plan.counts.items())
    lines = [f"One person, known by {ids}.", f"Rows of hers: {rows}."]
    if plan.subject.shared:
        shared = ", ".join(f"{n} {id_type}" for id_type, n in plan.subject.shared.items())
        lines.append(f"Shared with another verified person, so only unlinked: {shared}.")
    if plan.subject.others_n:
        lines.append(f"Other verified people in the same chain, who stay: {plan.subject.others_n}.")
    if plan.leftovers:
        lines.append("Files of earlier runs with rows of hers, removed (export again where they are needed):")
        lines += [f"  {path}" for path in plan.leftovers]
    lines.append(f"Reports that keep their figures and are marked as restated: {plan.reports_n}.")
    if plan.deliveries:
        lines.append("Delivered files that still have rows of hers. They are yours: clean or delete them.")
        lines += [f"  {path}" for path in plan.deliveries]
        lines.append("  (Delivered again, her rows are dropped as `erased`.)")
    return lines


def _show(outcome: Outcome) -> None:
    if outcome.is_finished_before:
        terminal.say("An erasure that had been interrupted was ended first.")
    if outcome.plan is None:
        terminal.say("This person has been erased before; nothing has come back.")
        return
    for line in _told(outcome.plan):
        terminal.say(line)
    terminal.say(f"Erased: request {outcome.request}.")
    terminal.say(f"Restated by run {outcome.run_id}." if outcome.run_id else f"Not restated: {outcome.note}.")


def _plain(outcome: Outcome) -> dict[str, object]:
    plan = outcome.plan
    return {
        "request": outcome.request,
        "run_id": outcome.run_id,
        "note": outcome.note,
        "is_finished_before": outcome.is_finished_before,
        "ids": asdict(plan.subject)["ids"] if plan else {},
        "shared": asdict(plan.subject)["shared"] if plan else {},
        "rows": plan.counts if plan else {},
        "removed_files": [str(path) for path in plan.leftovers] if plan else [],
        "deliveries": list(plan.deliveries) if plan else [],
    }
