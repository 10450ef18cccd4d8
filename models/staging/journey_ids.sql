-- One row per journey: its pseudonym, which is the same in every run.
select
    journey_key,
    'j' || substr(md5($rule || '|' || $journey || '|' || entity_id || '|' || cast(episode as varchar)), 1, 19)
        as journey_id
from journey_states
