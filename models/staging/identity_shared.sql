-- One row per id that tells nobody: blocked, seen with far too many others, or seen with two people.
select id_key from identity_nodes where is_blocked = 1
union
select id_key from identity_supers
union
select id_key from identity_fans where is_owned = 1 and fan_n > 1
