-- One row per fault of one event: off the map, failed, by another channel or initiator than designed, or an entry or
-- exit elsewhere than designed; an exit is charged to where the journey stood.
with judged as (
    select
        steps.journey_key,
        steps.position,
        steps.event_key,
        steps.at_us,
        steps.code,
        map_names.role,
        map_names.initiator as designed_initiator,
        logs.position is null as is_sync
    from traced_steps steps
    left join map_names on map_names.code = steps.code
    left join log_steps logs on logs.journey_key = steps.journey_key and logs.position = steps.position
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
    where judged.role in ('flow', 'anytime') and judged.is_sync
),
entries as (
    select states.journey_key, min(steps.position) as position
    from journey_states states
    join traced_steps steps on steps.journey_key = states.journey_key and steps.code < $flow_n
    where not ($is_opening)
    group by states.journey_key
)
select journey_key, position, event_key, at_us, code, 'ad_hoc' as kind
from judged
where code is null or role = 'off_map'
union all
select journey_key, position, event_key, at_us, code, 'failed' as kind
from on_flow
where status = 'failed'
union all
select on_flow.journey_key, on_flow.position, on_flow.event_key, on_flow.at_us, on_flow.code, 'wrong_channel' as kind
from on_flow
join (select distinct code from designed_channels) limited on limited.code = on_flow.code
left join designed_channels allowed on allowed.code = on_flow.code and allowed.channel = on_flow.channel
where on_flow.channel is not null and allowed.channel is null
union all
select journey_key, position, event_key, at_us, code, 'wrong_initiator' as kind
from on_flow
where initiator <> designed_initiator
union all
select entries.journey_key, steps.position, steps.event_key, steps.at_us, steps.code, 'wrong_entry' as kind
from entries
join traced_steps steps on steps.journey_key = entries.journey_key and steps.position = entries.position
union all
select states.journey_key, judged.position, judged.event_key, judged.at_us, states.stands_at as code, 'wrong_exit' as kind
from journey_states states
join (select distinct exit_code from exit_places) limited on limited.exit_code = states.exit_code
join exits on exits.journey_key = states.journey_key
join judged on judged.journey_key = exits.journey_key and judged.position = exits.position
left join exit_places allowed on allowed.exit_code = states.exit_code and allowed.code = states.stands_at
where allowed.code is null
