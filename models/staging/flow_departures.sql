-- One row per departure of a journey from the control flow: at which event it shows, and the event before.
select
    variants.journey_key,
    departures.departure_no,
    departures.kind,
    departures.code,
    departures.block_no,
    departures.position,
    steps.at_us,
    steps.event_key,
    coalesce(earlier.at_us, steps.at_us) as before_us
from variant_departures departures
join journey_variants variants on variants.variant_key = departures.variant_key
join traced_steps steps on steps.journey_key = variants.journey_key and steps.position = departures.position
left join traced_steps earlier
    on earlier.journey_key = variants.journey_key and earlier.position = departures.position - 1
