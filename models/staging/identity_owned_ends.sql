-- One row per id and other that it was seen with, ids that were merged into one counted as one.
with owned as (
    select
        ends.id_key,
        ends.id_type,
        case when owners.owner_key is null then ends.other_key else owners.owner_key end as other_key,
        ends.other_type,
        ends.trust
    from $ends ends
    left join identity_owners owners on owners.id_key = ends.other_key
)
select id_key, id_type, other_key, other_type, min(trust) as trust
from owned
group by id_key, id_type, other_key, other_type
