-- One row per event of a journey and attribute that it gives, its channel and source among them.
with steps as (
    select steps.journey_key, steps.position, e.channel, e.source, e.attributes
    from traced_steps steps
    join journey_states states on states.journey_key = steps.journey_key
    join events e on e.event_key = steps.event_key
),
entries as (
    select steps.journey_key, steps.position, @ENTRIES(steps.attributes) as entry
    from steps
)
select entries.journey_key, entries.position, entries.entry.key as name, entries.entry.value as value
from entries
where entries.entry.value <> '' and entries.entry.key not in ('channel', 'source') and $is_kept
union all
select steps.journey_key, steps.position, 'channel' as name, steps.channel as value
from steps
where steps.channel <> ''
union all
select steps.journey_key, steps.position, 'source' as name, steps.source as value
from steps
where steps.source <> ''
