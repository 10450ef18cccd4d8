-- One row per id: the person that it belongs to under one rule.
select id_key, person_key as entity_key, person_id as entity_id
from person_keys
where rule = $rule
