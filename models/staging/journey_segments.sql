-- One row per journey with any segment: name to value.
select journey_key, @MAP_OF(name, value) as segments
from all_segment_values
group by journey_key
