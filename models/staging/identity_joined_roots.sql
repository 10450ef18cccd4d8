-- One row per id: the node that names its person, after persons were joined.
select roots.id_key, roots.node, coalesce(labels.label, roots.root) as root, roots.person_type, roots.owner
from identity_roots roots
left join identity_labels labels on labels.node = roots.root
