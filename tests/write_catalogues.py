"""Bring the catalogues of `pipelines/locale` up to date: `python tests/write_catalogues.py`.

Texts that are new come in untranslated, those that nobody says any more go. It ends with what is missing, by language;
`--missing` only says so, and fails if anything is.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "pipelines" / "locale"
OTHERS = ("nb", "sv", "da")
Text: TypeAlias = str | tuple[str, ...]
_SPEAKERS = {"tr": 1, "mark": 1, "trn": 2}  # who speaks, and how many of their arguments are texts
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # the same texts make the same file on any day


def extracted() -> Catalog:
    """Every text of the code and of the templates, in the order of the files."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for path in sorted((ROOT / "pipelines").rglob("*")):
        texts = {".py": _of_code, ".html": _of_template}.get(path.suffix)
        for message in texts(path) if texts else ():
            found.add(message, locations=[(str(path.relative_to(ROOT)), 0)])
    return found


def _of_code(path: Path) -> Iterator[Text]:
    """Texts of a module that speaks; also of those inside f-strings, which Babel leaves out before Python 3.12."""
    code = path.read_text(encoding="utf-8")
    if "pipelines.language import" not in code and path.name != "language.py":
        return
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        n = _SPEAKERS.get(call.func.id, 0) if isinstance(call.func, ast.Name) else 0
        texts = tuple(str(each.value) for each in call.args[:n] if isinstance(each, ast.Constant))
        if n and len(texts) == n:
            yield texts[0] if n == 1 else texts


def _of_template(path: Path) -> Iterator[Text]:
    with path.open("rb") as file:
        # A template that cannot be read is a fault.
        found = extract("jinja2.ext:babel_extract", file, {"tr": None, "trn": (1, 2)}, options={"silent": "false"})
        yield from (message for _, message, _, _ in found)


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it is."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str, template: Catalog) -> Catalog:
    """The catalogue with the texts of the code, keeping what is translated."""
    made = tidied(catalogue(language), template)
    made.project, made.version, made.last_translator, made.language_team = "Terreng", "1", "", language
    made.msgid_bugs_address = ""
    return made


def tidied(made: Catalog, template: Catalog) -> Catalog:
    """A catalogue with the texts of the code and no others, in their order."""
    made.update(deepcopy(template), no_fuzzy_matching=True)  # else what is new would be one message in all of them
    made.obsolete.clear()
    for message in made:
        message.flags &= {"fuzzy"}  # what format its places have, every reader sees
    made.creation_date = made.revision_date = _NEVER
    return made


def written(made: Catalog) -> bytes:
    """The catalogue as a file."""
    out = BytesIO()
    write_po(out, made, width=120, ignore_obsolete=True, include_lineno=False)
    return out.getvalue()


def faults(made: Catalog, template: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue: texts that are missing, fuzzy, of other places, or said by nobody."""
    for message in template:
        if message.id:
            told = made.get(message.id)
            yield from ([f"not in the catalogue: {message.id}"] if told is None else _faults_of(told))
    yield from (f"said by nobody: {message.id}" for message in made if message.id and message.id not in template)


def _faults_of(message: Message) -> Iterator[str]:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    if not forms or not all(forms):
        yield f"not translated: {message.id}"
        return
    if message.fuzzy:
        yield f"fuzzy: {message.id}"
    wanted = {frozenset(places(text)) for text in ids}
    yield from (f"other places: {form}" for form in forms if frozenset(places(form)) not in wanted)


def places(text: str) -> list[str]:
    """The names of a text's values, in order."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def main(is_only_told: bool) -> int:
    """Writes the catalogues, unless they are only to be told of; 1 if anything is missing in them."""
    template = extracted()
    lines = []
    for language in OTHERS:
        made = catalogue(language) if is_only_told else renewed(language, template)
        if not is_only_told:
            (FOLDER / f"{language}.po").write_bytes(written(made))
        lines += [f"{language}: {fault}" for fault in faults(made, template)]
    sys.stdout.write("".join(f"{line}\n" for line in lines) or "Nothing is missing.\n")
    return 1 if lines and is_only_told else 0


if __name__ == "__main__":
    raise SystemExit(main("--missing" in sys.argv[1:]))
