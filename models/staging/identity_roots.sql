-- One row per id: the node that names its person, at first itself, and whose number it is (null: a number of nobody).
-- Two numbers of one type of kind person are one person where a record of a merge gives them one owner.
select
    nodes.id_key,
    nodes.node,
    nodes.node as root,
    case when nodes.is_person = 1 then nodes.type_n end as person_type,
    case when nodes.is_person = 1 then coalesce(owners.owner_key, nodes.id_key) end as owner
from identity_nodes nodes
left join identity_owners owners on owners.id_key = nodes.id_key
