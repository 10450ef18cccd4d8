-- One row per variant, status, touchpoint where the journeys stand, and label of a segment: how many journeys.
select variants.variant_key, states.status, states.stands_at, labels.segment, count(*) as journeys_n
from journey_states states
join journey_variants variants on variants.journey_key = states.journey_key
join journey_labels labels on labels.journey_key = states.journey_key
group by variants.variant_key, states.status, states.stands_at, labels.segment
