-- One row per journey and label of a segment, name=value; and one for all journeys together, with an empty label.
select journey_key, '' as segment
from journey_states
union all
select
    states.journey_key,
    names.name || '=' || coalesce(given.value, '(no value)') as segment
from journey_states states
cross join segment_names names
left join all_segment_values given on given.journey_key = states.journey_key and given.name = names.name
