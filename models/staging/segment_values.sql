-- One row per journey: the first value of one segment's attribute that its events give.
with given as (
    select steps.journey_key, steps.position, e.attributes[$attribute] as value
    from journey_steps steps
    join events e on e.event_key = steps.event_key
    where e.attributes[$attribute] is not null
),
firsts as (
    select journey_key, $pick(position) as position from given group by journey_key
)
select given.journey_key, $segment as name, given.value
from given
join firsts on firsts.journey_key = given.journey_key and firsts.position = given.position
