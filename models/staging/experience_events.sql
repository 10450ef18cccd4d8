-- One row per event up to the snapshot that answers, or asks, one question of the map: whose it is, and its score.
with candidates as (
    select e.event_key, $text as text
    from events e
    where $is_candidate
),
numbered as (
    select candidates.event_key, @NUMBER(candidates.text) as score
    from candidates
)
select
    coalesce(direct.entity_key, named.entity_key) as entity_key,
    @MICROS(e.occurred_at) as at_us,
    e.event_key,
    cast($question as integer) as question,
    $is_answer as is_answer,
    numbered.score
from numbered
join events e on e.event_key = numbered.event_key
left join event_owners owners on owners.event_key = e.event_key
left join withdrawn_ids withdrawn on withdrawn.id_key = $main_id
left join entities direct on direct.id_key = $main_id
left join entities named on named.entity_id = $named_id
where @MICROS(e.occurred_at) <= $as_of_us
    and coalesce(direct.entity_key, named.entity_key) is not null
    and withdrawn.id_key is null
    and ($is_told)
