-- One row per end of a link that no block list takes: the id, and the one that it was seen with.
select left_key as id_key, left_type as id_type, right_key as other_key, right_type as other_type, trust
from identity_typed
where is_blocked = 0
union all
select right_key as id_key, right_type as id_type, left_key as other_key, left_type as other_type, trust
from identity_typed
where is_blocked = 0
