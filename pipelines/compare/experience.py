"""What customers said of touchpoints and journeys, beside what they did."""

from __future__ import annotations

import polars as pl

from models.rules import quoted, rules_condition
from pipelines.engine import DuckDBEngine
from pipelines.study import Study, whose
from schemas.map_experience import LATEST, Question

_EVENTS = "entity_key BIGINT, at_us BIGINT, event_key BIGINT, question INTEGER, is_answer BOOLEAN, score DOUBLE"
_QUESTIONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "question": pl.Int32,
    "measure": pl.String,
    "about_code": pl.Int32,
    "is_latest": pl.Boolean,
    **dict.fromkeys(("worst", "best", "low_at", "high_at"), pl.Float64),
    "within_us": pl.Int64,
}


def prepare_experience(engine: DuckDBEngine, study: Study) -> None:
    """Make `experience_answers` and `experience_asked` of one study; both are empty where its map asks nothing.

    Args:
        engine: The warehouse; it uses the study's schema, in which its journeys and their steps are.
        study: One version of a map.
    """
    questions = study.plan.experience
    rows = [_facts(study, number, question) for number, question in enumerate(questions)]
    engine.put("experience_questions", pl.DataFrame(rows, schema=_QUESTIONS, orient="row"))
    engine.connection.execute(f"CREATE OR REPLACE TABLE experience_events ({_EVENTS})")
    for number, question in enumerate(questions):
        _add(engine, study, {"question": number, "is_answer": "true", **_answers(study, number)})
        if question.asked:
            asks = rules_condition(question.asked)
            nothing = {"text": "cast(null as varchar)", "is_candidate": asks, "is_told": "true"}
            _add(engine, study, {"question": number, "is_answer": "false", **nothing})
    for model in ("said", "based", "answers", "asked"):
        engine.create(f"staging/experience_{model}", study.values)
    engine.drop("experience_events", "experience_said", "experience_based")


def _facts(study: Study, number: int, question: Question) -> tuple[object, ...]:
    about, (worst, best) = question.touchpoint, question.ends
    is_latest = about == LATEST and LATEST not in study.plan.roles
    code = None if about is None or is_latest else study.code(about)
    scale = (worst, best, question.low_at, question.high_at)
    return number, question.measure.value, code, is_latest, *scale, question.within_s * 1_000_000


def _answers(study: Study, number: int) -> dict[str, str]:
    """SQL: an answer's score as text, and whether an event is one, and of no question before with the same attribute.

    A score that is no number on the question's scale is none: another question may have it.
    """
    question = study.plan.experience[number]
    text = f"e.attributes[{quoted(question.attribute)}]"
    same = [each for each in study.plan.experience[:number] if _key(each) == _key(question)]
    earlier = "".join(f" AND NOT ({_fits(each)})" for each in same)
    return {"text": text, "is_candidate": f"{text} IS NOT NULL", "is_told": f"{_fits(question)}{earlier}"}


def _key(question: Question) -> tuple[str, str]:
    return question.measure, question.attribute


def _fits(question: Question) -> str:
    low, high = sorted(question.ends)
    rules = rules_condition(question.when) if question.when else "TRUE"
    return f"coalesce(numbered.score BETWEEN {low} AND {high} AND ({rules}), FALSE)"


def _add(engine: DuckDBEngine, study: Study, told: dict[str, str | int]) -> None:
    values = {**whose(study.plan.journey_is.per), **told, "as_of_us": study.as_of_us}
    engine.create("staging/experience_events", values, name="experience_part")
    engine.connection.execute("INSERT INTO experience_events SELECT * FROM experience_part")
    engine.drop("experience_part")
