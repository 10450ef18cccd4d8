"""Free text becomes a number between -1 and 1: negations, both Norwegian languages, and what is not covered."""

from __future__ import annotations

import sys

import pytest

from pipelines.ingest import sentiment
from pipelines.ingest.sentiment import LANGUAGES, MAX_CHARACTERS, sentiment_scores
from schemas.errors import SettingsError

GOOD = {
    "no": ["Dette var veldig bra.", "Fantastisk service, takk!", "Montøren var hyggelig og kom raskt.", "Eg er nøgd."],
    "sv": ["Det här var väldigt bra.", "Fantastisk service, tack!", "Trevlig och snabb tekniker.", "Jag är nöjd."],
    "da": ["Det var rigtig godt.", "Fantastisk service, tak!", "Teknikeren var venlig og hurtig.", "Jeg er tilfreds."],
    "en": ["This was very good.", "Fantastic service, thanks!", "The engineer was friendly.", "I am satisfied."],
}
BAD = {
    "no": ["Dette var dårlig.", "Elendig kundeservice, jeg er skuffet.", "Forferdelig ventetid.", "Alt for dyrt."],
    "sv": ["Det här var dåligt.", "Usel kundtjänst, jag är besviken.", "Krångligt och långsamt.", "Alldeles för dyrt."],
    "da": ["Det var dårligt.", "Elendig kundeservice, jeg er skuffet.", "Forfærdelig ventetid.", "Alt for dyrt."],
    "en": ["This was bad.", "Terrible service, I am disappointed.", "Slow and unhelpful.", "Overpriced."],
}
NEGATED = {
    "no": ["Dette var ikke bra.", "Jeg er aldri fornøyd.", "Eg er ikkje nøgd."],
    "sv": ["Det var inte bra.", "Jag är aldrig nöjd."],
    "da": ["Det var ikke godt.", "Jeg er aldrig tilfreds."],
    "en": ["This was not good.", "It isn't good.", "I am never satisfied."],
}
PLAIN = {
    "no": "Fakturaen kom i går.",
    "sv": "Fakturan kom igår.",
    "da": "Fakturaen kom i går.",
    "en": "The invoice came yesterday.",
}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_praise_is_above_zero_and_blame_below(language: str) -> None:
    praise, blame = sentiment_scores(GOOD[language], language), sentiment_scores(BAD[language], language)
    assert all(score is not None and 0.3 < score <= 1 for score in praise), list(
        zip(GOOD[language], praise, strict=True)
    )
    assert all(score is not None and -1 <= score < -0.2 for score in blame), list(
        zip(BAD[language], blame, strict=True)
    )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_negation_turns_the_word_behind_it(language: str) -> None:
    assert all(score is not None and score < 0 for score in sentiment_scores(NEGATED[language], language))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_text_without_a_rated_word_is_zero(language: str) -> None:
    assert sentiment_scores([PLAIN[language]], language) == [0.0]


def test_what_comes_after_a_but_counts_more() -> None:
    mixed, praise = sentiment_scores(["Hyggelig montør, men nettet er ustabilt.", "Hyggelig montør."], "no")
    assert mixed is not None and praise is not None
    assert mixed < 0 < praise


def test_a_word_like_very_raises_the_next_one() -> None:
    plain, raised = sentiment_scores(["Det var bra.", "Det var veldig bra."], "no")
    assert plain is not None and raised is not None
    assert raised > plain


# "bra" is 3, the mark 0.292; brought between -1 and 1 by x / sqrt(x * x + 15): 0.6476
def test_empty_texts_have_no_score_and_each_stays_in_its_place() -> None:
    assert sentiment_scores([None, "", "  ", "Bra!", None, "Bra!"], "no") == [None, None, None, 0.6476, None, 0.6476]
    assert sentiment_scores([], "no") == []


def test_languages_do_not_disturb_each_other() -> None:
    alone = sentiment_scores(GOOD["no"], "no")
    sentiment_scores(GOOD["en"], "en")
    assert sentiment_scores(GOOD["no"], "no") == alone


def test_a_workspace_adds_words_of_its_trade() -> None:
    assert sentiment_scores(["Ny ruter i pakke."], "no") == [0.0]
    (score,) = sentiment_scores(["Ny ruter i pakke."], "no", {"Pakke": -3})
    assert score is not None and score < -0.5


def test_only_the_beginning_of_a_very_long_text_is_looked_at() -> None:
    assert sentiment_scores(["bra " + "x " * MAX_CHARACTERS + "elendig " * 50], "no") == sentiment_scores(["bra"], "no")


@pytest.mark.parametrize("language", ["fi", "de", "nb", ""])
def test_a_language_that_is_not_covered_is_refused(language: str) -> None:
    with pytest.raises(SettingsError, match="one of da, en, no, sv"):
        sentiment_scores(["hyvä"], language)


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    sentiment._scorer.cache_clear()
    sentiment._word_lists.cache_clear()
    monkeypatch.setitem(sys.modules, "asent", None)
    with pytest.raises(SettingsError, match=r"pip install 'terreng\[sentiment\]'"):
        sentiment_scores(["bra"], "no")
