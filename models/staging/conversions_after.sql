-- One row per conversion of an entity after its first: when.
select states.entity_key, states.goal_us
from journey_states states
join customers on customers.entity_key = states.entity_key and customers.journey_key <> states.journey_key
where states.status = 'converted'
