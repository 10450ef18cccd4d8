-- One row per person that one rule makes of other ids than the default rule does, and per person of the default rule
-- with any of those ids (`is_default`): whatever differs between the two rules is about them alone.
with pairs as (
    select
        mine.person_key as own_key,
        theirs.person_key as default_key,
        mine.person_id <> theirs.person_id as is_changed
    from person_keys mine
    join person_keys theirs on theirs.id_key = mine.id_key
    where mine.rule = $rule and theirs.rule = 'default'
),
changed as (
    select distinct own_key, default_key
    from pairs
    where is_changed
),
theirs as (
    select distinct pairs.default_key
    from pairs
    join changed on changed.own_key = pairs.own_key
    union
    select default_key
    from changed
),
mine as (
    select distinct pairs.own_key
    from pairs
    join theirs on theirs.default_key = pairs.default_key
)
select own_key as entity_key, false as is_default
from mine
union all
select default_key as entity_key, true as is_default
from theirs
