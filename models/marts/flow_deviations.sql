-- One row per departure from the control flow.
select
    $journey as journey,
    ids.journey_id,
    case when unseen.journey_key is null then found.kind else 'unobservable' end as kind,
    charged.name as touchpoint,
    blocks.label as block,
    @TIME(found.at_us) as occurred_at,
    e.event_id,
    found.position,
    cast(null as double) as wait_s,
    cast(null as double) as promised_s,
    coalesce(charged.phase, blocks.phase) as phase,
    coalesce(charged.owner, blocks.owner) as owner,
    e.channel
from flow_departures found
join journey_ids ids on ids.journey_key = found.journey_key
join events e on e.event_key = found.event_key
left join unseen_departures unseen
    on unseen.journey_key = found.journey_key and unseen.departure_no = found.departure_no
left join map_names charged on charged.code = found.code
left join map_blocks blocks on blocks.block_no = found.block_no
order by found.journey_key, found.position, found.departure_no
