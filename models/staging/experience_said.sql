-- One row per answer to, or asking of, a question of the map that falls to a journey: the latest of the same person
-- that had begun by then. Its position there is null after the journey's end.
with latest as (
    select said.event_key, said.question, said.is_answer, states.entity_key, max(states.episode) as episode
    from experience_events said
    join journey_states states on states.entity_key = said.entity_key and states.entered_us <= said.at_us
    group by said.event_key, said.question, said.is_answer, states.entity_key
)
select
    states.journey_key,
    steps.position,
    said.at_us,
    said.event_key,
    said.question,
    said.is_answer,
    said.score
from experience_events said
join latest
    on latest.event_key = said.event_key
    and latest.question = said.question
    and latest.is_answer = said.is_answer
join journey_states states on states.entity_key = latest.entity_key and states.episode = latest.episode
join experience_questions questions on questions.question = said.question
left join traced_steps steps on steps.journey_key = states.journey_key and steps.event_key = said.event_key
where said.at_us <= coalesce(states.ended_us, $as_of_us) + questions.within_us
