-- One row per rule and pair of persons, one before this run and one after it, that share an id but not all of them.
-- Only persons of whom an id has moved can have changed, so all others are passed over.
with shared as (
    select former.rule, former.person_id as from_person_id, latter.person_id as to_person_id, count(*) as ids_n
    from person_keys former
    join identity_latter latter on latter.id_key = former.id_key
    left join (select distinct from_person_id as person_id from identity_moves) lefts
        on lefts.person_id = former.person_id
    left join (select distinct to_person_id as person_id from identity_moves) joined
        on joined.person_id = latter.person_id
    where former.rule = $rule and (lefts.person_id is not null or joined.person_id is not null)
    group by former.rule, former.person_id, latter.person_id
),
parts as (
    select rule, from_person_id, count(*) as parts_n from shared group by rule, from_person_id
),
wholes as (
    select rule, to_person_id, count(*) as wholes_n from shared group by rule, to_person_id
)
select
    shared.rule,
    case
        when parts.parts_n > 1 then 'split'
        when wholes.wholes_n > 1 then 'merge'
        else 'renamed'
    end as kind,
    shared.from_person_id,
    shared.to_person_id,
    shared.ids_n
from shared
join parts on parts.rule = shared.rule and parts.from_person_id = shared.from_person_id
join wholes on wholes.rule = shared.rule and wholes.to_person_id = shared.to_person_id
where parts.parts_n > 1 or wholes.wholes_n > 1 or shared.from_person_id <> shared.to_person_id
