-- One row per person so far, in a component where two people would meet, and type of number: whose number it has.
select distinct roots.root, cast(roots.person_type as bigint) as person_type, roots.owner
from identity_roots roots
join identity_labels labels on labels.node = roots.root
join identity_mixed mixed on mixed.label = labels.label
where roots.person_type is not null
