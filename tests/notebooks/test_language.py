from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.explore import desk, html, words
from pipelines.language import speak_usually, speaking
from tests.notebooks.test_notebooks import _outputs as outputs


@pytest.fixture
def speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings of a workspace that is looked into; English is spoken again behind."""
    monkeypatch.setenv(desk.WORKSPACE, str(tmp_path))
    yield tmp_path / "terreng.toml"
    speak_usually("en")


def _set(settings: Path, language: str) -> None:
    settings.write_text(f'[workspace]\nname = "Fjord"\n\n[report]\nlanguage = "{language}"\n', encoding="utf-8")


def _in_a_thread() -> str:
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.append(words.word("map")))
    thread.start()
    thread.join()
    return heard[0]


def test_every_thread_of_the_app_speaks_the_reports_language(speaks: Path) -> None:
    _set(speaks, "nb")
    desk.speak()
    assert _in_a_thread() == words.word("map") == "Kart"
    assert 'lang="nb"' in html.heading("Hei")
    with speaking("en"):
        assert words.word("map") == "Map"
    _set(speaks, "en")
    desk.speak()
    assert _in_a_thread() == "Map"
    assert "lang" not in html.heading("Hi")


def test_where_there_is_no_workspace_english_is_spoken(speaks: Path) -> None:
    speak_usually("nb")
    assert not speaks.exists()
    desk.speak()
    assert words.word("map") == "Map"


def test_a_notebook_tells_everything_in_it(speaks: Path) -> None:
    _set(speaks, "nb")
    shown = outputs("04_own_data").split("</style>", 1)[1]
    assert words.word("about_own_data") in shown
    with speaking("en"):
        assert words.word("about_own_data") not in shown
