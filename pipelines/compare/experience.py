"""What customers said of touchpoints and journeys, beside what they did."""

from __future__ import annotations

import polars as pl

from models.evidence import GRADES
from models.experience import response_share, rounded, score_of
from models.rules import quoted, rules_condition
from pipelines.compare.segments import segment_labels
from pipelines.engine import Engine
from pipelines.study import Study, whose
from schemas.map_experience import LATEST, Question
from schemas.map_parts import Touchpoint
from schemas.words import ExperienceMeasure, SignalKind

Key = tuple[int | None, str, str | None]
"""Code of what answers are about, measure, segment."""

_SIGNALS = {
    ExperienceMeasure.NPS: SignalKind.LOW_NPS,
    ExperienceMeasure.CSAT: SignalKind.LOW_CSAT,
    ExperienceMeasure.CES: SignalKind.LOW_CES,
    ExperienceMeasure.SENTIMENT: SignalKind.NEGATIVE_SENTIMENT,
}
_EVENTS: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("entity_key", "at_us", "event_key"), pl.Int64),
    "question": pl.Int32,
    "is_answer": pl.Boolean,
    "score": pl.Float64,
}
_QUESTIONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "question": pl.Int32,
    "measure": pl.String,
    "about_code": pl.Int32,
    "is_latest": pl.Boolean,
    **dict.fromkeys(("worst", "best", "low_at", "high_at"), pl.Float64),
    "within_us": pl.Int64,
}
_ROWS: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("journey", "touchpoint", "measure", "segment", "evidence_grade"), pl.String),
    **dict.fromkeys(("answers_n", "asked_n"), pl.Int64),
    **dict.fromkeys(("score", "score_low", "score_high", "response_share"), pl.Float64),
    **dict.fromkeys(("designed_emotion", "measured_emotion"), pl.Float64),
}


def prepare_experience(engine: Engine, study: Study) -> None:
    """Make `experience_answers` and `experience_asked` of one study; both are empty where its map asks nothing.

    Args:
        engine: The warehouse; it uses the study's schema, in which its journeys and their steps are.
        study: One version of a map.
    """
    questions = study.plan.experience
    rows = [_facts(study, number, question) for number, question in enumerate(questions)]
    engine.put("experience_questions", pl.DataFrame(rows, schema=_QUESTIONS, orient="row"))
    engine.put("experience_events", pl.DataFrame(schema=_EVENTS))
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


def _key(question: Question) -> tuple[str, str, bool]:
    """What counts once: an answer may be about the journey and about a touchpoint, too."""
    return question.measure, question.attribute, question.touchpoint is None


def _fits(question: Question) -> str:
    low, high = sorted(question.ends)
    rules = rules_condition(question.when) if question.when else "TRUE"
    return f"coalesce(numbered.score BETWEEN {low} AND {high} AND ({rules}), FALSE)"


def _add(engine: Engine, study: Study, told: dict[str, str | int]) -> None:
    values = {**whose(study.plan.journey_is.per), **told, "as_of_us": study.as_of_us}
    engine.create("staging/experience_events", values, name="experience_part")
    engine.extend("experience_events", "SELECT * FROM experience_part")
    engine.drop("experience_part")


def fill_experience(engine: Engine, study: Study) -> None:
    """Publish `experience` and `experience_quadrants` of one study.

    Args:
        engine: The warehouse; `frictions` and `journey_signals` of the study are published.
        study: One version of a map, in force.
    """
    if not study.plan.experience:
        return
    engine.put("experience_scopes", _scopes(engine, study))
    engine.append("marts/experience_quadrants", study.values)
    rows = _scores(engine, study)
    if rows:
        engine.append_frame("experience", pl.DataFrame(rows, schema=_ROWS))


