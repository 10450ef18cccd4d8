-- One row per rule and pair of persons that this run changed: what became of the one before, and when it was found.
select
    $run as run_id,
    @TIME($now_us) as changed_at,
    changes.rule,
    changes.kind,
    changes.from_person_id,
    changes.to_person_id,
    changes.ids_n
from $changes changes
order by changes.from_person_id, changes.to_person_id
