-- One row per fault of one event: off the map, failed, by another channel or initiator than designed, or an entry or
-- exit elsewhere than designed; an exit is charged to where the journey stood.
select journey_key, position, event_key, at_us, code, kind
from faults
where is_sync or not is_of_sync
