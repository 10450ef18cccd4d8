"""The tables of what departures cost: stages, signals, frictions, and what is read off them. See `schemas.tables`."""

from __future__ import annotations

from schemas.table import FLAG, INT, REAL, TEXT, TIME, Column, Table, needed, nullable


def _interval(name: str, kind: str, meaning: str) -> tuple[Column, ...]:
    """A number with the ends of its 95 % interval."""
    return (
        nullable(name, kind, meaning),
        nullable(f"{name.removesuffix('_share')}_low", kind, "lower end of its 95 % interval"),
        nullable(f"{name.removesuffix('_share')}_high", kind, "upper end of its 95 % interval"),
    )


JOURNEY_STAGES = Table(
    "journey_stages",
    "one row per journey and touchpoint of the flow that it reached, when it first did",
    (
        needed("journey", TEXT, "name of the map"),
        needed("journey_id", TEXT, "journey"),
        needed("stage", INT, "place among the touchpoints that the journey reached, from 0"),
        needed("touchpoint", TEXT, "touchpoint of the flow"),
        needed("reached_at", TIME, "when it was first reached"),
        nullable("next_touchpoint", TEXT, "the touchpoint reached next for the first time; null: none"),
        nullable("next_at", TIME, "when that was; null: never"),
        nullable("ending", TEXT, "status of the journey that ended, or stands, in this stage; null: it went on"),
        needed("last_at", TIME, "its last mapped event in this stage"),
    ),
)

JOURNEY_SIGNALS = Table(
    "journey_signals",
    "one row per sign of trouble in a journey, as it was known at that moment",
    (
        needed("journey", TEXT, "name of the map"),
        needed("journey_id", TEXT, "journey"),
        needed("signal", TEXT, "see SignalKind: a deviation kind, or the signal's name"),
        needed("touchpoint", TEXT, 'what it is charged to: touchpoint, block "a | b", or activity off the map'),
        needed("known_at", TIME, "when it became known"),
        nullable("event_id", TEXT, "the event that shows it; null: none does"),
        needed("stage", INT, "stage (see journey_stages) in which it became known"),
        needed("at_touchpoint", TEXT, "touchpoint of that stage"),
        needed("is_entry", FLAG, "known by the very event that opened the stage"),
        nullable("measure", REAL, "how much: seconds beyond the promise, the score, contacts; null: it has no measure"),
        needed("evidence_grade", TEXT, "A, B or C: see EvidenceGrade"),
    ),
)

JOURNEY_ANSWERS = Table(
    "journey_answers",
    "one row per answer of a journey to a question of its map",
    (
        needed("journey", TEXT, "name of the map"),
        needed("journey_id", TEXT, "journey"),
        needed("measure", TEXT, "nps, csat, ces or sentiment"),
        nullable("touchpoint", TEXT, "touchpoint that it is about; null: the journey as a whole"),
        needed("answered_at", TIME, "when"),
        needed("event_id", TEXT, "the event that has it"),
        needed("source", TEXT, "source; with event_id it names the event"),
        needed("score", REAL, "as given"),
        needed("points", REAL, "what the measure's standard formula takes the mean of"),
        needed("is_low", FLAG, "at or beyond what the map calls low"),
    ),
)

