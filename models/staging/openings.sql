-- One row per journey: where in its episode it opens, at its first touchpoint of the flow.
with firsts as (
    select entity_key, episode, min(place) as opened_place
    from episodes
    where code < $flow_n
    group by entity_key, episode
),
named_entities as (
    select distinct entity_key, entity_id from entities
)
select
    row_number() over (order by named_entities.entity_id, firsts.episode) as journey_key,
    firsts.entity_key,
    named_entities.entity_id,
    firsts.episode,
    firsts.opened_place
from firsts
join named_entities on named_entities.entity_key = firsts.entity_key
