-- One row per id and rule: the person that the id belongs to.
select person_keys.rule, identifiers.id_type, identifiers.id, person_keys.person_id
from person_keys
join identifiers on identifiers.id_key = person_keys.id_key