FRICTIONS = Table(
    "frictions",
    "one row per journey, touchpoint and signal, and one per journey for all together (signal all_fixed)",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("touchpoint", TEXT, "what it is charged to: touchpoint, block or activity; null for all_fixed"),
        needed("signal", TEXT, "a deviation kind, the signal's name, or all_fixed"),
        nullable("at_touchpoint", TEXT, "where the risk set is; a block where several touchpoints of it are"),
        nullable("phase", TEXT, "phase of at_touchpoint"),
        nullable("owner", TEXT, "owner of what it is charged to, else of at_touchpoint"),
        needed("reached_n", INT, "journeys in the risk set: that came there and can be followed"),
        needed("exposed_n", INT, "of these, with the signal known at that moment"),
        nullable("effective_n", REAL, "exposed_n over the design effect of people with several journeys"),
        *_interval("effect", REAL, "lost there with the signal minus without, as a share, within strata (delta)"),
        nullable("effect_pooled", REAL, "the same without strata"),
        nullable("effect_shrunk", REAL, "effect, shrunk by empirical Bayes over the family"),
        nullable("lost_per_month", REAL, "customers lost a month of 30.44 days: upper bound, if it were fully fixed"),
        nullable("lost_low", REAL, "lower end of its 95 % interval"),
        nullable("lost_high", REAL, "upper end of its 95 % interval"),
        nullable("lost_shrunk", REAL, "lost_per_month with the shrunk effect: what the ranking goes by"),
        nullable("value", REAL, "lost_shrunk times margin per conversion, money a month; null: the map gives no value"),
        nullable("value_low", REAL, "the same at lost_low"),
        nullable("value_high", REAL, "the same at lost_high"),
        nullable("p_value", REAL, "two-sided, of no effect"),
        nullable("q_value", REAL, "adjusted over the family (Benjamini and Hochberg)"),
        needed("family_n", INT, "effects tested together: all that this table shows a number for"),
        nullable("top3_probability", REAL, "share of the resamples in which it is among the three costliest"),
        needed("verdict", TEXT, "friction, helpful, variation or refused"),
        nullable("reason", TEXT, "why it is refused, or what else to know, as a sentence"),
        needed("evidence_grade", TEXT, "A, B or C; C is shown and never ranked alone"),
        needed(
            "is_sign_flip", FLAG, "pooled and stratified effect have opposite signs, both beyond rounding (Simpson)"
        ),
        nullable(
            "confounding_needed", REAL, "E-value: how strong an unseen cause of both would have to be (risk ratio)"
        ),
        nullable("adjusted_for", TEXT, "names of the strata; null: none"),
        nullable("from_at", TIME, "first entry into the risk set"),
        nullable("until_at", TIME, "the freeze: last entry that can be followed"),
        nullable("strict_lost", REAL, "lost_per_month under the strict rule"),
        nullable("loose_lost", REAL, "lost_per_month under the loose rule"),
        nullable("is_identity_flip", FLAG, "sign or rank among the first three differs between the rules"),
        nullable("delay_per_month_s", REAL, "customer seconds a month that it takes beyond journeys without it"),
        nullable("effort", TEXT, "small, medium or large, if the team filled it in"),
        nullable("has_mandate", FLAG, "whether the owner may change it, as the map says; null: it does not"),
        nullable("place", INT, "place in the list where to start, from 1 to 10; null: not on it"),
    ),
)

PATIENCE_CURVES = Table(
    "patience_curves",
    "one row per journey, pair of touchpoints and span of time waited",
    (
        needed("journey", TEXT, "name of the map"),
        needed("from_touchpoint", TEXT, "where the customer is ready"),
        needed("to_touchpoint", TEXT, "what she waits for"),
        needed("from_s", REAL, "the span begins after so many seconds of waiting, in the calendar of the wait"),
        needed("until_s", REAL, "and ends after so many"),
        needed("waiting_n", INT, "still waiting when it begins"),
        needed("left_n", INT, "of these, left in it"),
        nullable("hazard", REAL, "share of those still waiting who leave, a day of the wait's calendar"),
        nullable("hazard_low", REAL, "lower end of its 95 % interval"),
        nullable("hazard_high", REAL, "upper end of its 95 % interval"),
        needed("served_n", INT, "of these, served in it, and long enough ago to know what became of them"),
        nullable("lost_after_share", REAL, "of those served in it, abandoned or exited right after it; 0 to 1"),
        nullable("lost_after_low", REAL, "lower end of its 95 % interval"),
        nullable("lost_after_high", REAL, "upper end of its 95 % interval"),
    ),
)

