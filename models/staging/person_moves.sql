-- One row per pair of persons, one before this run and one after it under another name, that share an id.
select former.person_id as from_person_id, latter.person_id as to_person_id
from person_keys former
join $latter latter on latter.id_key = former.id_key
where former.rule = $rule and former.person_id <> latter.person_id
group by former.person_id, latter.person_id
