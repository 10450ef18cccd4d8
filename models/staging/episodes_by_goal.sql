-- One row per event: the entity's episode that it falls into, on maps where silence alone begins no new one.
-- The same rows as `episodes` gives there, without its second window over every event.
select entity_key, at_us, event_key, code, place, closed_n as episode
from ordered_touches
