-- One row per id, under one rule. A person is named after the smallest pseudonym among its ids, so that the name
-- depends neither on the order in which ids were met nor on their internal numbers.
with rooted as (
    select
        identifiers.id,
        identifiers.id_key,
        case when roots.root is null then identifiers.id_key else roots.root end as root
    from identifiers
    left join identity_roots roots on roots.id_key = identifiers.id_key
),
named as (
    select root, min(id) as name from rooted group by root
),
numbered as (
    select root, name, row_number() over (order by name, root) - 1 as person_key from named
)
select $rule as rule, rooted.id_key, numbered.person_key, 'p_' || numbered.name as person_id
from rooted
join numbered on numbered.root = rooted.root
