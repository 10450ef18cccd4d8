-- One row per journey and touchpoint of the flow that it reached, when it first did.
select
    $journey as journey,
    ids.journey_id,
    stages.stage,
    here.name as touchpoint,
    @TIME(stages.reached_us) as reached_at,
    following.name as next_touchpoint,
    @TIME(stages.next_us) as next_at,
    stages.ending,
    @TIME(stages.last_us) as last_at
from stages
join journey_ids ids on ids.journey_key = stages.journey_key
join map_names here on here.code = stages.code
left join map_names following on following.code = stages.next_code
order by stages.journey_key, stages.stage
