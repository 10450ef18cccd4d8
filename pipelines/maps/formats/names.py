"""Names of touchpoints from what other tools call their elements: as they are where a map can have them."""

from __future__ import annotations

from schemas.map_flow import unfit


class Names:
    """Gives each text its name; the same text has the same name, different texts have different ones.

    Attributes:
        titles: Name to the text behind it, where they differ.
    """

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self._given: dict[str, str] = {}

    def name(self, text: str) -> str:
        """The touchpoint's name for a text that is not empty."""
        if text not in self._given:
            name = self._free(_fit(text))
            self._given[text] = name
            if name != text:
                self.titles[name] = text
        return self._given[text]

    def _free(self, name: str) -> str:
        taken, number = set(self._given.values()), 2
        free = name
        while free in taken:
            free, number = f"{name} {number}", number + 1
        return free


def _fit(text: str) -> str:
    kept = "".join(sign if sign.isprintable() and sign not in "|*?" else " " for sign in text)
    name = " ".join(kept.split())
    return "step" if not name or unfit(name) else name
