"""The `flow` of a map: from the five words of its grammar to the tree of blocks, with every mistake noted."""

from __future__ import annotations

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch
from schemas.map_file import PAGE, Notes, Path_, Tree, did_you_mean, shown

WORDS = ("sequence", "one_of", "all_of", "optional", "repeat")
PHASE_KEYS = ("phase", "customer_goal", "steps", "anytime")
_STEP = f"a touchpoint's name or one of {', '.join(WORDS)}"
_UNFIT = "|*?"  # "a | b" names a block, and * and ? are globs in rules
_EXAMPLE = f"write `- phase: Awareness` and below it `steps: [visit, signup]`; see {PAGE}"


def read_flow(tree: dict[str, Tree], notes: Notes) -> tuple[Flow, dict[str, str]]:
    """The flow of a map, and what the customer wants in each phase (phase to goal).

    A block that is wrong is noted and read as what it most probably means, so that its touchpoints stay known to the
    checks that follow.
    """
    reader = _FlowReader(notes)
    return reader.flow(tree), reader.goals


class _FlowReader:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.goals: dict[str, str] = {}

    def flow(self, tree: dict[str, Tree]) -> Flow:
        items = tree.get("flow")
        if "flow" not in tree:
            self.notes.problems.append(
                self.notes.problem((), "no flow", "the key flow with a list of phases", _EXAMPLE)
            )
        elif not isinstance(items, list) or not items:
            self.notes.add(("flow",), shown(items), "a list of phases", _EXAMPLE)
        phases = [self._phase(item, ("flow", i)) for i, item in enumerate(items if isinstance(items, list) else ())]
        return Flow(tuple(phase for phase in phases if phase), self._names(tree.get("anytime"), ("anytime",)))

    def _phase(self, item: Tree, path: Path_) -> Phase | None:
        if not isinstance(item, dict):
            self.notes.add(path, shown(item), "a phase", _EXAMPLE)
            return None
        for key in item:
            if key not in PHASE_KEYS:
                hint = did_you_mean(key, PHASE_KEYS, "keys of a phase")
                self.notes.add((*path, key), f'the key "{key}" in a phase', "a key of a phase", hint)
        name = self._phase_name(item.get("phase"), path)
        goal = item.get("customer_goal")
        if isinstance(goal, str):
            self.goals[name] = goal
        elif goal is not None:
            self.notes.add((*path, "customer_goal"), shown(goal), "a text")
        steps = item.get("steps")
        if not isinstance(steps, list) or not steps:
            self.notes.add((*path, "steps"), shown(steps), f"at least one step in {name}")
        return Phase(
            name, self._children(steps, (*path, "steps")), self._names(item.get("anytime"), (*path, "anytime"))
        )

    def _phase_name(self, name: Tree, path: Path_) -> str:
        if isinstance(name, str) and name.strip():
            return name
        self.notes.add((*path, "phase"), shown(name), "the phase's name", _EXAMPLE)
        return f"phase {int(path[-1]) + 1}"

    def _names(self, names: Tree, path: Path_) -> tuple[str, ...]:
        """A list of touchpoints' names; one alone may stand without brackets."""
        if names is None:
            return ()
        items = names if isinstance(names, list) else [names]
        found = [self._name(item, (*path, i)) for i, item in enumerate(items)]
        for i, name in enumerate(found):
            if name is not None and name in found[:i]:
                self.notes.add((*path, i), f'"{name}" again', "each anytime touchpoint once")
        return tuple(dict.fromkeys(name for name in found if name is not None))

    def _name(self, name: Tree, path: Path_) -> str | None:
        if not isinstance(name, str) or not name.strip():
            self.notes.add(path, shown(name), "a touchpoint's name")
            return None
        wrong = unfit(name)
        if wrong:
            self.notes.add(path, f'the name "{name}"', wrong)
        self.notes.flow_lines.setdefault(name, self.notes.line(path))
        return name

    def _children(self, items: Tree, path: Path_) -> tuple[Block, ...]:
        """Blocks of a list; anything else is read as a list of one."""
        if not isinstance(items, list):
            child = self._block(items, path) if items is not None else None
            return (child,) if child else ()
        children = (self._block(item, (*path, i)) for i, item in enumerate(items))
        return tuple(child for child in children if child)

    def _block(self, item: Tree, path: Path_) -> Block | None:
        match item:
            case list():
                return self._together(item, path)
            case dict():
                return self._word_block(item, path)
            case None:
                self.notes.add(path, "nothing", _STEP)
                return None
            case _:
                name = self._name(item, path)
                return Touch(name) if name else None

    def _together(self, items: Tree, path: Path_) -> Block | None:
        """The body of a word that takes one child: a list is a sequence."""
        children = self._children(items, path)
        if not children:
            self.notes.add(path, shown(items), "at least one step")
            return None
        return children[0] if len(children) == 1 else Sequence(children)

    def _word_block(self, item: dict[str, Tree], path: Path_) -> Block | None:
        words = [key for key in item if key != "at_most"]
        if len(words) != 1:
            got = f"a step with {', '.join(words) or 'no word'}"
            self.notes.add(
                path, got, f"one word a step: {', '.join(WORDS)}", "put each word into a list item of its own"
            )
        blocks = [self._one_word(word, item, path) for word in words]
        found = tuple(block for block in blocks if block)
        return found[0] if len(found) == 1 else Sequence(found) if found else None

    def _one_word(self, written: str, item: dict[str, Tree], path: Path_) -> Block | None:
        body, place = item[written], (*path, written)
        word = self._meant(written, place)
        if "at_most" in item and word != "repeat":
            self.notes.add((*path, "at_most"), f"at_most with {written}", "at_most with repeat alone")
        match word:
            case "one_of" | "all_of":
                return self._branches(word, body, place)
            case "optional":
                child = self._together(body, place)
                return Optional(child) if child else None
            case "repeat":
                child = self._together(body, place)
                return Repeat(child, self._at_most(item, path)) if child else None
            case _:
                return self._together(body, place)

    def _meant(self, written: str, place: Path_) -> str:
        if written in WORDS:
            return written
        hint = did_you_mean(written, WORDS, "the flow's words")
        self.notes.add(place, f'the word "{written}" in the flow', f"one of {', '.join(WORDS)}", hint)
        return next((word for word in WORDS if f'"{word}"' in hint), "sequence")

    def _branches(self, word: str, body: Tree, place: Path_) -> Block | None:
        children = self._children(body, place)
        if not isinstance(body, list) or len(body) < 2:
            got = "one branch" if len(children) == 1 else shown(body)
            self.notes.add(place, f"{word} with {got}", "a list of two branches or more")
        if not children:
            return None
        return OneOf(children) if word == "one_of" else AllOf(children)

    def _at_most(self, item: dict[str, Tree], path: Path_) -> int | None:
        written = item.get("at_most")
        if "at_most" not in item:
            return None
        if isinstance(written, str) and written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= 1000:
            return int(written)
        self.notes.add((*path, "at_most"), f"at_most {shown(written)}", "a whole number from 1 to 1000")
        return None


def unfit(name: str) -> str:
    """What is wanted instead, where a text cannot be a touchpoint's name; "" where it can."""
    if any(sign in name for sign in _UNFIT):
        return 'a name without |, * and ? (put the glob under "when")'
    if name != name.strip():
        return "a name without spaces around it"
    if not name.isprintable():
        return "a name on one line without signs that are not seen, as joiners of emoji and marks of direction are"
    return ""
