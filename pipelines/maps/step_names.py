"""What the steps of a draft are called: short names, titles, and patterns that match one activity alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.maps.observed import Step, is_nameable
from schemas.errors import UsageError
from schemas.map_file import did_you_mean


class StepNames:
    """Steps and their names in the map."""

    def __init__(self, found: Sequence[Step]) -> None:
        self.steps = {step.number: step for step in found if is_nameable(step.activity) and is_nameable(step.source)}
        self.unnamed_n = len(found) - len(self.steps)
        codes = {number: _code(step.activity) for number, step in self.steps.items()}
        taken = [*codes.values()]
        self.of: dict[int, str] = {}
        for number, step in self.steps.items():
            code = codes[number] if taken.count(codes[number]) == 1 else _code(f"{step.source}_{step.activity}")
            self.of[number] = code if code not in self.of.values() else f"{code[:70]}_{number}"
        self.number = {name: number for number, name in self.of.items()}

    def numbers(self, activities: Iterable[str], option: str) -> tuple[int, ...]:
        """Steps of these activities (or names that the draft gives them)."""
        found: list[int] = []
        for wanted in activities:
            mine = [n for n, step in self.steps.items() if wanted in (step.activity, self.of[n])]
            if not mine:
                known = [step.activity for step in self.steps.values()]
                raise UsageError(
                    got=f"{option} {wanted!r}", wanted="an activity of the events", hint=did_you_mean(wanted, known)
                )
            found += mine
        return tuple(dict.fromkeys(found))

    def title(self, name: str) -> str:
        """The activity as people write it."""
        words = re.sub(r"[\W_]+", " ", self.steps[self.number[name]].activity).strip()
        return (words[:1].upper() + words[1:]) or name


def _code(text: str) -> str:
    code = re.sub(r"\W+", "_", text.strip().lower()).strip("_")
    return code[:70] or "step"


def pattern_of(text: str) -> str:
    """A text as a pattern of `when` that matches it alone."""
    return re.sub(r"([*?\\])", r"\\\1", text)
