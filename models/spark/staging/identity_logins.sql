-- One row per event that shows a device of several people and, by an id of one type, the person at it.
SELECT
  devices.id_key AS device_key,
  unix_micros(events.occurred_at) AS at_us,
  people.node,
  persons.person_key
FROM events
JOIN identity_nodes AS devices
  ON devices.id = events.ids[$device_type] AND devices.is_blocked = 0
JOIN identity_shared AS shared
  ON shared.id_key = devices.id_key
JOIN identity_nodes AS people
  ON people.id = events.ids[$person_type] AND people.is_blocked = 0
JOIN person_keys AS persons
  ON persons.id_key = people.id_key AND persons.rule = 'strict'
