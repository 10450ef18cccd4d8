-- One row per event of an entity: its kind of step, its place in time, and the journey that it falls into;
-- goals end a journey, and what comes before it opens is in none.
with kinds as (
    select
        touches.entity_key,
        touches.at_us,
        step_kinds.number,
        row_number() over in_time as place,
        cast(coalesce(sum(case when $is_goal then 1 else 0 end) over before, 0) as bigint) as episode
    from touches
    join events e on e.event_key = touches.event_key
    join step_kinds on step_kinds.source = e.source and step_kinds.activity = e.activity
    window
        in_time as (
            partition by touches.entity_key
            order by touches.at_us, touches.source_rank, touches.tie, touches.event_key
        ),
        before as (
            partition by touches.entity_key
            order by touches.at_us, touches.source_rank, touches.tie, touches.event_key
            rows between unbounded preceding and 1 preceding
        )
),
opened as (
    select entity_key, episode, min(case when $opens then place end) as first_place
    from kinds
    group by entity_key, episode
)
select kinds.entity_key, kinds.episode, kinds.place, kinds.at_us, kinds.number
from kinds
join opened on opened.entity_key = kinds.entity_key and opened.episode = kinds.episode
where kinds.place >= opened.first_place
