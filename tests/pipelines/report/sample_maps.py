"""Maps of any size for the report's tests: branches, sidings, promises and long Nordic titles."""

from __future__ import annotations

LONG = (
    "Kredittvurderingsgodkjenning",
    "Tjänstetillgänglighetsbekräftelse",
    "Se pris",
    "Bekreft leveringstidspunkt på nytt",
    "Installationstidsbokning",
    "Betal første faktura",
)


def _blocks(names: list[str]) -> list[str]:
    """The touchpoints in a row, some of them in branches, sidings and loops."""
    blocks: list[str] = []
    rest = list(names)
    shapes = ["{}", "{}", "one_of:2", "optional:{}", "{}", "all_of:3", "repeat:{}"]
    while rest:
        shape = shapes[len(blocks) % len(shapes)]
        if ":" not in shape:
            blocks.append(rest.pop(0))
            continue
        word, count = shape.split(":")
        if word in {"one_of", "all_of"} and len(rest) > int(count):
            blocks.append(f"{{{word}: [{', '.join(rest.pop(0) for _ in range(int(count)))}]}}")
        elif word == "optional" and len(rest) > 1:
            blocks.append(f"{{optional: {rest.pop(0)}}}")
        elif word == "repeat" and len(rest) > 1:
            blocks.append(f"{{repeat: {rest.pop(0)}, at_most: 3}}")
        else:
            blocks.append(rest.pop(0))
    return blocks


def make_map(touchpoints_n: int) -> str:
    """A map with so many touchpoints: branches, sidings, moments of truth, promises and long Nordic titles."""
    names = [f"t{i:02d}" for i in range(1, touchpoints_n + 1)]
    blocks = _blocks(names)
    size = max(2, len(blocks) // 4 + 1)
    phases = [blocks[i : i + size] for i in range(0, len(blocks), size)]
    titles = ("Oppdage", "Beslutningsgrunnlag", "Kjøp", "Ta i bruk", "Bli værende")
    flow = "\n".join(
        f"  - phase: {titles[i % 5]}\n    customer_goal: Finne ut om dette er noe for oss\n"
        f"    steps: [{', '.join(steps)}]"
        for i, steps in enumerate(phases)
    )
    entries = "\n".join(
        f"  {name}: {{title: '{LONG[i % len(LONG)]}', owner: '{('Sales', 'Digital onboarding', 'Kundesenter')[i % 3]}',"
        f" moment_of_truth: {'true' if i % 4 == 2 else 'false'}"
        + (f", promise: {{next: {names[i + 1]}, within: 4h}}" if i % 3 == 1 and i + 1 < len(names) else "")
        + "}"
        for i, name in enumerate(names)
    )
    return f"""journey: become_customer
title: Become a broadband customer
version: 3
owner: {{business: Sales}}
persona: Household that moves
customer_goal: A working line on the day we move in
flow:
{flow}
anytime: [help_article]
touchpoints:
{entries}
  help_article: {{title: Hjelpeartikkel}}
off_map:
  chat: {{title: Support chat, owner: Support}}
  error_page: {{title: Feilmelding på nettsiden}}
exits:
  declined: {{title: Said no}}
"""
