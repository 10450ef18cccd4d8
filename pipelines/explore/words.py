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
    "steps": mark("Steps, the most frequent ones, per cent"),
    "ways": mark("Ways between them, the most travelled ones, per cent"),
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
    "file": mark("Map file"),
    "workshop": mark("Map workshop"),
    "about_workshop": mark("Change the map, and see at once what lint says and what it says differently."),
    "workshop_note": mark("Nothing is written: take the file with you and put it into the folder maps."),
    "lint": mark("What lint says"),
    "difference": mark("What it says differently from the map in force"),
    "cost": mark("Judge what it costs here"),
    "about_cost": mark("What departures cost is told of all journeys. For this part it can be judged anew."),
    "costing": mark("Judging the journeys of this part"),
    "judge": mark("Judge old traffic by it"),
    "judging": mark("Judging old traffic by this map and by the one in force"),
    "take": mark("Take the file"),
    "own_data": mark("Your own data"),
    "about_own_data": mark("What your exports are taken for, and the first events that would come of them."),
    "files": mark("Files or folders, one a line, as seen from the workspace"),
    "look": mark("Look"),
    "sources": mark("Proposed for terreng.toml; change what is wrong"),
    "try_out": mark("Show the first events"),
    "taking_in": mark("Taking the files in, in a workspace that is thrown away"),
    "no_ids": mark("No type of id is held by enough people of this part."),
}
_TABS = {
    "map": mark("The map"),
    **SECTIONS,
    "costs": mark("What it costs"),
    "process": mark("The process as it was observed"),
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
