-- One row per id that tells nobody: blocked, seen with far too many others, or seen with two people.
select id_key from identity_nodes where is_blocked = 1
union
select id_key from identity_supers
union
select fans.id_key
from identity_fans fans
join identity_nodes nodes on nodes.id_key = fans.id_key
where fans.is_to_person = 1 and fans.fan_n > 1 and nodes.is_person = 0
