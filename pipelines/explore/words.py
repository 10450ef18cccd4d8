"""Short words on the notebooks' controls."""

from __future__ import annotations

from pipelines.language import mark, tr

_WORDS = {
    "map": mark("Map"),
    "who": mark("Whose journeys?"),
    "from": mark("Began in, or after"),
    "until": mark("Began in, or before"),
    "through": mark("Came to"),
    "mode": mark("What the map shows"),
}


def word(name: str) -> str:
    """What stands on a control, in the language that is spoken.

    Raises:
        KeyError: There is no such control.
    """
    return tr(_WORDS[name])
