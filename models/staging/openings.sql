-- One row per journey: where in its episode it opens, at its first touchpoint of the flow
-- (or at the first event, where a journey is its entity's whole log). Journeys are numbered in the order of names, within
-- their first letters, so that no one place has to put all of them in order.
with firsts as (
    select entity_key, episode, min(case when code < $flow_n or $is_whole_log then place end) as opened_place
    from episodes
    group by entity_key, episode
    having max(case when code < $flow_n then 1 else 0 end) = 1
),
named_entities as (
    select distinct entity_key, entity_id from entities
),
opened as (
    select
        firsts.entity_key,
        named_entities.entity_id,
        firsts.episode,
        firsts.opened_place,
        substr(named_entities.entity_id, 1, 6) as head
    from firsts
    join named_entities on named_entities.entity_key = firsts.entity_key
),
heads as (
    select head, count(*) as journeys_n from opened group by head
),
begun as (
    select head, cast(sum(journeys_n) over (order by head) as bigint) - journeys_n as before_n from heads
)
select
    begun.before_n
        + row_number() over (partition by opened.head order by opened.entity_id, opened.episode) as journey_key,
    opened.entity_key,
    opened.entity_id,
    opened.episode,
    opened.opened_place
from opened
join begun on begun.head = opened.head
