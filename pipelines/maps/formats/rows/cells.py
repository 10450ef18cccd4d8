"""What people write into the cells of a journey map, as values of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES = _words("yes y true 1 x ja j ✓ ✔ ✅ ☑ ★ ⭐ wow mot")
_NO = _words("no n false 0 nei nej - –")
_CUSTOMER = _words(
    "customer customers user users client clients guest guests patient patients citizen citizens buyer visitor member"
    " kunde kunden kunder kund kunden bruker brukeren brukere bruger brugeren användare användaren pasient patienten"
    " gjest gäst gæst borger innbygger medborgare"
)
_COMPANY = _words(
    "company we us firm business organisation organization system agent agents employee employees staff brand provider"
    " service support selskap selskapet bedrift bedriften virksomhed virksomheden företag företaget vi oss os ansatt"
    " ansatte medarbeider medarbetare medarbejder frontstage backstage leverandør leverantör"
)
# Words of feeling and signs, from -2 to 2. Whole words; the strongest that a cell has counts.
_FEELINGS = {
    -2: "angry furious terrible awful horrible hate desperate devastated sint rasende forferdelig arg rasande hemsk"
    " fruktansvärd vred rasende forfærdelig 😡 😠 🤬 😭 😢 😖 😫",
    -1: "negative sad frustrated annoyed anxious worried confused unsure stressed disappointed uncertain bad unhappy"
    " impatient dissatisfied bored negativ trist lei frustrert irritert engstelig bekymret forvirret usikker stresset"
    " skuffet dårlig utålmodig misfornøyd ledsen frustrerad irriterad orolig förvirrad osäker stressad besviken dålig"
    " otålig missnöjd ked frustreret irriteret bekymret utålmodig ☹ 🙁 😟 😕 😞 😔 😣 😰 😒 👎 - :( :-(",
    0: "neutral ok okay indifferent nøytral nøytralt neutralt likegyldig likgiltig ligeglad 😐 😑 😶 :| :-|",
    1: "positive happy good satisfied calm relieved confident curious hopeful interested pleased content positiv glad"
    " god fornøyd rolig lettet trygg nysgjerrig håpefull bra nöjd lugn lättad trygg nyfiken hoppfull tilfreds rolig"
    " lettet tryg nysgerrig håbefuld 🙂 😊 😀 😃 ☺ 👍 + :) :-)",
    2: "delighted excited thrilled love amazing great fantastic enthusiastic begeistret fantastisk elsker kjempefornøyd"
    " entusiastisk jättenöjd älskar lykkelig overlykkelig 😍 🤩 😁 😄 🥳 ❤ 🎉 ++ :d :-d",
}
_FEELING = {word: score for score, words in _FEELINGS.items() for word in words.split()}
_TOKEN = re.compile(r"[^\W\d_]+|[:;][-']?[()|dD]|[☹-☻😀-🙏🤀-🧿👍👎❤🎉]|[-+]+")
_SCALE = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
_LENGTH = re.compile(r"(\d+)\s*((?:business|working)\s+)?([a-zæøåäö]+)", re.IGNORECASE)
_UNITS = {
    "s": "s sec secs second seconds sekund sekunder",
    "m": "m min mins minute minutes minutt minutter minut minuter",
    "h": "h hr hrs hour hours time timer timme timmar t tim",
    "d": "d day days dag dager dagar dage døgn dygn",
    "w": "w week weeks uke uker vecka veckor uge uger",
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_WORKING_DAYS = _words(
    "virkedag virkedager arbeidsdag arbeidsdager arbetsdag arbetsdagar arbejdsdag arbejdsdage hverdag hverdager"
    " hverdage vardag vardagar workday workdays"
)
_WORKING_DAY_H = 8  # business hours of a working day, where people promise in days


def items(cell: str) -> list[str]:
    """Things that stand in one cell, listed."""
    if cell.lstrip().startswith("["):
        read = _json(cell)
        if isinstance(read, list) and all(isinstance(each, str) for each in read):
            return [str(each) for each in read]
    return [part.strip(" \t•-*·") for part in re.split(r"[;,|\n]|\s/\s", cell) if part.strip(" \t•-*·")]


def lines(cell: str) -> list[str]:
    """The lines of a cell, without bullets and numbers before them."""
    stripped = (re.sub(r"^\s*(?:[•\-*·–]|\d+[.)])\s+", "", line).strip() for line in cell.splitlines())
    return [line for line in stripped if line]


def listed(texts: Sequence[str]) -> str:
    """Texts as one cell that `items` reads back."""
    alone = "; ".join(texts)
    return alone if items(alone) == list(texts) else json.dumps(list(texts), ensure_ascii=False)


def yes(cell: str) -> bool | None:
    """Whether a cell says yes; None: neither yes nor no."""
    word = cell.strip().casefold()
    return True if word in _YES else False if word in _NO or not word else None


def initiator(cell: str, persona: str = "") -> str | None:
    """Who begins, as the map says it; None: a word that could be anybody."""
    words = re.findall(r"[^\W\d_]+", cell.casefold())
    if persona and cell.strip().casefold() == persona.casefold():
        return "customer"
    found = [word for word in words if word in _CUSTOMER or word in _COMPANY]
    return None if not found else "customer" if found[0] in _CUSTOMER else "company"


def emotions(cells: Sequence[str]) -> tuple[list[int | None], str]:
    """The feeling of each cell from -2 to 2 (None: it says none), and how the scale was read ("": as it is)."""
    numbers = [_number(cell) for cell in cells]
    known = [number for number in numbers if number is not None]
    shift, spread, told = _scale(known)
    scores = [
        _feeling(cell) if number is None else max(-2, min(2, round((number - shift) * spread)))
        for cell, number in zip(cells, numbers, strict=True)
    ]
    return scores, told


def _scale(known: list[float]) -> tuple[float, float, str]:
    """Middle of the scale, what one step of it is of ours, and that in words."""
    lowest, highest = min(known, default=0), max(known, default=0)
    if lowest < 0 or highest <= 2:
        is_wide = max(abs(lowest), abs(highest)) > 2
        widest = max(abs(lowest), abs(highest))
        return (
            (0, 2 / widest, f"emotions from {-widest:g} to {widest:g} were taken for -2 to 2")
            if is_wide
            else (0, 1, "")
        )
    top = next((top for top in (5, 7, 10, 100) if highest <= top), highest)
    bottom = 1 if lowest >= 1 and top != 100 else 0
    middle = (top + bottom) / 2
    return middle, 4 / (top - bottom), f"emotions from {bottom} to {top:g} were taken for -2 to 2"


def _number(cell: str) -> float | None:
    text = cell.strip()
    return float(text.replace("−", "-").replace(",", ".")) if _SCALE.fullmatch(text) else None


def _feeling(cell: str) -> int | None:
    found = [_FEELING[token] for token in _TOKEN.findall(cell.casefold()) if token in _FEELING]
    return max(found, key=abs) if found else None


def duration(cell: str) -> tuple[str, bool] | None:
    """The first length of time in a cell as the map writes it, and whether it counts business hours; None: none."""
    for digits, business, word in _LENGTH.findall(cell):
        number, unit = int(digits[:6]), word.casefold()
        letter = "d" if unit in _WORKING_DAYS else _UNIT.get(unit, "")
        is_business = bool(business) or unit in _WORKING_DAYS or "business" in cell.casefold()
        if letter and number:
            hours = number * _WORKING_DAY_H
            return (
                (f"{hours}h" if letter == "d" else f"{number}{letter}", True)
                if is_business
                else (f"{number}{letter}", False)
            )
    return None


def _json(cell: str) -> object:
    try:
        return json.loads(cell)
    except ValueError:
        return None


def structure(cell: str) -> object:
    """A cell that holds JSON, as its value; None: it holds none."""
    read = _json(cell) if cell.lstrip()[:1] in ("{", "[") else None
    return read if isinstance(read, (dict, list)) else None


def slug(text: str) -> str:
    """A short name of a text, as maps have them."""
    words = re.findall(r"\w+", text.casefold())
    name = ""
    for word in words:
        if name and len(name) + len(word) > 48:
            break
        name = f"{name}_{word}" if name else word[:48]
    return name.strip("_") or "step"
