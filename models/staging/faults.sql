-- One row per fault of one event, whether or not the event was in its place: of those that are one only where it was
-- (`is_of_sync`), whether it is in the whole alignment, and whether it was when the event came.
with judged as (
    select
        steps.journey_key,
        steps.position,
        steps.event_key,
        steps.at_us,
        steps.code,
        map_names.role,
        map_names.initiator as designed_initiator,
        logs.position is null as is_sync,
        early.position is null as was_sync
    from traced_steps steps
    left join map_names on map_names.code = steps.code
    left join log_steps logs on logs.journey_key = steps.journey_key and logs.position = steps.position
    left join early_logs early on early.journey_key = steps.journey_key and early.position = steps.position
),
exits as (
    select journey_key, max(position) as position
    from judged
    where role = 'exit'
    group by journey_key
),
on_flow as (
    select judged.*, e.status, e.channel, e.initiator
    from judged
    join events e on e.event_key = judged.event_key
    where judged.role in ('flow', 'anytime') and (judged.is_sync or judged.was_sync)
),
entries as (
    select states.journey_key, min(steps.position) as position
    from journey_states states
    join traced_steps steps on steps.journey_key = states.journey_key and steps.code < $flow_n
    where not ($is_opening)
    group by states.journey_key
)
select journey_key, position, event_key, at_us, code, 'ad_hoc' as kind, false as is_of_sync, is_sync, was_sync
from judged
where code is null or role = 'off_map'
union all
select journey_key, position, event_key, at_us, code, 'failed' as kind, true as is_of_sync, is_sync, was_sync
from on_flow
where status = 'failed'
union all
select
    on_flow.journey_key,
    on_flow.position,
    on_flow.event_key,
    on_flow.at_us,
    on_flow.code,
    'wrong_channel' as kind,
    true as is_of_sync,
    on_flow.is_sync,
    on_flow.was_sync
from on_flow
join (select distinct code from designed_channels) limited on limited.code = on_flow.code
left join designed_channels allowed on allowed.code = on_flow.code and allowed.channel = on_flow.channel
where on_flow.channel is not null and allowed.channel is null
union all
select journey_key, position, event_key, at_us, code, 'wrong_initiator' as kind, true as is_of_sync, is_sync, was_sync
from on_flow
where initiator <> designed_initiator
union all
select
    entries.journey_key,
    steps.position,
    steps.event_key,
    steps.at_us,
    steps.code,
    'wrong_entry' as kind,
    false as is_of_sync,
    true as is_sync,
    true as was_sync
from entries
join traced_steps steps on steps.journey_key = entries.journey_key and steps.position = entries.position
union all
select
    states.journey_key,
    judged.position,
    judged.event_key,
    judged.at_us,
    states.stands_at as code,
    'wrong_exit' as kind,
    false as is_of_sync,
    judged.is_sync,
    judged.was_sync
from journey_states states
join (select distinct exit_code from exit_places) limited on limited.exit_code = states.exit_code
join exits on exits.journey_key = states.journey_key
join judged on judged.journey_key = exits.journey_key and judged.position = exits.position
left join exit_places allowed on allowed.exit_code = states.exit_code and allowed.code = states.stands_at
where allowed.code is null