COHORTS = Table(
    "cohorts",
    "one row per journey, entry week and segment",
    (
        needed("journey", TEXT, "name of the map"),
        needed("week_at", TIME, "Monday on which the week begins, in the workspace's time zone"),
        nullable("segment", TEXT, "name=value; null: all"),
        needed("journeys_n", INT, "journeys that began in it"),
        needed("followed_d", REAL, "days that all of them were followed by the snapshot, at most the horizon"),
        needed("is_mature", FLAG, "followed for the whole horizon"),
        *_interval("converted_share", REAL, "converted within followed_d days of entry; 0 to 1"),
        nullable(
            "expected_share",
            REAL,
            "mature cohorts' share converted after as many days: what to compare a young one with",
        ),
        nullable("exited_share", REAL, "exited within followed_d days"),
        nullable(
            "abandoned_share", REAL, "abandoned within the horizon; null: such silences cannot all be confirmed yet"
        ),
        nullable("active_share", REAL, "still active at the horizon; null as abandoned_share"),
        *_interval(
            "projected_share",
            REAL,
            "converted within the horizon; young cohorts: if those still open go on as the mature ones did",
        ),
        nullable("refused", TEXT, "why no share is given; null: given"),
    ),
)

EXPERIENCE = Table(
    "experience",
    "one row per journey, touchpoint, measure and segment: what customers said",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("touchpoint", TEXT, "touchpoint that the answer is about; null: the journey as a whole"),
        needed("measure", TEXT, "nps, csat, ces or sentiment"),
        nullable("segment", TEXT, "name=value; null: all"),
        needed("answers_n", INT, "answers"),
        nullable("asked_n", INT, "journeys that were asked; null: nobody records it"),
        nullable(
            "response_share", REAL, "answered, of those asked so long ago that 99 % of the answers would be there"
        ),
        *_interval(
            "score",
            REAL,
            "by the standard formula: nps -100 to 100, csat and ces 0 to 1 (top boxes), sentiment -1 to 1",
        ),
        nullable("designed_emotion", REAL, "what the map designs for, -2 to 2"),
        nullable("measured_emotion", REAL, "mean of the answers, laid on -2 to 2"),
        nullable("evidence_grade", TEXT, "A, B or C"),
    ),
)

EXPERIENCE_QUADRANTS = Table(
    "experience_quadrants",
    "one row per journey, touchpoint and quadrant: how people behaved, and what they said",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("touchpoint", TEXT, "touchpoint; null: the journey as a whole"),
        needed("behaviour", TEXT, "good or bad (left there, or with a friction of grade A or B)"),
        needed("survey", TEXT, "good, bad or silent (nobody answered)"),
        needed("journeys_n", INT, "journeys"),
        nullable("lost_n", INT, "of these, lost"),
    ),
)

CUSTOMER_VALUE = Table(
    "customer_value",
    "one row per journey and segment: what becomes of those who converted, and what they are worth",
    (
        needed("journey", TEXT, "name of the map"),
        nullable("segment", TEXT, "name=value; null: all"),
        needed("customers_n", INT, "people who converted at least once"),
        *_interval(
            "repurchase_share", REAL, "converted again within the window, those not followed so long counted as such"
        ),
        *_interval(
            "churn_share", REAL, "came to no event that she began in the window after converting, as far as followed"
        ),
        nullable("window_d", REAL, "the window after the first conversion, days: the map's, else the horizon"),
        *_interval(
            "lifetime_value",
            REAL,
            "margin per customer from her first conversion, which counts, to the end of the window; null: no value",
        ),
        nullable("currency", TEXT, "of the value"),
        nullable("reason", TEXT, "why a number is not given"),
    ),
)

