-- One row per broken promise, charged to the touchpoint that holds it.
select
    $journey as journey,
    ids.journey_id,
    broken.kind,
    charged.name as touchpoint,
    cast(null as varchar) as block,
    @TIME(broken.end_us) as occurred_at,
    e.event_id,
    broken.served_position as position,
    broken.wait_s,
    broken.promised_s,
    charged.phase,
    charged.owner,
    e.channel
from broken_promises broken
join journey_ids ids on ids.journey_key = broken.journey_key
join wait_pairs pairs on pairs.pair_no = broken.pair_no and pairs.is_ready
join map_names charged on charged.code = pairs.code
left join traced_steps served
    on served.journey_key = broken.journey_key and served.position = broken.served_position
left join events e on e.event_key = served.event_key
order by broken.journey_key, broken.end_us, broken.pair_no
