"""`terreng map schema`: the file format of maps for editors."""

from __future__ import annotations

from pipelines import terminal


def schema() -> None:
    """Print the JSON schema of a map file."""
    from schemas.map_schema import map_schema

    terminal.say_json(map_schema())
