"""The catalogues are whole, and a report in another language leaves nothing in English."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from models.friction.sensitivity import confounding_sentence
from models.redesign import no_change
from pipelines.language import LANGUAGES, speaking
from pipelines.report.html import render
from pipelines.report.made import made_report
from pipelines.report.stored import SENTENCES, retold
from pipelines.settings import Settings
from schemas.journey_map import JourneyMap, load_map
from schemas.tables import TABLES
from tests.pipelines.report.conftest import Rows, Walk, add_workspace_rows, publish_rows
from tests.pipelines.report.sample_maps import make_map
from tests.pipelines.report.test_cost import fill

WORD = re.compile(r"[^\W\d_]{2,}")
ROOT = Path(__file__).resolve().parent.parent.parent
OTHERS = tuple(code for code in LANGUAGES if code != "en")
# Words that are the same in Norwegian, and names of programs and of what they write.
SPEAK_ALIKE = """Data Id Median NPS Segment Signal Simpson Status Support min plan signal start
Nordlys Fiber Terreng terreng SQL duckdb polars numba pm4py csv jsonl"""


def _writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_catalogues", ROOT / "tests" / "write_catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


WRITER = _writer()
SENTENCE_COLUMNS = {"evidence", "headline", "hint", "notes", "problem", "reason", "refused", "said"}


@pytest.fixture(scope="module")
def template() -> Catalog:
    """Every text of the code."""
    found: Catalog = WRITER.extracted()
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_its_places_and_none_is_left_over(language: str, template: Catalog) -> None:
    faults = list(WRITER.faults(WRITER.catalogue(language), template))
    assert not faults, f"run: python tests/write_catalogues.py, then translate in pipelines/locale/{language}.po"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_that_is_written_again_is_the_same(language: str, template: Catalog) -> None:
    once = WRITER.renewed(language, template)
    text = WRITER.written(once)
    again = read_po(BytesIO(text), locale=language)
    assert WRITER.written(WRITER.tidied(again, template)) == text


def test_a_text_that_is_missing_or_lost_a_place_is_a_fault() -> None:
    made, wanted = Catalog("nb"), Catalog()
    for text in ("{n} h", "{n} min", "{n} s"):
        wanted.add(text)
    made.add("{n} h", "timer")
    made.add("{n} min", "")
    made.add("weeks", "uker")
    assert list(WRITER.faults(made, wanted)) == [
        "other places: timer",
        "not translated: {n} min",
        "not in the catalogue: {n} s",
        "said by nobody: weeks",
    ]


class Texts(HTMLParser):
    """What a page says, text by text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.is_quiet = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_quiet = tag in {"style", "script", "code", "pre"}
        self.said += [value for name, value in attrs if name in {"aria-label", "alt"} and value]

    def handle_endtag(self, tag: str) -> None:
        self.is_quiet = False

    def handle_data(self, data: str) -> None:
        if not self.is_quiet:
            self.said.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """The sample's report in English and in Norwegian, and the names that are in both."""
    settings = Settings(root=tmp_path_factory.mktemp("languages"), name="Nordlys Fiber")
    rows: Rows = {name: [] for name in TABLES}
    path = settings.root / "maps" / "map.yaml"
    path.parent.mkdir()
    path.write_text(make_map(12), encoding="utf-8")
    plan = load_map(path)
    Walk(plan, rows).fill(300)
    fill(rows, plan)
    add_workspace_rows(rows)
    publish_rows(settings, rows)
    told = []
    for language in ("en", "nb"):
        with speaking(language):
            told.append(render(made_report(settings).document))
    return told[0], told[1], " ".join((path.read_text(encoding="utf-8"), *_values(rows)))


def _values(rows: Rows) -> Iterator[str]:
    """What stands in the rows: ids, names of sources, files and activities, values of attributes; no sentences."""
    for row in (row for table in rows.values() for row in table):
        for name, value in row.items():
            if isinstance(value, str) and name not in SENTENCE_COLUMNS:
                yield value
            if isinstance(value, (list, dict)):
                yield from map(str, value)


def test_a_norwegian_report_leaves_no_english_sentence(pages: tuple[str, str, str]) -> None:
    english, norwegian, names = pages
    known = set(WORD.findall(f"{names} {SPEAK_ALIKE}"))
    both = set(Texts(english).said) & set(Texts(norwegian).said)
    # On pictures long names stand in pieces.
    left = {t for t in both if any(len(word) < 4 or word not in names for word in set(WORD.findall(t)) - known)}
    assert left == set()


def test_the_page_says_its_language(pages: tuple[str, str, str]) -> None:
    assert '<html lang="en">' in pages[0]
    assert '<html lang="nb">' in pages[1]
    assert "kundereiser" in pages[1]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("too few journeys (worth fewer than 30)", "for få kundereiser (verdt færre enn 30)"),
        (
            "The map does not know 12% of the events in its journeys, and at most 10% may be unknown.",
            "Kartet kjenner ikke 12 % av hendelsene i kundereisene, og høyst 10 % kan være ukjent.",
        ),
        (
            "56% of those with the signal met it elsewhere; they are not judged here. "
            + confounding_sentence(2.5, 1.0),
            "56 % av dem med signalet møtte det et annet sted; de bedømmes ikke her. Ujustert konfundering er mulig:"
            " intervallet dekker ingen virkning, så det trengs ingen usett årsak for å forklare den bort.",
        ),
        (no_change("failed"), "et kart planlegger ikke feil: se på hva de som møtte en, gjør etterpå"),
        (
            "The same journeys as ad_hoc of support_chat, and judged there.",
            "De samme kundereisene som ikke på kartet ved support_chat, og bedømt der.",
        ),
        (
            "Under strict and loose identity it costs less than half as much, and it has to be alike whoever is taken"
            " for whom.",
            "Under streng og løs identitet koster det mindre enn halvparten så mye, og det må være likt uansett hvem"
            " som regnes som hvem.",
        ),
        ("a sentence that nobody knows", "a sentence that nobody knows"),
    ],
)
def test_a_sentence_of_the_tables_is_told_in_the_language(said: str, told: str) -> None:
    assert retold(said) == said
    with speaking("nb"):
        assert retold(said).replace("\N{NO-BREAK SPACE}", " ") == told


def test_a_rule_of_a_map_is_told_in_the_language(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text((ROOT / "data/example/maps/become_customer.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    plan: JourneyMap = load_map(path)
    with speaking("nb"):
        told = [retold(rule.said) for rule in plan.constraints]
    assert told
    assert all(text.startswith(("hver ", "ingen ", "høyst ")) or " i samme kanal " in text for text in told)


COMPOSED = ("file read", "files read", "event has", "events have", "other columns", "every ", "mend the", "load again")


def test_the_sentences_are_those_that_the_estimators_say() -> None:
    places = [*ROOT.glob("models/**/*.py"), *ROOT.glob("schemas/**/*.py")]
    places += [path for name in ("compare", "friction", "ingest") for path in ROOT.glob(f"pipelines/{name}/**/*.py")]
    said = " ".join(_strings(places)).lower()
    pieces = {
        piece.strip().lower()
        for sentence in SENTENCES
        if not any(start in sentence for start in COMPOSED)
        for piece in re.split(r"\{\w+\}|[,;:()“”]", sentence)
        if len(piece.split()) >= 3
    }
    assert {piece for piece in pieces if piece not in said} == set()


def _strings(paths: list[Path]) -> Iterator[str]:
    for path in sorted(paths):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
