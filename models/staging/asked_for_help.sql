-- One row per journey and stage in which its customer contacted us beyond the design.
select distinct journey_key, stage, stage_code as code
from contact_steps
where is_demand
