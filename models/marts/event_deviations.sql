-- One row per fault of one event.
select
    $journey as journey,
    ids.journey_id,
    faults.kind,
    coalesce(map_names.name, e.activity) as touchpoint,
    cast(null as varchar) as block,
    @TIME(faults.at_us) as occurred_at,
    e.event_id,
    faults.position,
    cast(null as double) as wait_s,
    cast(null as double) as promised_s,
    map_names.phase,
    map_names.owner,
    e.channel
from event_faults faults
join journey_ids ids on ids.journey_key = faults.journey_key
join events e on e.event_key = faults.event_key
left join map_names on map_names.code = faults.code
order by faults.journey_key, faults.position, faults.kind
