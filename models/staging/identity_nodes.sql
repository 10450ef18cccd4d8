-- One row per id, numbered in the order of names. The kinds of ids that last longest come first, so that a person is
-- named after her customer number rather than after a cookie, and keeps her name when cookies come and go. Names are
-- numbered within their first letters, so that no one place has to put all of them in order.
with named as (
    select
        identifiers.id_key,
        identifiers.id,
        types.type_n,
        types.place,
        types.is_person,
        substr(identifiers.id, 1, 2) as head,
        case when blocked.id_key is null then 0 else 1 end as is_blocked
    from identifiers
    join identity_types types on types.id_type = identifiers.id_type
    left join identity_blocked blocked on blocked.id_key = identifiers.id_key
),
heads as (
    select place, head, count(*) as ids_n from named group by place, head
),
begun as (
    select place, head, ids_n, cast(sum(ids_n) over (order by place, head) as bigint) - ids_n as before_n from heads
)
select
    named.id_key,
    named.id,
    named.type_n,
    named.is_person,
    named.is_blocked,
    begun.before_n + row_number() over (partition by named.place, named.head order by named.id, named.id_key) - 1 as node
from named
join begun on begun.place = named.place and begun.head = named.head
