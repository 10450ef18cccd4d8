"""E-values against published ones, and the sentence that a reader gets."""

from __future__ import annotations

from math import inf

import pytest

from models.friction.sensitivity import confounding_sentence, e_value, e_value_of_shares


@pytest.mark.parametrize(
    ("risk_ratio", "published"),
    # VanderWeele and Ding 2017: maternal breastfeeding and respiratory death 3.9 (1.8), leukaemia 0.80.
    [(3.9, 7.26), (1.8, 3.0), (0.80, 1.81), (1.0, 1.0)],
)
def test_e_values_are_the_published_ones(risk_ratio: float, published: float) -> None:
    assert e_value(risk_ratio) == pytest.approx(published, abs=0.005)


def test_an_e_value_of_shares_has_an_end_where_nobody_of_one_side_is_lost() -> None:
    assert e_value_of_shares(0.2, 0.1) == e_value(2.0)
    assert e_value_of_shares(0.2, 0.0, least=0.01) == pytest.approx(e_value(21.0))
    assert e_value_of_shares(0.2, 0.0) == inf


def test_an_unseen_cause_that_strong_could_make_the_whole_effect() -> None:
    strength = e_value(1.7)  # risk ratio of cause and signal, and of cause and loss
    assert strength * strength / (2 * strength - 1) == pytest.approx(1.7)  # the largest bias it can make


def test_the_sentence_says_how_strong_an_unseen_cause_would_have_to_be() -> None:
    said = confounding_sentence(3.41, 2.04)
    assert said.startswith("Unadjusted confounding is possible")
    assert "3.4 times" in said
    assert "2.0 times" in said
    assert "no unseen cause is needed" in confounding_sentence(1.2, 1.0)
