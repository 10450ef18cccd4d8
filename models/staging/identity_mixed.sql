-- One row per component in which two people would meet: two owners of numbers of one type.
select distinct label
from (
    select labels.label, roots.person_type
    from identity_roots roots
    join identity_labels labels on labels.node = roots.root
    where roots.person_type is not null
    group by labels.label, roots.person_type
    having min(roots.owner) <> max(roots.owner)
) meetings
