-- One row per answer or asking: what it is about. An answer is about what was asked, so its moment is that of asking.
with asked as (
    select answers.event_key, answers.question, max(asks.at_us) as asked_us
    from experience_said answers
    join experience_said asks
        on asks.journey_key = answers.journey_key
        and asks.question = answers.question
        and not asks.is_answer
        and asks.at_us <= answers.at_us
    where answers.is_answer
    group by answers.event_key, answers.question
),
moments as (
    select
        said.*,
        coalesce(asked.asked_us, said.at_us) as based_us
    from experience_said said
    left join asked
        on asked.event_key = said.event_key and asked.question = said.question and said.is_answer
),
places as (
    select moments.event_key, moments.question, moments.is_answer, max(steps.position) as position
    from moments
    join experience_questions questions on questions.question = moments.question and questions.is_latest
    join traced_steps steps
        on steps.journey_key = moments.journey_key
        and steps.code < $flow_n
        and steps.at_us <= moments.based_us
        and steps.position < coalesce(moments.position, steps.position + 1)
    group by moments.event_key, moments.question, moments.is_answer
)
select
    moments.journey_key,
    moments.position,
    moments.at_us,
    moments.event_key,
    moments.question,
    moments.is_answer,
    moments.score,
    questions.measure,
    case when questions.is_latest then steps.code else questions.about_code end as about_code
from moments
join experience_questions questions on questions.question = moments.question
left join places
    on places.event_key = moments.event_key
    and places.question = moments.question
    and places.is_answer = moments.is_answer
left join traced_steps steps on steps.journey_key = moments.journey_key and steps.position = places.position
where not questions.is_latest or steps.code is not null
