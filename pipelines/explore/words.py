"""Short words on the notebooks' controls."""

from __future__ import annotations

from pipelines.explore.shown import SECTIONS
from pipelines.language import mark, tr

_WORDS = {
    "map": mark("Map"),
    "who": mark("Whose journeys?"),
    "from": mark("Began in, or after"),
    "until": mark("Began in, or before"),
    "through": mark("Came to"),
    "mode": mark("What the map shows"),
    "chart": mark("Chart"),
    "touchpoint": mark("Touchpoint"),
    "departure": mark("With"),
    "ask": mark("Ask"),
    "tables": mark("What can be asked: the tables"),
    "download": mark("As CSV"),
    "id_type": mark("Which ids"),
    "list_name": mark("Name of the list"),
    "own_file": mark("A file of the CRM with its own ids, if they are wanted in place of pseudonyms"),
    "column": mark("Its column, if not the first"),
    "keep": mark("Keep this list"),
    "about_lists": mark(
        "The people of this part as a list for the CRM. Without a file of the CRM it has their pseudonyms; with one,"
        " those of its ids that are in this part: they are hashed here as at the door, and nothing else of the file is"
        " kept."
    ),
    "no_ids": mark("No type of id is held by enough people of this part."),
}
_TABS = {
    "map": mark("The map"),
    **SECTIONS,
    "charts": mark("Charts"),
    "touchpoint": mark("One touchpoint"),
    "journeys": mark("Single journeys"),
    "sql": mark("Ask in SQL"),
    "list": mark("Keep as a list"),
}


def tabs() -> dict[str, str]:
    """Labels of the tabs to their names."""
    return {tr(label): name for name, label in _TABS.items()}


def word(name: str) -> str:
    """What stands on a control, in the language that is spoken.

    Raises:
        KeyError: There is no such control.
    """
    return tr(_WORDS[name])