def _scopes(engine: Engine, study: Study) -> pl.DataFrame:
    """Touchpoints of the flow that anybody was asked about, and -1 for the journey: how late one may have come there.

    Whoever came later than one patience before the snapshot could not yet be known to have left.
    """
    asked = engine.frame(
        "SELECT DISTINCT about_code AS code FROM experience_answers UNION SELECT about_code FROM experience_questions"
        " UNION SELECT about_code FROM experience_asked ORDER BY code"
    )["code"].to_list()
    patience_us = dict(engine.frame("SELECT code, patience_us FROM patience ORDER BY code").rows())
    patience_us |= {study.code(name): 0 for name in study.plan.goals}  # nobody leaves once she is there
    rows = [(code, study.as_of_us - patience_us[code]) for code in asked if code is not None and code in patience_us]
    rows.append((-1, study.as_of_us - max(patience_us.values())))
    return pl.DataFrame(rows, schema={"code": pl.Int32, "frozen_us": pl.Int64}, orient="row")


def _scores(engine: Engine, study: Study) -> list[dict[str, object]]:
    answers = engine.frame(
        "SELECT answers.*, states.entity_key AS person FROM experience_answers answers"
        " JOIN journey_states states ON states.journey_key = answers.journey_key"
        " ORDER BY answers.journey_key, answers.at_us, answers.event_key, answers.measure"
    )
    asked = engine.frame(
        "SELECT asked.journey_key, asked.measure, asked.about_code, asked.asked_us, min(answers.at_us) AS answered_us"
        " FROM experience_asked asked LEFT JOIN experience_answers answers"
        " ON answers.journey_key = asked.journey_key AND answers.measure = asked.measure"
        " AND answers.about_code IS NOT DISTINCT FROM asked.about_code AND answers.at_us >= asked.asked_us"
        " GROUP BY asked.journey_key, asked.measure, asked.about_code, asked.asked_us"
        " ORDER BY asked.journey_key, asked.measure, asked.about_code, asked.asked_us"
    )
    segments = segment_labels(engine)
    said, asks = (_by_segment(frame, segments) for frame in (answers, asked))
    keys = sorted({*said, *asks}, key=lambda key: (key[0] is not None, key[0] or 0, key[1], key[2] or ""))
    return [_row(study, key, said.get(key), asks.get(key)) for key in keys]


def _by_segment(frame: pl.DataFrame, segments: pl.DataFrame) -> dict[Key, pl.DataFrame]:
    """Rows by what they are about, measure, and segment (None: all)."""
    split = frame.join(segments, on="journey_key", how="inner", maintain_order="left")
    whole = frame.with_columns(pl.lit(None, dtype=pl.String).alias("segment"))
    both = pl.concat([whole, split.select(whole.columns)])
    parts = both.partition_by("about_code", "measure", "segment", as_dict=True, maintain_order=True)
    return {(about, measure, segment): part for (about, measure, segment), part in parts.items()}


def _row(study: Study, key: Key, said: pl.DataFrame | None, asks: pl.DataFrame | None) -> dict[str, object]:
    about, word, segment = key
    measure = ExperienceMeasure(word)
    name = None if about is None else study.plan.names[about]
    entry = study.plan.entry(name) if name else None
    row: dict[str, object] = {
        "journey": study.plan.journey,
        "touchpoint": name,
        "measure": word,
        "segment": segment,
        "answers_n": 0 if said is None else said.height,
        "designed_emotion": entry.emotion if isinstance(entry, Touchpoint) else None,
        "evidence_grade": GRADES[_SIGNALS[measure]].value,
    }
    return row | _score(measure, said) | _response(study, asks)


def _score(measure: ExperienceMeasure, said: pl.DataFrame | None) -> dict[str, object]:
    if said is None:
        return {}
    found = score_of(measure, said["points"].to_numpy(), said["person"].to_numpy())
    if found is None:
        return {}
    felt = float(said["emotion"].to_numpy().mean())
    names = ("score", "score_low", "score_high", "measured_emotion")
    return dict(zip(names, map(rounded, (found.score, found.low, found.high, felt)), strict=True))


def _response(study: Study, asks: pl.DataFrame | None) -> dict[str, object]:
    if asks is None:
        return {}
    answered_us = asks["answered_us"].fill_null(-1).to_numpy()
    share = response_share(asks["asked_us"].to_numpy(), answered_us, study.as_of_us)
    return {"asked_n": asks.height, "response_share": share}
