-- One row per answer of a journey to a question of the map: its score as given, whether it is low, and its points: what
-- the measure's formula takes the mean of; emotion is the same on -2 to 2.
select
    based.journey_key,
    based.position,
    based.at_us,
    based.event_key,
    based.measure,
    based.score,
    case
        when questions.best > questions.worst then based.score <= questions.low_at
        else based.score >= questions.low_at
    end as is_low,
    based.about_code,
    case
        when based.measure = 'nps' and based.score >= 9 then 100.0
        when based.measure = 'nps' and based.score <= 6 then -100.0
        when based.measure = 'nps' then 0.0
        when based.measure = 'sentiment'
            then (based.score - questions.worst) / nullif(questions.best - questions.worst, 0) * 2.0 - 1.0
        when questions.best > questions.worst and based.score >= questions.high_at then 1.0
        when questions.best < questions.worst and based.score <= questions.high_at then 1.0
        else 0.0
    end as points,
    (based.score - questions.worst) / nullif(questions.best - questions.worst, 0) * 4.0 - 2.0 as emotion
from experience_based based
join experience_questions questions on questions.question = based.question
where based.is_answer
