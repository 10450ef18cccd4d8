-- One row per id with a link: its root, once roots have hung themselves on others.
select roots.id_key, case when hooks.parent is null then roots.root else hooks.parent end as root
from identity_roots roots
left join identity_hooks hooks on hooks.node = roots.root
