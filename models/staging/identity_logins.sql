-- One row per event that shows a device of several people and, by an id of one type, the person at it.
select
    devices.id_key as device_key,
    @MICROS(events.occurred_at) as at_us,
    people.node,
    persons.person_key
from events
join identity_nodes devices on devices.id = events.ids[$device_type] and devices.is_blocked = 0
join identity_shared shared on shared.id_key = devices.id_key
join identity_nodes people on people.id = events.ids[$person_type] and people.is_blocked = 0
join person_keys persons on persons.id_key = people.id_key and persons.rule = 'strict'
