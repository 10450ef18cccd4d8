-- One row per journey: where in its episode it opens, at its first touchpoint of the flow
-- (or at the first event, where a journey is its entity's whole log).
with firsts as (
    select entity_key, episode, min(case when code < $flow_n or $is_whole_log then place end) as opened_place
    from episodes
    group by entity_key, episode
    having max(case when code < $flow_n then 1 else 0 end) = 1
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
