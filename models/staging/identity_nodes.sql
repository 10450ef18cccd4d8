-- One row per id, numbered in the order of names. The kinds of ids that last longest come first, so that a person is
-- named after her customer number rather than after a cookie, and keeps her name when cookies come and go.
select
    identifiers.id_key,
    identifiers.id,
    types.type_n,
    types.is_person,
    case when blocked.id_key is null then 0 else 1 end as is_blocked,
    row_number() over (order by types.place, identifiers.id, identifiers.id_key) - 1 as node
from identifiers
join identity_types types on types.id_type = identifiers.id_type
left join identity_blocked blocked on blocked.id_key = identifiers.id_key
