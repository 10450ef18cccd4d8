-- One row per id, under one rule: the person that it belongs to, persons being numbered in the order of their names,
-- whether she is known by several ids, and whether one of them is of kind person.
with persons as (
    select
        root,
        root - root % 65536 as head,
        count(*) as ids_n,
        max(case when person_type is null then 0 else 1 end) as is_known
    from identity_roots
    group by root
),
heads as (
    select head, count(*) as persons_n from persons group by head
),
begun as (
    select head, cast(sum(persons_n) over (order by head) as bigint) - persons_n as before_n from heads
),
numbered as (
    select
        persons.root,
        persons.ids_n,
        persons.is_known,
        begun.before_n + row_number() over (partition by persons.head order by persons.root) - 1 as person_key
    from persons
    join begun on begun.head = persons.head
)
select
    roots.id_key,
    roots.root,
    numbered.person_key,
    case when numbered.ids_n > 1 then 1 else 0 end as is_stitched,
    numbered.is_known
from identity_roots roots
join numbered on numbered.root = roots.root