ROOT_CAUSES = Table(
    "root_causes",
    "one row per friction and value of an attribute that raises its exposure",
    (
        needed("journey", TEXT, "name of the map"),
        needed("touchpoint", TEXT, "what the friction is charged to"),
        needed("signal", TEXT, "the friction's signal"),
        needed(
            "attribute",
            TEXT,
            "a segment, or of the event that brought the journey there: channel, source, hour, weekday, an attribute",
        ),
        needed("value", TEXT, "its value"),
        needed("reached_n", INT, "journeys in the risk set with this value (since since_at)"),
        needed("exposed_n", INT, "of these, with the signal"),
        needed("share_of_exposed", REAL, "of all with the signal (since then), those with this value; 0 to 1"),
        needed("exposed_share", REAL, "with the signal, of those with this value; 0 to 1"),
        needed("others_exposed_share", REAL, "with the signal, of the others"),
        *_interval("lift", REAL, "the one over the other; null: no others have the signal"),
        nullable("q_value", REAL, "adjusted over the family"),
        needed("family_n", INT, "values tested together, over all frictions of the journey"),
        nullable("since_at", TIME, "since when it is so, where it was not before; null: as far as the data go"),
        needed("said", TEXT, "in words"),
        needed("place", INT, "place among the causes of its friction, from 1"),
    ),
)

SEGMENT_DIFFERENCES = Table(
    "segment_differences",
    "one row per journey, segment value, and number in which it differs from all other values (q at most 0.05)",
    (
        needed("journey", TEXT, "name of the map"),
        needed("segment", TEXT, "name=value"),
        needed(
            "measure",
            TEXT,
            "conversion, drop_off, exit, wait_p50, promise_kept, deviation, signal, effect or experience",
        ),
        nullable("touchpoint", TEXT, "touchpoint, block or activity; for waits where they begin; null: the journey"),
        nullable("signal", TEXT, "the deviation or signal; for waits what is waited for; for experience its measure"),
        needed("n", INT, "journeys (waits, answers) behind it"),
        needed("others_n", INT, "those behind the others"),
        nullable("share", REAL, "with this value (seconds for waits, points for nps and sentiment)"),
        nullable("others_share", REAL, "with the other values"),
        *_interval("difference", REAL, "share minus others_share"),
        nullable("q_value", REAL, "adjusted over the family"),
        needed("family_n", INT, "differences tested together"),
        *_interval("adjusted", REAL, "the difference with the other segments and the calendar held still"),
        needed("is_simpson", FLAG, "its sign turns when they are held still"),
    ),
)

IDENTITY_RANGES = Table(
    "identity_ranges",
    "one row per journey and headline number: what it is under each identity rule",
    (
        needed("journey", TEXT, "name of the map"),
        needed("measure", TEXT, "journeys, conversion, drop_off (of touchpoint), lost_per_month (of a friction)"),
        nullable("touchpoint", TEXT, "touchpoint, block or activity; null: the journey"),
        nullable("signal", TEXT, "for lost_per_month: the signal"),
        nullable("strict", REAL, "under strict"),
        nullable("standard", REAL, "under default"),
        nullable("loose", REAL, "under loose"),
        nullable("n", INT, "journeys behind the number under default"),
        needed("is_flip", FLAG, "sign or rank differs between the rules"),
    ),
)

PROPOSALS = Table(
    "proposals",
    "one row per helpful deviation: a change to the map, tried on old traffic",
    (
        needed("journey", TEXT, "name of the map"),
        needed("touchpoint", TEXT, "what the deviation is charged to"),
        needed("signal", TEXT, "its signal"),
        needed("said", TEXT, "the change in words"),
        nullable("change", TEXT, "the lines of the map after the change, YAML"),
        needed("journeys_n", INT, "journeys on which it was tried"),
        nullable(
            "fitting_share",
            REAL,
            "of these, those that fit the map now: no departure from flow, entry, exit, channel or initiator; 0 to 1",
        ),
        nullable("fitting_share_after", REAL, "of these, those that would fit it after the change"),
        nullable("reason", TEXT, "why no change can be proposed; null: one is"),
    ),
)

EFFECT_TABLES = (
    JOURNEY_STAGES,
    JOURNEY_SIGNALS,
    JOURNEY_ANSWERS,
    FRICTIONS,
    PATIENCE_CURVES,
    COHORTS,
    EXPERIENCE,
    EXPERIENCE_QUADRANTS,
    CUSTOMER_VALUE,
    ROOT_CAUSES,
    SEGMENT_DIFFERENCES,
    IDENTITY_RANGES,
    PROPOSALS,
)
