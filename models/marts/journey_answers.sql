-- One row per answer of a journey to a question of its map.
select
    $journey as journey,
    ids.journey_id,
    answers.measure,
    names.name as touchpoint,
    @TIME(answers.at_us) as answered_at,
    e.event_id,
    e.source,
    answers.score,
    answers.points,
    answers.is_low
from experience_answers answers
join journey_ids ids on ids.journey_key = answers.journey_key
join events e on e.event_key = answers.event_key
left join map_names names on names.code = answers.about_code
order by answers.journey_key, answers.at_us, e.event_id, answers.measure, names.name
