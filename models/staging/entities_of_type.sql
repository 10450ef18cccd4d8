-- One row per id of the type that the map counts per.
select id_key, id_key as entity_key, id as entity_id
from identifiers
where id_type = $per
